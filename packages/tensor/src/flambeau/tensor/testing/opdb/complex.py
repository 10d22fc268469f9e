"""Parts of complex numbers."""

from ._helpers import unary_samples, view

# The dtypes tried here are real; tests of linear algebra see to complex ones.
ENTRIES = (view("conj", lambda x: x, unary_samples),)
