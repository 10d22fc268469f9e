"""Reading and writing by places, order, and joining: large ones, and what a small one costs."""

import functools

from ..harness import Case, Statement

THREADS = 2
ROWS = (100_000, 64)
MILLION = 1_000_000


@functools.cache
def data(name):
    """The NumPy arrays that all rivals of a case share."""
    import numpy as np

    rng = np.random.default_rng(0)
    floats = lambda *shape: rng.standard_normal(shape, dtype=np.float32)  # noqa: E731
    match name:
        case "floats":
            return floats(MILLION)
        case "integers":
            return rng.integers(-(2**62), 2**62, MILLION)
        case "ordered":
            return np.sort(floats(1000))
        case "few":
            return rng.integers(0, 1000, MILLION)
        case "table":
            return floats(*ROWS)
        case "vectors":
            return floats(1000, 1000)
        case "which":
            return rng.integers(0, ROWS[0], ROWS[0])
        case "along":
            return rng.integers(0, ROWS[0], ROWS)
        case "across":
            return rng.integers(0, ROWS[1], ROWS)
        case "mask":
            return rng.random(MILLION) < 0.5
        case "rare":
            return rng.random(MILLION) < 0.01
        case "places":
            return rng.integers(0, MILLION, MILLION)
        case "small":
            return floats(4, 4)
        case "four":
            return np.array([[0, 1, 2, 3]] * 4)
        case "two":
            return np.array([2, 0])
        case "small mask":
            return np.array([[True, False, True, False]] * 4)
        case "halves":
            return [floats(MILLION // 2) for _ in range(2)]
        case "slices":
            return [floats(1000, 64) for _ in range(16)]
        case "images":
            return [floats(3, 32, 32) for _ in range(64)]
    raise KeyError(name)


def rivals(names, work, with_numpy, work_of_numpy=None):
    """One piece of work on the arrays called ``names``, in each library."""

    def setup_of(library):
        def setup():
            arrays = [data(name) for name in names]
            if library == "flambeau":
                import flambeau.tensor as module

                convert = module.from_numpy
            elif library == "torch":
                import torch as module

                module.set_num_threads(THREADS)
                convert = module.from_numpy
            else:
                import numpy as module

                convert = module.asarray
            values = [[convert(a) for a in x] if isinstance(x, list) else convert(x.copy()) for x in arrays]
            function = work_of_numpy if library == "numpy" and work_of_numpy else work
            if isinstance(function, str):
                return Statement(function, {"m": module, **dict(zip("xyz", values, strict=False))})
            return lambda: function(module, *values)

        return setup

    return {name: setup_of(name) for name in ("flambeau", "torch", *(["numpy"] if with_numpy else []))}


def case(name, arrays, work, numpy=None):
    """``numpy`` is NumPy's own expression, True where it is the same one, None where there is none."""
    return Case(name, rivals(arrays, work, numpy is not None, None if numpy is True else numpy))


CASES = [
    case("sort 1M float32", ["floats"], lambda m, x: m.sort(x), lambda m, x: (m.sort(x), m.argsort(x, kind="stable"))),
    case("sort 1M int64", ["integers"], lambda m, x: m.sort(x), lambda m, x: (m.sort(x), m.argsort(x, kind="stable"))),
    case("argsort 1M float32", ["floats"], lambda m, x: m.argsort(x), lambda m, x: m.argsort(x, kind="stable")),
    case("argsort 1M int64", ["integers"], lambda m, x: m.argsort(x), lambda m, x: m.argsort(x, kind="stable")),
    case("sort 1000x1000 float32, rows", ["vectors"], lambda m, x: m.sort(x, 1)),
    case("sort 1000x1000 float32, columns", ["vectors"], lambda m, x: m.sort(x, 0)),
    case("topk 10 of 1M", ["floats"], lambda m, x: m.topk(x, 10), lambda m, x: m.argpartition(x, -10)),
    case("topk 1000 of 1M", ["floats"], lambda m, x: m.topk(x, 1000), lambda m, x: m.argpartition(x, -1000)),
    case("topk 5 of 1000x1000, rows", ["vectors"], lambda m, x: m.topk(x, 5, 1)),
    case("topk 100 of 1000x1000, rows", ["vectors"], lambda m, x: m.topk(x, 100, 1)),
    case("unique 1M int64, all different", ["integers"], lambda m, x: m.unique(x), True),
    case("unique 1M int64, of 1000", ["few"], lambda m, x: m.unique(x), True),
    case(
        "unique 1M int64, inverse and counts",
        ["few"],
        lambda m, x: m.unique(x, return_inverse=True, return_counts=True),
        True,
    ),
    case("msort 1M float32", ["floats"], lambda m, x: m.msort(x), lambda m, x: m.sort(x)),
    case("msort 1M int64", ["integers"], lambda m, x: m.msort(x), lambda m, x: m.sort(x)),
    case(
        "searchsorted 1M in 1000",
        ["ordered", "floats"],
        lambda m, x, y: m.searchsorted(x, y),
        True,
    ),
    case(
        "index_select 100k rows of 64",
        ["table", "which"],
        lambda m, x, i: m.index_select(x, 0, i),
        lambda m, x, i: m.take(x, i, 0),
    ),
    case("x[idx], 100k rows of 64", ["table", "which"], lambda m, x, i: x[i], True),
    case("gather 100k x 64, dim 0", ["table", "along"], lambda m, x, i: m.gather(x, 0, i)),
    case(
        "gather 100k x 64, dim 1",
        ["table", "across"],
        lambda m, x, i: m.gather(x, 1, i),
        lambda m, x, i: m.take_along_axis(x, i, 1),
    ),
    case("gather 100k rows of 64", ["table", "which"], lambda m, x, i: m.gather(x, 0, i[:, None].expand(*ROWS))),
    case("scatter_add_ 100k x 64, dim 0", ["table", "along", "table"], lambda m, x, i, y: x.scatter_add_(0, i, y)),
    case("scatter_add_ 100k x 64, dim 1", ["table", "across", "table"], lambda m, x, i, y: x.scatter_add_(1, i, y)),
    case("scatter_ 100k x 64, dim 1", ["table", "across", "table"], lambda m, x, i, y: x.scatter_(1, i, y)),
    case("index_add_ 100k rows of 64", ["table", "which", "table"], lambda m, x, i, y: x.index_add_(0, i, y)),
    case("x[idx] 1M of 1M", ["floats", "places"], lambda m, x, i: x[i], True),
    case("x[idx] = v, 1M of 1M", ["floats", "places", "floats"], lambda m, x, i, y: x.__setitem__(i, y), True),
    case("x[idx] = v, 100k rows of 64", ["table", "which", "table"], lambda m, x, i, y: x.__setitem__(i, y), True),
    case("x[mask], half of 1M", ["floats", "mask"], lambda m, x, i: x[i], True),
    case("x[mask], 1% of 1M", ["floats", "rare"], lambda m, x, i: x[i], True),
    case("x[mask] = 0, half of 1M", ["floats", "mask"], lambda m, x, i: x.__setitem__(i, 0.0), True),
    case("masked_select, half of 1M", ["floats", "mask"], lambda m, x, i: m.masked_select(x, i), lambda m, x, i: x[i]),
    case("nonzero, half of 1M", ["mask"], lambda m, x: m.nonzero(x), lambda m, x: m.argwhere(x)),
    case("nonzero, 1% of 1M", ["rare"], lambda m, x: m.nonzero(x), lambda m, x: m.argwhere(x)),
    case("cat of 2, 500k", ["halves"], lambda m, x: m.cat(x), lambda m, x: m.concatenate(x)),
    case("cat of 16, 1000x64, dim 0", ["slices"], lambda m, x: m.cat(x), lambda m, x: m.concatenate(x)),
    case("cat of 16, 1000x64, dim 1", ["slices"], lambda m, x: m.cat(x, 1), lambda m, x: m.concatenate(x, 1)),
    case("stack of 64 images", ["images"], lambda m, x: m.stack(x), True),
    case("cat of 2, 4x4", ["small"], "m.cat((x, x))", "m.concatenate((x, x))"),
    case("cat of 16, 4x4, dim 1", ["small"], "m.cat([x] * 16, 1)", "m.concatenate([x] * 16, 1)"),
    case("stack of 2, 4x4", ["small"], "m.stack((x, x))", True),
    case("x[idx], 2 rows of 4x4", ["small", "two"], "x[y]", True),
    case("x[idx, idx], 4x4", ["small", "two"], "x[y, y]", True),
    case("x[mask], 4x4", ["small", "small mask"], "x[y]", True),
    case("x[idx] = 1, 4x4", ["small", "two"], "x[y] = 1.0", True),
    case("x[0] = 1, 4x4", ["small"], "x[0] = 1.0", True),
    case("x[2:] = x[:2], 4x4", ["small"], "x[2:] = x[:2]", True),
    case("gather, 4x4", ["small", "four"], "m.gather(x, 1, y)", "m.take_along_axis(x, y, 1)"),
    case("scatter, 4x4", ["small", "four"], "m.scatter(x, 1, y, x)"),
    case("index_select, 4x4", ["small", "two"], "m.index_select(x, 0, y)", "m.take(x, y, 0)"),
    case("masked_fill, 4x4", ["small", "small mask"], "m.masked_fill(x, y, 0.0)"),
    case("where, 4x4", ["small", "small mask"], "m.where(y, x, x)", True),
    case("sort, 4x4", ["small"], "m.sort(x)"),
    case("topk 2, 4x4", ["small"], "m.topk(x, 2)"),
    case("nonzero, 4x4", ["small mask"], "m.nonzero(x)", "m.argwhere(x)"),
]
