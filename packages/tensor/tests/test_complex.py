"""Complex elements in functions of each element: NumPy's values, or a refusal that says so."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close

rng = np.random.default_rng(0)
DTYPES = pytest.mark.parametrize("dtype", [np.complex64, np.complex128])

UNARY = """
exp expm1 log log1p log2 log10 sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh abs square reciprocal
isnan isinf isfinite logical_not
""".split()
BINARY = "add sub mul pow eq ne logical_and logical_or logical_xor".split()
NUMPY = {"sub": "subtract", "mul": "multiply", "pow": "power", "eq": "equal", "ne": "not_equal"}
NUMPY |= {f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
REFUSED = """
lt le gt ge maximum minimum fmax fmin floor ceil trunc round frac sign signbit relu leaky_relu softplus softsign silu
erf erfc erfinv exp2 atan2 hypot copysign heaviside nextafter fmod remainder floor_divide deg2rad rad2deg logaddexp
ldexp frexp
""".split()


def values(dtype, layout="contiguous"):
    x = (rng.standard_normal((3, 4)) + 1j * rng.standard_normal((3, 4))).astype(dtype)
    return x if layout == "contiguous" else x.T[::-1]


@DTYPES
@pytest.mark.parametrize("name", UNARY)
def test_unary(name, dtype):
    """In any layout, and in place where the result is complex, too."""
    for layout in ("contiguous", "turned"):
        x = values(dtype, layout)
        with np.errstate(all="ignore"):
            expected = getattr(np, NUMPY.get(name, name))(x)
        assert_close(getattr(ft, name)(ft.from_numpy(x)), expected)
        if expected.dtype == dtype:
            y = ft.tensor(x)
            assert getattr(y, name + "_")() is y
            assert_close(y, expected)


@DTYPES
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, dtype):
    """Operands broadcast; real ones are complex without imaginary parts."""
    x, y = values(dtype), values(dtype)[0]
    function, numpys = getattr(ft, name), getattr(np, NUMPY.get(name, name))
    assert_close(function(ft.from_numpy(x), ft.from_numpy(y)), numpys(x, y))
    real = y.real.copy()
    assert_close(function(ft.from_numpy(x), ft.from_numpy(real)), numpys(x, real.astype(dtype)))
    assert_close(function(ft.from_numpy(x), 2j), numpys(x, np.array(2j, dtype)))


@DTYPES
def test_sigmoid_and_division(dtype):
    """What NumPy has no name for."""
    x = values(dtype)
    t = ft.from_numpy(x)
    close = 4 * np.finfo(dtype).eps
    assert_close(ft.sigmoid(t), 1 / (1 + np.exp(-x)), close)
    assert_close(t / (1 + 2j), x / np.array(1 + 2j, dtype), close)
    assert_close(ft.rsqrt(t), 1 / np.sqrt(x), close)
    assert ft.float_power(t, 2).dtype == np.complex128


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    """What has no meaning for complex numbers says so, and by its own name."""
    record = getattr(ops, name)
    operands = sum(p.required for p in record.parameters)
    with pytest.raises(ft.DTypeError) as raised:
        getattr(ft, name)(*[ft.tensor([1j])] * operands)
    assert str(raised.value) == f"{name}(): expected a real dtype, got complex64"


@DTYPES
def test_parts_are_views(dtype):
    """``real`` and ``imag`` share memory, as functions and as attributes, and can be written."""
    x = ft.tensor(values(dtype))
    was = x.numpy().copy()
    for part, numpys in ((x.real, was.real), (ft.real(x), was.real), (x.imag, was.imag), (ft.imag(x), was.imag)):
        assert part.base is x
        assert_close(part, numpys.copy())
    x.real = 7
    x.imag += 1
    assert_close(x, (7 + 1j * (was.imag + 1)).astype(dtype))
    y = ft.ones(2)
    assert y.real is y and ft.real(y) is y
    with pytest.raises(ft.DTypeError) as raised:
        y.imag  # noqa: B018
    assert str(raised.value) == "imag(): argument 'input': expected a complex dtype, got float32"


@DTYPES
def test_direction_and_conjugate(dtype):
    """angle, sgn, conj and its like; 0 has direction 0."""
    x = values(dtype)
    x[0, 0] = 0
    t = ft.from_numpy(x)
    assert_close(ft.angle(t), np.angle(x))
    assert_close(ft.sgn(t), np.where(x == 0, 0, x / np.where(x == 0, 1, np.abs(x))))
    assert_close(ft.conj(t), np.conj(x))
    assert_close(t.conj_physical().resolve_conj().resolve_neg(), np.conj(x))
    assert ft.isreal(ft.tensor([1, 1j])).tolist() == [True, False]
    assert ft.isreal(ft.ones(2)).all()
    assert t.is_complex() and not ft.ones(1).is_complex()
    y = ft.ones(2)
    assert y.conj() is y


def test_shift_operators():
    """``<<`` and ``>>``, reflected and in place."""
    x = ft.tensor([1, 2, 3])
    assert (x << 2).tolist() == [4, 8, 12]
    assert (16 >> x).tolist() == [8, 4, 2]
    assert (1 << x).tolist() == [2, 4, 8]
    y = x
    y <<= 1
    y >>= ft.tensor([0, 1, 2])
    assert y is x and x.tolist() == [2, 2, 1]
    with pytest.raises(ft.DTypeError) as raised:
        ft.ones(1) << 1
    assert str(raised.value) == "bitwise_left_shift(): expected an integer dtype, got float32; convert it with .long()"
