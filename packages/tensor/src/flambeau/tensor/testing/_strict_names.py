"""What :mod:`flambeau.tensor.testing.strict` lets through: the names and parameters NumPy and CuPy both have.

One line a function, with the parameters of CuPy 14; those before ``/`` are called differently in the two libraries
and go by position. What is not here is refused, so widening this list means looking into CuPy's reference first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """The parameters of one allowed function."""

    name: str
    positional: tuple[str, ...]
    keywords: frozenset[str]
    variadic: bool


def _parse(table: str) -> dict[str, Signature]:
    signatures = {}
    for line in table.split("\n"):
        if not line.strip():
            continue
        name, _, rest = line.strip().rstrip(")").partition("(")
        positional: list[str] = []
        keywords: list[str] = []
        variadic = keyword_only = False
        for parameter in filter(None, rest.split(", ")):
            if parameter == "/":
                keywords.clear()
            elif parameter.startswith("*"):
                keyword_only = True
                variadic = variadic or len(parameter) > 1
            else:
                keywords.append(parameter)
                if not keyword_only:
                    positional.append(parameter)
        signatures[name] = Signature(name, tuple(positional), frozenset(keywords), variadic)
    return signatures


FUNCTIONS = _parse("""
all(a, axis, out, keepdims)
allclose(a, b, rtol, atol, equal_nan)
amax(a, axis, out, keepdims)
amin(a, axis, out, keepdims)
any(a, axis, out, keepdims)
arange(start, stop, step, /, dtype)
argmax(a, axis, *, out, keepdims)
argmin(a, axis, *, out, keepdims)
argpartition(a, kth, axis)
argsort(a, axis, kind)
argwhere(a)
array(object, /, dtype, copy, *, order)
array_equal(a1, a2, equal_nan)
asarray(a, dtype, order, *, copy)
ascontiguousarray(a, dtype)
atleast_1d(*arrays)
atleast_2d(*arrays)
atleast_3d(*arrays)
bincount(x, /, weights, minlength)
broadcast_arrays(*args)
broadcast_shapes(*args)
broadcast_to(array, shape)
can_cast(from_, to, casting)
clip(a, a_min, a_max, out)
concatenate(arrays, /, axis, out, *, dtype, casting)
copy(a, order)
copyto(dst, src, casting, where)
count_nonzero(a, axis)
cumprod(a, axis, dtype, out)
cumsum(a, axis, dtype, out)
diag(v, k)
diagonal(a, offset, axis1, axis2)
diff(a, n, axis)
dot(a, b, out)
einsum(*operands)
empty(shape, dtype, order)
empty_like(prototype, dtype, order, subok, shape)
expand_dims(a, axis)
eye(N, M, k, dtype)
flatnonzero(a)
flip(m, /, axis)
full(shape, fill_value, dtype, order)
full_like(a, fill_value, dtype, order, subok, shape)
hstack(arrays, /, *, dtype, casting)
indices(dimensions, dtype)
inner(a, b, /)
isin(element, test_elements, assume_unique, invert)
isscalar(element)
issubdtype(arg1, arg2)
lexsort(keys)
linspace(start, stop, num, endpoint, retstep, dtype, axis)
matmul(a, b, /, out, *, dtype)
max(a, axis, out, keepdims)
may_share_memory(a, b, max_work)
mean(a, axis, dtype, out, keepdims)
median(a, axis, out, overwrite_input, keepdims)
min(a, axis, out, keepdims)
moveaxis(a, source, destination)
nan_to_num(x, copy, nan, posinf, neginf)
nanmax(a, axis, out, keepdims)
nanmin(a, axis, out, keepdims)
nansum(a, axis, dtype, out, keepdims)
ndim(a)
nonzero(a)
ones(shape, dtype, order)
ones_like(a, dtype, order, subok, shape)
outer(a, b, out)
pad(array, pad_width, mode, *, constant_values)
partition(a, kth, axis)
prod(a, axis, dtype, out, keepdims)
promote_types(type1, type2, /)
ptp(a, axis, out, keepdims)
put_along_axis(arr, indices, values, axis)
ravel(a, order)
repeat(a, repeats, axis)
reshape(a, shape, /, order)
result_type(*arrays_and_dtypes)
roll(a, shift, axis)
rollaxis(a, axis, start)
round(a, decimals, out)
searchsorted(a, v, side, sorter)
select(condlist, choicelist, default)
shape(a)
shares_memory(a, b, max_work)
size(a)
sort(a, axis, kind)
split(ary, indices_or_sections, axis)
squeeze(a, axis)
stack(arrays, /, axis, out, *, dtype, casting)
std(a, axis, dtype, out, ddof, keepdims)
sum(a, axis, dtype, out, keepdims)
swapaxes(a, axis1, axis2)
take(a, indices, axis, out)
take_along_axis(arr, /, indices, axis)
tensordot(a, b, axes)
tile(A, reps)
trace(a, offset, axis1, axis2, dtype, out)
transpose(a, axes)
tri(N, M, k, dtype)
tril(m, k)
tril_indices(n, k, m)
triu(m, k)
triu_indices(n, k, m)
unique(ar, /, return_index, return_inverse, return_counts, axis)
unravel_index(indices, shape, /, order)
var(a, axis, dtype, out, ddof, keepdims)
vstack(arrays, /, *, dtype, casting)
where(condition, x, y, /)
zeros(shape, dtype, order)
zeros_like(a, dtype, order, subok, shape)
""")

LINALG = _parse("""
det(a)
eig(a)
eigh(a, UPLO)
eigvals(a)
eigvalsh(a, UPLO)
inv(a)
qr(a, mode)
slogdet(a)
solve(a, b)
svd(a, full_matrices, compute_uv)
""")

FFT = _parse("""
fft(a, n, axis, norm)
fftn(a, s, axes, norm)
ifft(a, n, axis, norm)
ifftn(a, s, axes, norm)
irfft(a, n, axis, norm)
rfft(a, n, axis, norm)
""")

METHODS = _parse("""
all(axis, out, keepdims)
any(axis, out, keepdims)
argmax(axis, *, out, keepdims)
argmin(axis, *, out, keepdims)
argpartition(kth, axis)
argsort(axis, kind)
astype(dtype, order, casting, subok, copy)
clip(min, max, out)
copy(order)
cumprod(axis, dtype, out)
cumsum(axis, dtype, out)
diagonal(offset, axis1, axis2)
dot(b, /, out)
fill(value)
flatten(order)
max(axis, out, keepdims)
mean(axis, dtype, out, keepdims)
min(axis, out, keepdims)
nonzero()
partition(kth, axis)
prod(axis, dtype, out, keepdims)
ravel(order)
repeat(repeats, axis)
reshape(*shape, order)
round(decimals, out)
searchsorted(v, side, sorter)
sort(axis, kind)
squeeze(axis)
std(axis, dtype, out, ddof, keepdims)
sum(axis, dtype, out, keepdims)
swapaxes(axis1, axis2, /)
take(indices, axis, out)
trace(offset, axis1, axis2, dtype, out)
transpose(*axes)
var(axis, dtype, out, ddof, keepdims)
view(dtype)
""")

# Functions and methods that compute nothing, wherever the arrays are, as long as what they give shares their memory.
LOOKS = frozenset(
    """
    asarray broadcast_arrays broadcast_to can_cast diagonal expand_dims may_share_memory moveaxis ndim promote_types
    ravel reshape result_type shape shares_memory size squeeze swapaxes transpose view
    """.split()
)

ATTRIBUTES = frozenset("dtype imag itemsize nbytes ndim real shape size strides".split())

UFUNCS = frozenset(
    """
    abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_left_shift bitwise_not
    bitwise_or bitwise_right_shift bitwise_xor cbrt ceil conj conjugate copysign cos cosh divide divmod equal exp exp2
    expm1 fabs float_power floor floor_divide fmax fmin fmod frexp gcd greater greater_equal heaviside hypot invert
    isfinite isinf isnan lcm ldexp left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and
    logical_not logical_or logical_xor maximum minimum mod modf multiply negative nextafter not_equal positive power
    reciprocal remainder right_shift rint sign signbit sin sinh sqrt square subtract tan tanh true_divide trunc
    """.split()
)
UFUNC_KEYWORDS = frozenset({"out", "dtype", "casting"})
# The only method of CuPy's ufuncs that works for several of them, which these are, and for which dtypes.
UFUNCS_WITH_AT = {
    name: frozenset(dtypes.split())
    for names, dtypes in {
        "add": "int32 int64 float16 float32 float64 uint32 uint64",
        "bitwise_and bitwise_or bitwise_xor": "int32 int64 uint32 uint64",
        "maximum minimum": "int32 float32 float64 uint32 uint64",
        "subtract": "int32 uint32",
    }.items()
    for name in names.split()
}

CONSTANTS = frozenset("e inf nan newaxis pi".split())
TYPES = frozenset(
    """
    bool bool_ dtype finfo float16 float32 float64 floating generic iinfo inexact int16 int32 int64 int8 integer intp
    number signedinteger uint16 uint32 uint64 uint8 unsignedinteger
    """.split()
)
