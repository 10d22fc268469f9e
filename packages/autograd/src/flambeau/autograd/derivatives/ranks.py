"""Derivatives of elements chosen by their rank: to where each one was."""

from flambeau.tensor import ops

from .._rules import gradient
from .reductions import at_index

gradient(ops.kthvalue, "input")(at_index)
gradient(ops.median_with_indices, "input")(at_index)
gradient(ops.nanmedian_with_indices, "input")(at_index)
gradient(ops.mode, "input")(at_index)
