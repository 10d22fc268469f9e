"""The reference backend: every operator written plainly against ``xp``, one family a file.

It is the definition of each operator, the fall-back for every dtype and layout, and the oracle in tests. Kernels use
only what NumPy and CuPy both have, and never look at a value on the host (``float(x)``, ``if x.any():``).
"""

from . import (  # noqa: F401  (importing a family declares its operators)
    activations,
    arithmetic,
    bitwise,
    comparison,
    convolution,
    creation,
    floating,
    fused,
    gradients,
    indexing,
    joining,
    like,
    losses,
    mathematics,
    matrix,
    normalization,
    piecewise,
    pooling,
    random,
    reductions,
    shape,
    sorting,
    special,
    transfer,
    trigonometry,
)
