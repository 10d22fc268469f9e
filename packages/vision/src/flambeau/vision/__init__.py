"""Image datasets and transforms, for flambeau and for other libraries.

``datasets`` yield Pillow images and plain Python values; ``transforms`` turn those into what a model takes;
``tv_tensors`` say which Tensor of a sample is an image, a mask or boxes; ``io`` reads and writes images as Tensors;
``utils`` draw pictures.
"""

from . import datasets, io, transforms, tv_tensors, utils

__version__ = "0.1.0"

__all__ = ["datasets", "io", "transforms", "tv_tensors", "utils"]
