"""Programs with loops of their own give the bits that their steps give one after the other."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._core.tensor import PointwiseProgram
from flambeau.tensor._fused_loops import PROGRAMS, read

SIZES = [0, 1, 3, 7, 8, 15, 16, 17, 100, 1023, 8192, 8193, 40_001]
EXTREMES = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-310, 1e-40, -1e-40, 3e38]
NUMBERS = [0.1, 0.999, -0.003, 1e-8, 1.5, -0.7, 3.0, 0.25]


def inputs_of(text):
    steps, written = read(text)
    values = [value for step in steps for value in step.arguments] + written
    return 1 + max(int(value[1:]) for value in values if value[0] == "x")


def values(text, inputs, apply):
    """What a program writes, by `apply(operator, arguments)`."""
    steps, written = read(text)
    known = {f"x{i}": x for i, x in enumerate(inputs)}
    numbers = iter(NUMBERS)
    for made, step in enumerate(steps):
        arguments = [next(numbers) if value == "n" else known[value] for value in step.arguments]
        known[f"y{made}"] = apply(getattr(ft.ops, step.name), arguments)
    return [known[value] for value in written]


def program(text, *dtypes):
    made = PointwiseProgram()
    for value in values(text, [made.input(dtype) for dtype in dtypes], made.apply):
        made.output(value)
    return made


def sets(text, dtype):
    """Arrays of every size, which begin anywhere, with all kinds of numbers among them."""
    rng = np.random.default_rng(0)
    for at, n in enumerate(SIZES):
        memory = rng.normal(size=(inputs_of(text), n + 32)).astype(dtype)
        memory[:, 20:][rng.random((len(memory), n + 12)) < 0.05] = rng.choice(EXTREMES)
        yield [ft.from_numpy(row[(at * 5 + 3 * k) % 17 :][:n]) for k, row in enumerate(memory)]


def bits(x):
    """A nan is a nan, whatever else is in it."""
    array = x.numpy()
    return np.where(np.isnan(array), np.nan, array).astype(array.dtype).view(f"i{array.itemsize}")


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("text", PROGRAMS)
def test_the_bits_of_single_steps(text, dtype, threads):
    """Over lists of arrays, of all sizes and alignments, written over what is read, on several threads."""
    made = program(text, *[dtype] * inputs_of(text))
    assert made.text() == text
    assert made.has_own_loop
    before = ft.get_num_threads()
    tensors = list(sets(text, dtype))
    expected = [values(text, [x.clone() for x in each], lambda op, args: op(*args)) for each in tensors]
    untouched = [[x.clone() for x in each[made.outputs :]] for each in tensors]
    try:
        ft.set_num_threads(threads)
        assert made.run_all(tensors, tuple((o, ft.ops.mul) for o in range(made.outputs))) == []
    finally:
        ft.set_num_threads(before)
    for each, wanted, rest in zip(tensors, expected, untouched, strict=True):
        for got, want in zip(each, [*wanted, *rest], strict=True):
            np.testing.assert_array_equal(bits(got), bits(want))


def test_other_types_go_by_steps():
    """Half floats, and floats of two types together, are computed in other types than they are stored in."""
    text = PROGRAMS[0]
    for dtypes in (["float16"] * 2, [ft.bfloat16] * 2, ["float32", "float64"], ["float64", "float32"]):
        made = program(text, *dtypes)
        assert not made.has_own_loop
    x, y = ft.ones(3, dtype="float16"), ft.ones(3, dtype="float16")
    assert program(text, "float16", "float16").run_all([[x, y]], ((0, ft.ops.sub),)) == []
    assert x.tolist() == [np.float16(0.9)] * 3


def test_other_programs_go_by_steps():
    """A program that differs from a listed one in what it reads, does or writes has no loop."""
    assert program("mul(n, x1) sub(x0, y0) -> y1", "float32", "float32").has_own_loop
    for text in (
        "mul(x1, n) sub(x0, y0) -> y1",
        "mul(n, x1) sub(y0, x0) -> y1",
        "mul(n, x1) add(x0, y0) -> y1",
        "mul(n, x1) sub(x0, y0) -> y1 y0",
    ):
        made = program(text, "float32", "float32")
        assert made.text() == text
        assert not made.has_own_loop


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mul(x0, x1)", "expected steps and what is written, as in 'mul(n, x1) sub(x0, y0) -> y1'"),
        ("mul(n, x1) and -> y0", "expected steps and what is written, as in 'mul(n, x1) sub(x0, y0) -> y1'"),
        ("mul(x0, x1), add(y0, n) -> y1", "expected steps and what is written, as in 'mul(n, x1) sub(x0, y0) -> y1'"),
        ("mul(x0,x1) -> y0", "expected an input, a number or an earlier step, got 'x0,x1'"),
        ("mul(n, z1) -> y0", "expected an input, a number or an earlier step, got 'z1'"),
        ("mul(x0, y0) -> y0", "expected an input, a number or an earlier step, got 'y0'"),
        ("mul(x0, 2) -> y0", "expected an input, a number or an earlier step, got '2'"),
        ("mul(x0, x1) -> n", "expected an input, a number or an earlier step, got 'n'"),
        ("mul(x0, x1) -> y1", "expected an input, a number or an earlier step, got 'y1'"),
    ],
)
def test_texts_that_are_no_programs(text, message):
    """What is wrong with a line is said, before C++ is made of it."""
    with pytest.raises(ValueError) as raised:
        read(text)
    assert str(raised.value) == f"program '{text}': {message}"
