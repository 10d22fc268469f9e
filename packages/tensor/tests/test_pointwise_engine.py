"""The engine under pointwise operators, against NumPy, over whatever shapes, strides, overlaps and dtypes come."""

import os
import re
import subprocess
import sys

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor._core.tensor import instruction_sets
from flambeau.tensor.testing import assert_close
from hypothesis import given, settings
from hypothesis import strategies as st

DTYPES = [np.dtype(t) for t in "? i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split()] + [np.dtype(ml_dtypes.bfloat16)]
SIZES = st.sampled_from([0, 1, 1, 2, 3, 4, 7, 8, 9, 17, 65, 70])


@st.composite
def views(draw, shape, dtype, steps=(1, 1, 1, 2, -1, -2, 0)):
    """An array of a shape, as a view of a larger one: with steps, backwards, transposed, broadcast."""
    order = draw(st.permutations(range(len(shape))))
    steps = [draw(st.sampled_from(steps)) for _ in shape]
    sizes = [1 if step == 0 else n * abs(step) + draw(st.integers(0, 2)) for n, step in zip(shape, steps, strict=True)]
    memory = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 7, [sizes[d] for d in order]).astype(dtype)
    whole = memory.transpose(np.argsort(order)) if order else memory
    index = []
    for n, step in zip(shape, steps, strict=True):
        if step == 0:
            index.append(slice(0, 1))
        else:
            start = 0 if step > 0 else n * -step - 1
            stop = start + n * step
            index.append(slice(start, stop if stop >= 0 else None, step) if n else slice(0, 0))
    view = whole[(*index, ...)]
    return view if view.shape == shape else np.broadcast_to(view, shape)


@st.composite
def operands(draw, count):
    """Arrays whose shapes broadcast."""
    shape = draw(
        st.lists(SIZES, min_size=0, max_size=4).map(lambda s: tuple(s[-3:]) if np.prod(s) > 20000 else tuple(s))
    )
    found = []
    for _ in range(count):
        own = tuple(draw(st.sampled_from([n, n, n, 1])) for n in shape[draw(st.integers(0, len(shape))) :])
        found.append(draw(views(own, draw(st.sampled_from(DTYPES)))))
    return found


def tensor(array):
    return ft.from_numpy(array if array.flags.writeable else np.lib.stride_tricks.as_strided(array, writeable=True))


def wide(array):
    return np.asarray(array).astype(np.float64)


def check(result, expected, *inputs):
    """Small integers are exact in every dtype, unless a narrow integer wraps."""
    got = result.numpy()
    assert got.shape == expected.shape
    if got.dtype.kind in "iu":
        np.testing.assert_array_equal(got, expected.astype(np.int64).astype(got.dtype))
    else:
        assert_close(
            got, expected.astype(got.dtype), 1e-2, 1e-2, what=str([(x.shape, x.strides, x.dtype) for x in inputs])
        )


@given(operands(2))
def test_two_operands(arrays):
    """Sums and products over broadcast views of any dtypes are NumPy's."""
    a, b = arrays
    x, y = tensor(a), tensor(b)
    check(x + y, wide(a) + wide(b) if x.dtype != bool or y.dtype != bool else wide(a | b), a, b)
    check(x * y, wide(a) * wide(b), a, b)
    check(ft.maximum(x, y), np.maximum(wide(a), wide(b)), a, b)
    check(x < y, wide(a) < wide(b), a, b)


@given(operands(3))
def test_three_operands(arrays):
    """So are operators of three operands, whose scalars are spread over a tile."""
    a, b, c = arrays
    check(ft.lerp(tensor(a), tensor(b), tensor(c)), wide(a) + wide(c) * (wide(b) - wide(a)), a, b, c)
    check(ft.lerp(tensor(a), tensor(b), 2), wide(a) + 2 * (wide(b) - wide(a)), a, b)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_bool_is_a_mask(dtype):
    """A condition that is a Python or NumPy bool chooses as a Tensor of it does, among any dtype."""
    x = tensor(np.full(5000, 3, dtype))
    for condition in (True, False, np.True_, np.False_):
        expected = ft.where(ft.tensor(bool(condition)), 1, x)
        assert ft.where(condition, 1, x).tolist() == expected.tolist() == [1 if condition else x[0].item()] * 5000


@given(operands(1), st.sampled_from(DTYPES), st.data())
def test_copies_and_conversions(arrays, dtype, data):
    """A copy in another dtype, and a copy into any view, has the elements it was made of."""
    (a,) = arrays
    x = tensor(a)
    check(x.to(dtype), (wide(a) != 0) if dtype.kind == "b" else wide(a), a)
    check(x.clone(), wide(a), a)
    assert x.contiguous().is_contiguous()
    check(x.contiguous(), wide(a), a)
    target = data.draw(views(a.shape, a.dtype, steps=(1, 2, -1, -2)))
    into = tensor(target)
    into.copy_(x)
    np.testing.assert_array_equal(into.numpy(), a)


@pytest.mark.parametrize("stored, computed", [("i8", "f4"), ("f8", "f8"), ("i8", "f2"), ("f4", "f8")])
def test_elements_wider_than_what_is_computed(stored, computed):
    """Whole tiles of elements that are gathered or scattered in a wider type than they are computed in have room."""
    a = np.arange(3 * 5000, dtype=stored).reshape(3, 5000)[:, ::-2] % 7
    b = np.arange(3 * 2500, dtype=computed).reshape(2500, 3).T % 5
    check(tensor(a) * tensor(b), wide(a) * wide(b), a, b)
    into = np.zeros((2500, 6), np.float64)[:, ::2].T
    ft.mul(tensor(b), 2, out=tensor(into))
    np.testing.assert_array_equal(into, wide(b) * 2)


@given(st.integers(1, 40), st.integers(-3, 3), st.booleans(), st.sampled_from([1, 2, 3000]))
def test_results_over_their_operands(n, shift, backwards, rows):
    """An output that overlaps an operand gets what it would get elsewhere."""
    memory = np.arange(rows * (n + 6), dtype=np.float32).reshape(rows, n + 6)
    expected = memory.copy()
    x = ft.from_numpy(memory)
    source = x[:, 3:-3].flip(1) if backwards else x[:, 3:-3]
    target = x[:, 3 + shift : n + 3 + shift]
    wanted = expected[:, 3:-3][:, :: -1 if backwards else 1] * 2 + 1
    ft.add(source * 2, 1, out=target)
    expected[:, 3 + shift : n + 3 + shift] = wanted
    np.testing.assert_array_equal(memory, expected)
    again = np.arange(rows * (n + 6), dtype=np.float32).reshape(rows, n + 6)
    y = ft.from_numpy(again)
    source = y[:, 3:-3].flip(1) if backwards else y[:, 3:-3]
    wanted = source.numpy().copy() + 1
    ft.add(source, 1, out=y[:, 3 + shift : n + 3 + shift])
    np.testing.assert_array_equal(again[:, 3 + shift : n + 3 + shift], wanted)


NAMES = ["a", "b", "c"]
LEAVES = st.sampled_from([*NAMES, "2", "0.5", "-1"])
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["tanh", "abs", "relu", "square"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"maximum({t[0]}, {t[1]})"),
    ),
    max_leaves=30,
).filter(lambda text: re.search(r"\b[abc]\b", text))


@given(FORMULAS, operands(3))
@settings(max_examples=settings().max_examples * 3 // 5)
def test_formulas_are_what_their_operations_give(text, arrays):
    """A compiled formula gives what the same operations give one after the other."""
    formula = ft.pointwise(text + " + 0.0")
    given_ = dict(zip(NAMES, arrays, strict=True))
    inputs = [tensor(given_[name].astype(np.float64)) for name in formula.names]
    together = formula(*inputs)
    apart = formula.composite(*inputs)
    assert together.shape == apart.shape
    np.testing.assert_allclose(together.numpy(), apart.numpy(), rtol=1e-9, atol=1e-9)


LARGE = """
import flambeau.tensor as ft, numpy as np
rng = np.random.default_rng(0)
a, b = (rng.normal(size=(1003, 1009)).astype(np.float32) for _ in range(2))
x, y = ft.from_numpy(a), ft.from_numpy(b)
for got, want in (
    (x + y, a + b), (x.T * y.T, (a * b).T), (x + y[0], a + b[0]), (x - y[:, :1], a - b[:, :1]),
    (x[::2] + y[::2], a[::2] + b[::2]), (x[:, ::2] * y[:, ::-2], a[:, ::2] * b[:, ::-2]),
    (x.T.contiguous(), a.T), (x.T.double().contiguous(), a.T.astype(np.float64)),
    (x[:1000, :1000].T + y[:1000, :1000], a[:1000, :1000].T + b[:1000, :1000]),
    (ft.lerp(x, y, 0.25), a + np.float32(0.25) * (b - a)), (ft.clamp(x, 0), np.maximum(a, 0)),
):
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-6, atol=1e-6)
big = ft.ones(5_000_000)
assert (ft.pointwise("a * 2 + 1")(big).numpy() == 3).all() and ((big + 1).numpy() == 2).all()

# What is written past the cache, or asked for ahead, is what the same rows give alone.
three = ft.tensor([0.5, 0.25, 3.0]).reshape(3, 1)
for formula, shape, dtypes in (
    ("(a / 255 - b) / b", (3, 1_500_001), ("uint8", None)), ("a + b", (9, 1_000_003), ("bfloat16", "bfloat16")),
    ("a * b", (9, 1_000_003), ("float16", "float16")), ("a * b + a", (5, 1_000_003), ("bfloat16", "float32")),
    ("sigmoid(a * b + a) * b - a", (3, 1_000_003), ("float32", "float32")),
    ("(a - b) * b", (3, 2_000_003), ("float32", None)),
):
    drawn = [ft.from_numpy(rng.integers(0, 200, shape)).to(dtype) if dtype else three for dtype in dtypes]
    f = ft.pointwise(formula)
    whole = f(*drawn)
    for i in range(shape[0]):
        assert ft.equal(whole[i], f(*(x[i] for x in drawn))), (formula, i)
"""


@pytest.mark.parametrize("isa", instruction_sets())
def test_every_instruction_set(isa):
    """Arrays of more than one tile and one chunk are right with the kernels of each instruction set."""
    subprocess.run([sys.executable, "-c", LARGE], check=True, env={**os.environ, "FLAMBEAU_ISA": isa})


def test_an_unknown_instruction_set_is_refused():
    """A name that this machine cannot run is an error at import that lists those it can."""
    done = subprocess.run(
        [sys.executable, "-c", "import flambeau.tensor"],
        capture_output=True, text=True, check=False, env={**os.environ, "FLAMBEAU_ISA": "v9"},
    )  # fmt: skip
    expected = (
        "ImportError: flambeau.tensor: environment variable 'FLAMBEAU_ISA': expected one of "
        f"{', '.join(instruction_sets())}, which this machine can run, got 'v9'"
    )
    assert done.stderr.strip().endswith(expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("operation", ["fmod", "remainder", "floor_divide"])
def test_remainders_are_exact_for_every_quotient(operation, dtype):
    """Small and huge quotients, multiples, denormals, zeros and infinities, alone in their block and among others."""
    info, rng = np.finfo(dtype), np.random.default_rng(0)
    ends = [0.0, info.smallest_subnormal, info.tiny, 1, 3, 0.1, info.max / 3, info.max, np.inf, np.nan]
    special = np.array([sign * x for x in ends for sign in (1, -1)], dtype)
    a, b = (x.ravel() for x in np.meshgrid(special, special))
    moderate = rng.standard_normal((2, 3000)) * [[100], [3]]
    multiple = rng.integers(-99, 99, 3000) * 0.7
    wide = np.ldexp(rng.uniform(-2, 2, (2, 3000)), rng.integers(-30, 30, (2, 3000)))
    a = np.concatenate([a, moderate[0], multiple, wide[0]]).astype(dtype)
    b = np.concatenate([b, moderate[1], np.full(3000, 0.7), wide[1]]).astype(dtype)
    with np.errstate(all="ignore"):  # NumPy warns of divisions by zero; the values are what counts
        expected = getattr(np, operation)(a, b)
        spread = [getattr(np, operation)(a, b[i]) for i in (700, 7000)]
    result = np.asarray(getattr(ft, operation)(a, b))
    np.testing.assert_array_equal(result, expected)
    number = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(result)[number], np.signbit(expected)[number])
    for i, e in zip((700, 7000), spread, strict=True):
        np.testing.assert_array_equal(np.asarray(getattr(ft, operation)(a, b[i : i + 1])), e)
