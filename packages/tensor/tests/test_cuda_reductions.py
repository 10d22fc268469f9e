"""The CUDA backend's reductions where the operator database's samples are too small or too regular to go."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = fibres.needed

rng = np.random.default_rng(0)


# The shape of what is in memory, what is seen of it, and what is reduced of that.
LAYOUTS = {
    "all, split among blocks": ((70_001,), lambda x: x, None),
    "rows of warps": ((5, 301), lambda x: x, 1),
    "rows of blocks": ((3, 5000), lambda x: x, 1),
    "short rows": ((700, 3), lambda x: x, 1),
    "rows that begin anywhere": ((7, 131), lambda x: x[:, 1:], 1),
    "columns": ((40, 64), lambda x: x, 0),
    "columns, split among blocks": ((3000, 20), lambda x: x, 0),
    "columns that begin anywhere": ((70, 24), lambda x: x[:, 1:21], 0),
    "odd columns": ((33, 7), lambda x: x, 0),
    "columns in batches": ((3, 17, 33), lambda x: x, 1),
    "two runs": ((6, 5, 49), lambda x: x, (0, 2)),
    "many runs, split among blocks": ((1500, 2, 50), lambda x: x, (0, 2)),
    "columns of runs": ((9, 4, 5, 8), lambda x: x[:, :, :3], (0, 2)),
    "columns of runs, split among blocks": ((90, 50, 4), lambda x: x[:, ::3], (0, 1)),
    "transposed": ((31, 50), lambda x: x.T, 0),
    "every other": ((31, 50), lambda x: x[:, ::2], 1),
    "all of every other": ((31, 50), lambda x: x[::2, ::3], None),
    "one element": ((1, 1), lambda x: x, 1),
    "nothing to reduce": ((4, 0), lambda x: x, 1),
    "no results": ((0, 4), lambda x: x, 1),
}


def seen(layout, device, dtype, change=lambda array: array):
    """A tensor on the device, the same as float64 on the host, and the dimension to reduce."""
    shape, view, dim = LAYOUTS[layout]
    array = change(np.random.default_rng(0).normal(size=shape)).astype(dtype)
    return view(ft.tensor(array, device=device)), view(ft.tensor(array.astype("float64"))), dim


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "norm", "logsumexp", "count_nonzero"])
def test_totals(device, layout, name):
    for dtype, near in (("float64", 1e-9), ("float32", 2e-4), ("float16", 2e-3)):
        x, host, dim = seen(layout, device, dtype, lambda a: 1 + a / 100 if name == "prod" else a)
        got, want = (getattr(ft, name)(t, dim=dim).cpu().numpy() for t in (x, host))
        np.testing.assert_allclose(got, want, rtol=near, atol=near)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if not name.startswith("no")])
def test_extrema(device, layout):
    """The first of equal ones is found, whatever the layout and however it is cut."""
    x, host, dim = seen(layout, device, "float32", lambda a: np.round(2 * a))
    for name in ("amax", "amin") if isinstance(dim, tuple) else ("amax", "amin", "argmax", "argmin"):
        got, want = (getattr(ft, name)(t, dim).cpu().numpy() for t in (x, host))
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("place", [0, 1, 4097, 69_999])
def test_the_first_nan_is_the_greatest_and_the_smallest(device, place):
    array = rng.normal(size=70_001)
    array[[place, 70_000]] = np.nan
    x = ft.tensor(array, device=device)
    assert x.argmax().item() == x.argmin().item() == place
    assert np.isnan(x.amax().item()) and np.isnan(x.amin().item())


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "uint64", "bool"])
def test_extrema_of_integers_at_their_limits(device, dtype):
    low, high = (False, True) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    for values in ([low] * 40, [high] * 40, [low, high] * 20):
        array = np.array(values, dtype)
        x = ft.tensor(array, device=device)
        assert (x.amax().item(), x.amin().item()) == (array.max(), array.min())
        assert (x.argmax().item(), x.argmin().item()) == (array.argmax(), array.argmin())


@pytest.mark.parametrize(
    "values", [[np.inf, 1.0], [-np.inf] * 300, [-np.inf, -1e4, np.nan], [np.inf, -np.inf], [-2e4] * 9]
)
@pytest.mark.parametrize("dtype", [ft.float32, ft.float16, ft.float64])
def test_logsumexp_of_what_is_not_finite(device, values, dtype):
    x = ft.tensor(np.array(values, "float32"), dtype=dtype)
    np.testing.assert_allclose(x.to(device).logsumexp(0).cpu().numpy(), x.logsumexp(0).numpy(), rtol=1e-3)


def test_a_variance_far_from_zero(device):
    array = (rng.normal(size=20_000) + 1e4).astype("float32")
    got = ft.tensor(array, device=device).var().item()
    assert got == pytest.approx(array.astype("float64").var(ddof=1), rel=1e-4)


def test_more_ones_than_16_bits_count(device):
    x = ft.ones(70_000, dtype=ft.bfloat16, device=device)
    assert x.sum(dtype=ft.float32).item() == 70_000
    assert x.mean().item() == 1
