"""Derivatives of parts of complex numbers."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj

gradient(ops.conj, "input")(conj)
