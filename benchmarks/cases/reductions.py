"""Reductions, running sums, softmax and losses: large ones, and what a small one costs."""

import functools

from ..harness import Case, Statement

LARGE = (10_000_000,)
MATRIX = (4096, 1000)
CLASSES = (10_000, 1000)
IMAGES = (32, 64, 56, 56)
THREADS = 2


@functools.cache
def array(shape):
    import numpy as np

    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def ours(work, shape):
    def setup():
        import flambeau.tensor as ft

        x = ft.from_numpy(array(shape))
        return lambda: work(ft, x)

    return setup


def torch(work, shape):
    def setup():
        import torch

        torch.set_num_threads(THREADS)
        x = torch.from_numpy(array(shape))
        return lambda: work(torch, x)

    return setup


def numpy(work, shape):
    def setup():
        import numpy as np

        x = array(shape)
        return lambda: work(np, x)

    return setup


def case(name, shape, work, with_numpy=None):
    """The same expression in flambeau and torch, and NumPy's own where there is one."""
    rivals = {"flambeau": ours(work, shape), "torch": torch(work, shape)}
    if with_numpy is not None:
        rivals["numpy"] = numpy(with_numpy, shape)
    return Case(name, rivals)


def cross_entropy():
    def setup_of(library):
        def setup():
            import numpy as np

            target = np.arange(CLASSES[0]) % CLASSES[1]
            if library == "torch":
                import torch

                torch.set_num_threads(THREADS)
                x, y = torch.from_numpy(array(CLASSES)), torch.from_numpy(target)
                return lambda: torch.nn.functional.cross_entropy(x, y)
            import flambeau.tensor as ft

            x, y = ft.from_numpy(array(CLASSES)), ft.from_numpy(target)
            return lambda: ft.cross_entropy(x, y)

        return setup

    return Case("cross_entropy 10000x1000", {"flambeau": setup_of("flambeau"), "torch": setup_of("torch")})


def small(name, source, numpy_source):
    def setup_of(module, text):
        def setup():
            import numpy as np

            x = np.ones((4, 4), np.float32)
            if module == "flambeau":
                import flambeau.tensor as ft

                x = ft.from_numpy(x)
            elif module == "torch":
                import torch

                x = torch.from_numpy(x)
            return Statement(text, {"x": x})

        return setup

    rivals = {"flambeau": source, "torch": source, "numpy": numpy_source}
    return Case(name, {module: setup_of(module, text) for module, text in rivals.items()})


CASES = [
    case("sum 10M", LARGE, lambda m, x: x.sum(), lambda m, x: x.sum()),
    case("amax 10M", LARGE, lambda m, x: m.amax(x), lambda m, x: x.max()),
    case("argmax 10M", LARGE, lambda m, x: x.argmax(), lambda m, x: x.argmax()),
    case("var 10M", LARGE, lambda m, x: x.var(), lambda m, x: x.var(ddof=1)),
    case("norm 10M", LARGE, lambda m, x: x.norm(), lambda m, x: m.linalg.norm(x)),
    case("cumsum 10M", LARGE, lambda m, x: m.cumsum(x, 0), lambda m, x: m.cumsum(x)),
    case("softmax 10M", LARGE, lambda m, x: m.softmax(x, 0)),
    *(
        case(
            f"{name} of {which}, 4096x1000", MATRIX, functools.partial(work, dim=dim), functools.partial(other, dim=dim)
        )
        for which, dim in (("rows", 1), ("columns", 0))
        for name, work, other in (
            ("sum", lambda m, x, dim: x.sum(dim), lambda m, x, dim: x.sum(dim)),
            ("amax", lambda m, x, dim: m.amax(x, dim), lambda m, x, dim: x.max(dim)),
            ("argmax", lambda m, x, dim: x.argmax(dim), lambda m, x, dim: x.argmax(dim)),
            ("cumsum", lambda m, x, dim: m.cumsum(x, dim), lambda m, x, dim: m.cumsum(x, dim)),
        )
    ),
    case("softmax 10000x1000, rows", CLASSES, lambda m, x: m.softmax(x, 1)),
    case("softmax 10000x1000, columns", CLASSES, lambda m, x: m.softmax(x, 0)),
    case("log_softmax 10000x1000, rows", CLASSES, lambda m, x: m.log_softmax(x, 1)),
    case("mean of channels, 32x64x56x56", IMAGES, lambda m, x: x.mean((0, 2, 3)), lambda m, x: x.mean((0, 2, 3))),
    cross_entropy(),
    small("x.sum(), 4x4", "x.sum()", "x.sum()"),
    small("x.sum(dim=1), 4x4", "x.sum(dim=1)", "x.sum(axis=1)"),
    small("x.mean(), 4x4", "x.mean()", "x.mean()"),
    small("x.max(), 4x4", "x.max()", "x.max()"),
    small("x.argmax(), 4x4", "x.argmax()", "x.argmax()"),
]
