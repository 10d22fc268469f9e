"""Types that several families use."""

from typing import TypeVar

from flambeau.tensor import Tensor

# A function gives what it is given: a Variable for a Variable. Where weights are Variables, so is the result.
T = TypeVar("T", bound=Tensor)

Pair = int | tuple[int, int]
Single = int | tuple[int]
Triple = int | tuple[int, int, int]
# 'same' or 'valid', or what is put before and after each dimension.
Padding = str | tuple[tuple[int, int], ...]
