"""Programs over any views of one memory: a result is what it would be had its operands been copied first."""

import re

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close
from hypothesis import given, settings
from hypothesis import strategies as st

DTYPES = [np.dtype(t) for t in "i1 i4 i8 f2 f4 f8".split()] + [np.dtype(ml_dtypes.bfloat16)]
SHAPES = st.one_of(
    st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple),
    st.sampled_from([(1500,), (3, 700), (700, 3), (17, 65, 2), (130, 70), (5, 4099)]),
)


@st.composite
def strides_over(draw, shape, apart):
    """Strides in elements; with `apart`, such that no two elements share memory."""
    if not apart and draw(st.booleans()):
        return [draw(st.integers(-3, 3)) for _ in shape]
    found, step = [0] * len(shape), draw(st.integers(1, 3))
    for d in draw(st.permutations(range(len(shape)))):
        found[d] = step * draw(st.sampled_from([1, 1, -1]))
        step *= shape[d] + draw(st.integers(0, 1))
    return found


@st.composite
def views_of_one_memory(draw, operands):
    """An array to write and others to read, of one shape, near each other in the same memory."""
    shape, dtype = draw(SHAPES), draw(st.sampled_from(DTYPES))
    layouts = [draw(strides_over(shape, apart=k == 0)) for k in range(operands + 1)]
    reach = [
        (sum(min(0, s * (n - 1)) for n, s in zip(shape, strides, strict=True)),
         sum(max(0, s * (n - 1)) for n, s in zip(shape, strides, strict=True)))
        for strides in layouts
    ]  # fmt: skip
    starts = [draw(st.integers(0, 12)) - low for low, _ in reach]
    size = max(start + high for start, (_, high) in zip(starts, reach, strict=True)) + 1
    memory = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 4, size).astype(dtype)
    views = [
        np.lib.stride_tricks.as_strided(memory[start:], shape, [s * dtype.itemsize for s in strides])
        for start, strides in zip(starts, layouts, strict=True)
    ]
    return memory, views


OPERATIONS = {
    "add": lambda out, a, b: ft.add(a, b, out=out),
    "formula": lambda out, a, b: ft.pointwise("a * b + maximum(a, b) - b")(a, b, out=out),
    "where": lambda out, a, b: ft.where(a < b, a, b, out=out),
    "copy": lambda out, a, b: out.copy_(a),
    "assignment": lambda out, a, b: out.__setitem__(..., a),
    "in place": lambda out, a, b: out.mul_(a),
    "cumsum": lambda out, a, b: ft.cumsum(a, 0, dtype=out.dtype, out=out),
    "sum": lambda out, a, b: ft.sum(a, 0, keepdim=True, dtype=out.dtype, out=out[:1]),
    "amax": lambda out, a, b: ft.amax(a, -1, keepdim=True, out=out[..., :1]),
    "clamp": lambda out, a, b: out.copy_(b.clamp(1, 2)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=settings().max_examples // 4)
@given(data=st.data())
def test_results_over_their_operands(operation, data):
    """Whatever part of its operands a result is written over, in whatever order."""
    memory, views = data.draw(views_of_one_memory(2))
    run = OPERATIONS[operation]
    expected = memory.copy()
    out = np.lib.stride_tricks.as_strided(
        expected[(views[0].ctypes.data - memory.ctypes.data) // memory.itemsize :], views[0].shape, views[0].strides
    )
    apart = ft.tensor(views[0])
    run(apart, ft.tensor(views[1]), ft.tensor(views[2]))
    out[...] = apart.numpy()
    run(*[ft.from_numpy(v) for v in views])
    np.testing.assert_array_equal(memory.view(np.uint8), expected.view(np.uint8))


NAMES = ("a", "b", "c")
LEAVES = st.sampled_from([*NAMES, "2", "0.5", "-1"])
# Only leaves are compared, which are the same in every precision: of computed values that are all but equal, halves
# that are rounded after each step may call the other one less.
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["tanh", "abs", "relu", "sigmoid", "sin"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(LEAVES, LEAVES, inner, inner).map(lambda t: f"where({t[0]} < {t[1]}, {t[2]}, {t[3]})"),
    ),
    max_leaves=12,
).filter(lambda text: re.search(r"\b[abc]\b", text))


@given(FORMULAS, views_of_one_memory(3))
def test_programs_over_any_views(text, drawn):
    """A program of several steps gives over views what its operations give over copies, one after the other."""
    _, views = drawn
    formula = ft.pointwise(text)
    arguments = [ft.from_numpy(views[1 + NAMES.index(name)]) for name in formula.names]
    together = formula(*arguments)
    apart = formula.composite(*[ft.tensor(x.numpy(), dtype=x.dtype) for x in arguments])
    assert together.dtype == apart.dtype
    wide = apart.numpy().astype(np.float64)
    scale = max(1.0, float(np.abs(wide).max()))
    # Registers hold halves in float32, so results may be closer than those of steps that round each time.
    tolerance = {ft.bfloat16: 0.1, ft.float16: 0.02, ft.float32: 1e-4, ft.float64: 1e-10}.get(together.dtype, 0)
    got = together.numpy().astype(np.float64)
    assert_close(got / scale, wide / scale, tolerance, tolerance, what=text)


def test_assigning_a_part_to_every_second_place():
    """NumPy itself writes over what it still has to read here, in one dimension."""
    for length in (10, 3000):
        x = ft.arange(length)
        x[0:length:2] = x[0 : length // 2]
        assert x[::2].tolist() == list(range(length // 2))
        assert x[1::2].tolist() == list(range(1, length, 2))
