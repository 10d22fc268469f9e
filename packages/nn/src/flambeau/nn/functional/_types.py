"""The type variable of the functions: Variables give Variables, Tensors give Tensors."""

from typing import TypeVar

from flambeau.tensor import Tensor

T = TypeVar("T", bound=Tensor)
