"""Linear algebra on CUDA devices: what is made of a library's factors, with NumPy's in the place of cuSOLVER's."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import linalg
from flambeau.tensor._cuda import _cusolver
from flambeau.tensor._reference import _substitution
from flambeau.tensor.testing import assert_close, opdb
from flambeau.tensor.testing.strict import strict_xp

pytestmark = fibres.needed

FACTORED = ("cholesky_ex", "lu_factor_ex", "solve_triangular", "solve_ex", "inv_ex")


class Solver:
    """See :class:`flambeau.tensor._cuda._cusolver.Cusolver`: checks what that demands, leaves garbage where it does."""

    def __init__(self):
        self.calls = []

    def _called(self, name, *arrays):
        self.calls.append(name)
        for a in arrays:
            assert a.dtype.name in _cusolver.LETTERS and a.size and a.ndim >= 2
        assert len({a.dtype for a in arrays}) == 1 and len({a.shape[:-2] for a in arrays}) == 1

    def lu(self, a):
        self._called("lu", a)
        assert a.shape[-1] == a.shape[-2]
        triangles, swaps = _substitution.lu(strict_xp, a, True)
        info = _substitution.first_failure(strict_xp, _substitution.diagonal(strict_xp, triangles) == 0)
        return triangles, (swaps + 1).astype("int32"), info

    def triangular(self, a, b, lower, unit):
        self._called("triangular", a, b)
        return _substitution.solve_triangular(strict_xp, a, b, not lower, True, unit)

    def cholesky(self, a):
        self._called("cholesky", a)
        factor = _substitution.cholesky(strict_xp, a)
        pivots = _substitution.diagonal(strict_xp, factor).real
        return factor + strict_xp.triu(strict_xp.ones_like(a), 1), _substitution.first_failure(strict_xp, ~(pivots > 0))


@pytest.fixture
def solver():
    with fibres.replaced(_cusolver.use, Solver()) as library:
        yield library


@pytest.fixture
def device(solver, device):
    return device


CASES = [(name, dtype) for name in FACTORED for dtype in ("float16", "float32", "float64")]
CASES += [("swapped_rows", dtype) for dtype in ("uint8", "int32", "int64")]


@pytest.mark.parametrize("name, dtype", CASES)
def test_factors_become_what_the_database_says(name, dtype, device, solver):
    info = opdb.entry(name)
    for sample in info.generate(np.dtype(dtype), **opdb.tensors(device)):
        expected = info.expected(opdb.arrays_of(sample.fresh()), np.dtype(dtype))
        call = sample.fresh()
        results = opdb.to_tuple(info.function(*call.args, **call.kwargs))
        for got, want in zip(results, expected, strict=True):
            assert_close(got.cpu(), want, *info.tolerance_of(want.dtype), what=f"{name}{sample}")


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_complex_matrices(batch, dtype, device, solver):
    rng = np.random.default_rng(0)
    a = rng.standard_normal((*batch, 5, 5)) + 1j * rng.standard_normal((*batch, 5, 5)) + 5 * np.eye(5)
    b = (rng.standard_normal((*batch, 5, 2)) + 1j).astype(dtype)
    positive = (a @ a.conj().swapaxes(-1, -2)).astype(dtype)
    a = a.astype(dtype)
    A, B, P = (ft.from_numpy(x).to(device) for x in (a, b, positive))
    rounding = (1e-4, 1e-4) if dtype == "complex64" else (1e-10, 1e-10)
    assert_close(linalg.solve(A, B).cpu(), np.linalg.solve(a, b), *rounding)
    assert_close(linalg.inv(A).cpu(), np.linalg.inv(a), *rounding)
    assert_close(linalg.cholesky(P).cpu(), np.linalg.cholesky(positive), *rounding)
    below = linalg.solve_triangular(A, B, upper=False)
    assert_close(below.cpu(), np.linalg.solve(np.tril(a), b), *rounding)
    assert solver.calls.count("lu") == 2 and solver.calls.count("cholesky") == 1


def test_singular_matrices_are_reported(device):
    A = ft.tensor([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]]], device=device)
    with pytest.raises(ft.errors.LinAlgError):
        linalg.inv(A)
    with pytest.raises(ft.errors.LinAlgError):
        linalg.cholesky(-A)


def test_swaps_of_many_matrices(device):
    """More than a block has threads."""
    pivots = np.random.default_rng(0).integers(1, 6, (300, 4)).astype("int32")
    there, here = (ft.ops.swapped_rows(ft.from_numpy(pivots).to(place), 5) for place in (device, "cpu"))
    assert_close(there.cpu(), here)
