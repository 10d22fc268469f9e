"""Linear algebra: einsum, and batches of small matrices solved and factored, beside PyTorch and NumPy."""

import functools

from ..harness import Case

THREADS = 2
BATCH, N = 1000, 16


@functools.cache
def operands(kind, dtype):
    """Batches of regular or positive definite matrices with right sides, or two batches to multiply."""
    import numpy as np

    rng = np.random.default_rng(0)
    if kind == "product":
        return tuple(rng.standard_normal((32, 64, 64)).astype(dtype) for _ in range(2))
    a = rng.standard_normal((BATCH, N, N)) + N * np.eye(N)
    if kind == "positive":
        a = a @ a.swapaxes(-2, -1)
    return a.astype(dtype), rng.standard_normal((BATCH, N, 1)).astype(dtype)


def case(name, kind, dtype, work, with_numpy=None):
    """The same call in flambeau and torch, and NumPy's own where it is called differently."""

    def ours():
        import flambeau.tensor as ft

        a, b = map(ft.from_numpy, operands(kind, dtype))
        return lambda: work(ft, a, b)

    def torch():
        import torch

        torch.set_num_threads(THREADS)
        a, b = map(torch.from_numpy, operands(kind, dtype))
        return lambda: work(torch, a, b)

    def numpy():
        import numpy as np

        a, b = operands(kind, dtype)
        return lambda: (with_numpy or work)(np, a, b)

    return Case(f"{name}, {dtype}", {"flambeau": ours, "torch": torch, "numpy": numpy})


CASES = [
    case(f"{name} {what}", kind, dtype, work, with_numpy)
    for dtype in ("float32", "float64")
    for name, what, kind, work, with_numpy in (
        ("einsum bij,bjk->bik", "32x64x64", "product", lambda m, a, b: m.einsum("bij,bjk->bik", a, b),
         lambda m, a, b: m.einsum("bij,bjk->bik", a, b, optimize=True)),
        ("einsum bij,bkj->ik", "32x64x64", "product", lambda m, a, b: m.einsum("bij,bkj->ik", a, b),
         lambda m, a, b: m.einsum("bij,bkj->ik", a, b, optimize=True)),
        ("solve", f"{BATCH}x{N}x{N}", "regular", lambda m, a, b: m.linalg.solve(a, b), None),
        ("cholesky", f"{BATCH}x{N}x{N}", "positive", lambda m, a, b: m.linalg.cholesky(a), None),
        ("inv", f"{BATCH}x{N}x{N}", "regular", lambda m, a, b: m.linalg.inv(a), None),
        ("det", f"{BATCH}x{N}x{N}", "regular", lambda m, a, b: m.linalg.det(a), None),
    )
]  # fmt: skip
