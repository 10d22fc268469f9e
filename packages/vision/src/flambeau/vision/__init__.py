"""Image datasets and transforms, for flambeau and for other libraries.

``datasets`` yield Pillow images and plain Python values; ``transforms`` turn those into what a model takes.
"""

from . import datasets, transforms

__version__ = "0.1.0"

__all__ = ["datasets", "transforms"]
