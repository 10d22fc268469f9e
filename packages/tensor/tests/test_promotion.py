"""In which dtype operands meet: the array API's table within a kind, the float operand across kinds, weak numbers.

The table is written out here; random pairs and shapes are tried in test_opdb_promotion.py.
"""

import flambeau.tensor as ft
import numpy as np
import pytest

I1, I2, I4, I8 = ft.int8, ft.int16, ft.int32, ft.int64
U1, U2, U4, U8 = ft.uint8, ft.uint16, ft.uint32, ft.uint64
F2, B2, F4, F8 = ft.float16, ft.bfloat16, ft.float32, ft.float64
C8, C16 = ft.complex64, ft.complex128

# The array API standard's tables (2024.12), row by row.
SIGNED = [
    (I1, [I1, I2, I4, I8]),
    (I2, [I2, I2, I4, I8]),
    (I4, [I4, I4, I4, I8]),
    (I8, [I8, I8, I8, I8]),
]
UNSIGNED = [
    (U1, [U1, U2, U4, U8]),
    (U2, [U2, U2, U4, U8]),
    (U4, [U4, U4, U4, U8]),
    (U8, [U8, U8, U8, U8]),
]
MIXED = [  # rows: signed, columns: unsigned. The last column is ours: no integer becomes a float.
    (I1, [I2, I4, I8, I8]),
    (I2, [I2, I4, I8, I8]),
    (I4, [I4, I4, I8, I8]),
    (I8, [I8, I8, I8, I8]),
]
FLOATING = [
    (F4, [F4, F8, C8, C16]),
    (F8, [F8, F8, C16, C16]),
    (C8, [C8, C16, C8, C16]),
    (C16, [C16, C16, C16, C16]),
]
HALVES = [(F2, [F2, F4, F4, F8]), (B2, [F4, B2, F4, F8])]
ACROSS = [
    (ft.bool_, [ft.bool_, U1, I8, F2, B2, F4, F8, C8], [ft.bool_, U1, I8, F2, B2, F4, F8, C8]),
    (I8, [F2, B2, F4, F8, C8, C16], [F2, B2, F4, F8, C8, C16]),
    (U8, [F2, B2, F4, F8, C8, C16], [F2, B2, F4, F8, C8, C16]),
]

TABLE = [
    (row, column, cell)
    for table, columns in [
        (SIGNED, [I1, I2, I4, I8]),
        (UNSIGNED, [U1, U2, U4, U8]),
        (MIXED, [U1, U2, U4, U8]),
        (FLOATING, [F4, F8, C8, C16]),
        (HALVES, [F2, B2, F4, F8]),
    ]
    for row, cells in table
    for column, cell in zip(columns, cells, strict=True)
] + [(row, column, cell) for row, columns, cells in ACROSS for column, cell in zip(columns, cells, strict=True)]


@pytest.mark.parametrize("a, b, expected", TABLE, ids=[f"{a}-{b}" for a, b, _ in TABLE])
def test_table(a, b, expected):
    """Two Tensors meet in the table's dtype, in either order, 0-d or not, contiguous or not."""
    assert ft.promote_types(a, b) == ft.promote_types(b, a) == expected
    x, y = ft.ones(3).to(a), ft.ones(3).to(b)
    for left, right in [(x, y), (y, x), (x[0], y), (x, y[0]), (x[::2], y[::2])]:
        assert ft.maximum(left, right).dtype == expected if expected.kind != "c" else (left + right).dtype == expected


def test_promote_types_takes_names():
    """Dtypes may be given in any form."""
    assert ft.promote_types("float32", int) == ft.float32
    assert ft.promote_types("bfloat16", np.int8) == ft.bfloat16


@pytest.mark.parametrize(
    "dtype, number, expected",
    [
        (I1, 1, I1), (U1, 1, U1), (I8, 1, I8), (ft.bool_, 1, I8), (ft.bool_, True, ft.bool_), (I1, True, I1),
        (F2, 1, F2), (B2, 1, B2), (F4, 1, F4), (F4, 1.5, F4), (F2, 1.5, F2), (B2, 1.5, B2), (F8, 1.5, F8),
        (I1, 1.5, F4), (I8, 1.5, F4), (ft.bool_, 1.5, F4),
        (F4, 1j, C8), (F8, 1j, C16), (I8, 1j, C8), (F2, 1j, C8), (C8, 1.5, C8), (C16, 1, C16),
        (F4, np.float64(1.5), F4), (I1, np.int64(1), I1), (I1, np.float64(1.5), F4), (F4, np.float32(1), F4),
        (I1, np.bool_(True), I1),
    ],
)  # fmt: skip
def test_numbers_are_weak(dtype, number, expected):
    """A Python (or NumPy) number has a kind but no width: it never widens a Tensor of its kind."""
    for n in (3, 5000):  # the compiled loops, and the general path
        x = ft.ones(n).to(dtype)
        assert (x + number).dtype == (number + x).dtype == expected
        assert (x[0] * number).dtype == expected


def test_zero_dimensional_arrays_are_not_numbers():
    """An array or Tensor without dimensions has a width."""
    assert (ft.ones(2) + np.array(1.5)).dtype == ft.float64
    assert (ft.ones(2) + ft.tensor(1.5, dtype="float64")).dtype == ft.float64


@pytest.mark.parametrize("call", [ft.exp, ft.sqrt, lambda x: x / 2, lambda x: x / x, ft.mean])
@pytest.mark.parametrize("dtype", [ft.bool_, U1, I8])
def test_integers_meeting_float_functions(call, dtype):
    """Integers and bools in functions of floats give the default float."""
    assert call(ft.tensor([1, 0, 1]).to(dtype)).dtype == ft.float32


@pytest.mark.parametrize("n", [3, 5000])
@pytest.mark.parametrize("dtype, number", [(I1, 200), (U1, -1), (I8, 2**63), (U8, 2**64), (I8, 10**30), (U2, 70000)])
def test_numbers_out_of_range(n, dtype, number):
    """An int that the Tensor's dtype cannot hold is refused, in compiled loops as in the general path."""
    with pytest.raises(ValueError) as raised:
        ft.ones(n).to(dtype) + number
    assert str(raised.value) == f"add(): argument 'other': expected a number in the range of {dtype.name}, got {number}"


@pytest.mark.parametrize("n", [3, 5000])
def test_numbers_at_the_edge_of_the_range(n):
    """The extremes themselves are taken, and wrap around as integers do."""
    assert (ft.zeros(n).to(I8) + (2**63 - 1))[0].item() == 2**63 - 1
    assert (ft.zeros(n).to(U8) + (2**64 - 1))[0].item() == 2**64 - 1
    assert (ft.zeros(n).to(I1) + -128)[0].item() == -128
    assert (ft.ones(n).to(U1) + 255)[0].item() == 0


@pytest.mark.parametrize("n", [3, 5000])
def test_large_ints_meet_floats(n):
    """An int beyond 64 bits is fine where the Tensor holds floats; beyond their range it is infinite, or refused."""
    assert (ft.zeros(n, dtype="float64") + 2**70)[0].item() == 2.0**70
    assert (ft.zeros(n) + 2**70)[0].item() == 2.0**70
    assert (ft.zeros(n) + 10**40)[0].item() == float("inf")
    with pytest.raises(ValueError) as raised:
        ft.zeros(n) + 10**400
    assert str(raised.value) == f"add(): argument 'other': expected a number in the range of float32, got {10**400}"


@pytest.mark.parametrize("n", [3, 5000])
def test_comparisons_promote_and_give_bool(n):
    """A comparison is made in the common dtype and gives bools."""
    x = ft.ones(n).to(I8)
    assert (x < 1.5).dtype == ft.bool_
    assert (x < 1.5).all().item()
    assert (ft.ones(n).to(U1) > ft.ones(n).to(I1) - 2).all().item()
    assert (x == ft.ones(n)).all().item()


def test_unsigned_and_signed_64_bit_integers_stay_integers():
    """uint64 with int64 is int64, not NumPy's float64: no integer becomes a float by meeting another."""
    big = ft.tensor(2**53 + 1)
    assert (big + ft.tensor(0).to(U8)).item() == 2**53 + 1
