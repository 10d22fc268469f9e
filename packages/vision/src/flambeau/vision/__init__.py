"""Image datasets and transforms, for flambeau and for other libraries.

``datasets`` yield Pillow images and plain Python values; ``transforms`` turn those into what a model takes;
``tv_tensors`` say which Tensor of a sample is an image, a mask or boxes.
"""

from . import datasets, transforms, tv_tensors

__version__ = "0.1.0"

__all__ = ["datasets", "transforms", "tv_tensors"]
