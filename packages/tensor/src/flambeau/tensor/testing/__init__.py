"""For those who test: compare tensors, the database of operators, and arrays as strict as a GPU's.

>>> from flambeau.tensor.testing import assert_close, opdb
>>> assert_close(ft.exp(ft.zeros(2)), [1.0, 1.0])
>>> opdb.entry("exp").name
'exp'
"""

from . import opdb
from ._close import assert_close, tolerances

__all__ = ["assert_close", "opdb", "tolerances"]
