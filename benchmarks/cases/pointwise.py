"""Pointwise work on 10 million elements: memory is what it costs, and how often it is gone through."""

from ..harness import Case

N = 10_000_000
THREADS = 2


def arrays(count, dtype="float32", shape=(N,)):
    import numpy as np

    rng = np.random.default_rng(0)
    return [rng.random(shape, dtype=np.float32).astype(dtype) for _ in range(count)]


def ours(work, count=2, dtype="float32", shape=(N,)):
    def setup():
        import flambeau.tensor as ft

        data = [ft.from_numpy(a) for a in arrays(count, "float32", shape)]
        data = [x.to(getattr(ft, dtype)) for x in data]
        return lambda: work(ft, *data)

    return setup


def torch(work, count=2, dtype="float32", shape=(N,)):
    def setup():
        import torch

        torch.set_num_threads(THREADS)
        data = [torch.from_numpy(a).to(getattr(torch, dtype)) for a in arrays(count, "float32", shape)]
        return lambda: work(torch, *data)

    return setup


def numpy(work, count=2, dtype="float32", shape=(N,)):
    def setup():
        import numpy as np

        data = arrays(count, dtype, shape)
        return lambda: work(np, *data)

    return setup


def case(name, work, count=2, dtype="float32", shape=(N,), numpy_too=True):
    """The same expression in each library."""
    rivals = {"flambeau": ours(work, count, dtype, shape), "torch": torch(work, count, dtype, shape)}
    if numpy_too:
        rivals["numpy"] = numpy(work, count, dtype, shape)
    return Case(name, rivals)


def chain(a, b, sigmoid):
    return sigmoid(a * b + a) * b - a


def fused():
    import flambeau.tensor as ft

    a, b = (ft.from_numpy(x) for x in arrays(2))
    formula = ft.pointwise("sigmoid(a * b + a) * b - a")
    return lambda: formula(a, b)


def compiled():
    import torch

    torch.set_num_threads(THREADS)
    a, b = (torch.from_numpy(x) for x in arrays(2))
    formula = torch.compile(lambda a, b: chain(a, b, torch.sigmoid))
    formula(a, b)  # compiles here, where a failure only skips this rival
    return lambda: formula(a, b)


def compiled_or_skipped():
    """torch.compile where a compiler for it works: else the rival is skipped."""
    try:
        return compiled()
    except Exception as error:  # whatever its compiler raises
        raise ImportError(f"torch.compile does not work here: {type(error).__name__}") from error


def activation(lib, name):
    return getattr(lib.nn.functional if lib.__name__ == "torch" else lib, name)


def transposed_copy(x, numpy_like):
    return x.T.copy() if numpy_like else x.t().contiguous()


CASES = [
    case("add, 10M", lambda lib, a, b: a + b),
    case("mul, 10M", lambda lib, a, b: a * b),
    *(
        case(f"{name}, 10M", lambda lib, a, name=name: getattr(lib, name)(a), 1, numpy_too=name != "sigmoid")
        for name in ("exp", "tanh", "sigmoid", "log", "sin")
    ),
    *(
        case(f"{name}, 10M", lambda lib, a, name=name: activation(lib, name)(a), 1, numpy_too=False)
        for name in ("silu", "gelu")
    ),
    case("fmod, 10M", lambda lib, a, b: lib.fmod(a, b)),
    case("add, 10M float64", lambda lib, a, b: a + b, dtype="float64"),
    case("exp, 10M float64", lambda lib, a: lib.exp(a), 1, dtype="float64"),
    *(
        case(f"{name}, 10M {dtype}", work, dtype=dtype, numpy_too=False)
        for dtype in ("bfloat16", "float16")
        for name, work in (("add", lambda lib, a, b: a + b), ("mul", lambda lib, a, b: a * b))
    ),
    case("where, 10M", lambda lib, a, b: lib.where(a > 0.5, a, b)),
    case("masked_fill, 10M", lambda lib, a: a.masked_fill(a > 0.5, 0.0), 1, numpy_too=False),
    case("add a row, 10000x1000", lambda lib, a: a + a[0], 1, shape=(10000, 1000)),
    case("add a column, 10000x1000", lambda lib, a: a + a[:, :1], 1, shape=(10000, 1000)),
    case(
        "transposing copy, 2500x4000", lambda lib, a: transposed_copy(a, lib.__name__ == "numpy"), 1, shape=(2500, 4000)
    ),
    Case(
        "sigmoid(a*b + a)*b - a, 10M, fused",
        {
            "flambeau": fused,
            "torch.compile": compiled_or_skipped,
            "torch": torch(lambda lib, a, b: chain(a, b, lib.sigmoid)),
        },
    ),
]
