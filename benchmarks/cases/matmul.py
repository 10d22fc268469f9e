"""Products of float32 and float64 matrices, batches of them, and Linear layers, beside PyTorch and NumPy."""

from ..harness import Case

THREADS = 2


def product(a_shape, b_shape, dtype="float32", transposed=False):
    """``a @ b``, or ``a @ b`` with b a transposed view, for each rival."""

    def operands():
        import numpy as np

        rng = np.random.default_rng(0)
        a, b = rng.standard_normal(a_shape).astype(dtype), rng.standard_normal(b_shape).astype(dtype)
        return (a, np.ascontiguousarray(b.T).T) if transposed else (a, b)

    def ours():
        import flambeau.tensor as ft

        a, b = map(ft.from_numpy, operands())
        return lambda: a @ b

    def torch():
        import torch

        torch.set_num_threads(THREADS)
        a, b = map(torch.from_numpy, operands())
        return lambda: a @ b

    def numpy():
        a, b = operands()
        return lambda: a @ b

    return {"flambeau": ours, "torch": torch, "numpy": numpy}


def linear(batch, inner, outer):
    def operands():
        import numpy as np

        rng = np.random.default_rng(0)
        return [rng.standard_normal(shape).astype("float32") for shape in ((batch, inner), (outer, inner), (outer,))]

    def ours():
        import flambeau.tensor as ft

        x, weight, bias = map(ft.from_numpy, operands())
        return lambda: ft.linear(x, weight, bias)

    def torch():
        import torch

        torch.set_num_threads(THREADS)
        x, weight, bias = map(torch.from_numpy, operands())
        return lambda: torch.nn.functional.linear(x, weight, bias)

    def numpy():
        x, weight, bias = operands()
        return lambda: x @ weight.T + bias

    return {"flambeau": ours, "torch": torch, "numpy": numpy}


CASES = [
    *(Case(f"a @ b, {n}x{n} float32", product((n, n), (n, n))) for n in (4, 16, 64, 128, 256, 512, 1024, 2048)),
    *(Case(f"a @ b, {n}x{n} float64", product((n, n), (n, n), "float64")) for n in (16, 64, 256, 1024)),
    Case("a @ b.T, 512x512 float32", product((512, 512), (512, 512), transposed=True)),
    Case("a @ b, 1x2048 2048x2048 float32", product((1, 2048), (2048, 2048))),
    Case("a @ b, 2048x2048 2048 float32", product((2048, 2048), (2048,))),
    Case("a @ b, 32 of 16x16 float32", product((32, 16, 16), (32, 16, 16))),
    Case("a @ b, 64 of 64x64 float32", product((64, 64, 64), (64, 64, 64))),
    Case("a @ b, 8 of 256x256 float32", product((8, 256, 256), (8, 256, 256))),
    *(
        Case(f"linear, batch {batch}, {inner} to {outer}", linear(batch, inner, outer))
        for batch, inner, outer in ((1, 784, 512), (64, 784, 512), (64, 512, 10), (1024, 1024, 1024))
    ),
]
