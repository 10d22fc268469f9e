"""The derivative of every operator: one rule each, a family a file, written with differentiable operators.

``gradient(op, *names)`` attaches a function to an operator. It gets the gradient of the result and gives that of
the named arguments; its other parameters say what is kept for it: arguments by their names (dimensions normalised),
outputs by theirs, ``<argument>_shape``, ``<argument>_dtype``, and ``needs``, which of the named arguments matter.
Summing over broadcast dimensions and converting to the argument's dtype is the engine's work.
"""

from . import (  # noqa: F401  (importing a family attaches its rules)
    activations,
    arithmetic,
    comparison,
    complex_parts,
    complex,
    convolution,
    creation,
    distances,
    diagonals,
    floating,
    fused,
    gradients,
    indexing,
    joining,
    losses,
    mathematics,
    matrix,
    normalization,
    piecewise,
    pooling,
    products,
    random,
    ranks,
    reductions,
    scattering,
    scans,
    shape,
    sorting,
    special,
    transfer,
    trigonometry,
    views,
)
