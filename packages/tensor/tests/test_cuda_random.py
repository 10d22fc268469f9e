"""The CUDA backend draws the numbers that the CPU draws. Its kernels run on the CPU here (see ``fibres/``)."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = fibres.needed

SHAPES = [(), (0,), (1,), (3,), (5, 7), (2, 1000), (4099,)]
FLOATS = [ft.float16, ft.bfloat16, ft.float32, ft.float64]
OTHERS = [ft.bool_, ft.uint8, ft.int8, ft.int16, ft.int32, ft.int64, ft.uint64]


def generators():
    """Two at one place of a stream, beyond what 32 bits count."""
    generator = ft.Generator(2**40 + 7)
    generator.set_state({"seed": 2**40 + 7, "offset": 2**33 + 5})
    return generator, generator.clone()


def both(draw, device):
    """What is drawn on the CPU and on the device, which leave their Generators at one place."""
    here, there = generators()
    results = draw(here, "cpu"), draw(there, device)
    assert here.get_state() == there.get_state()
    assert results[1].device == device
    return [r.cpu().numpy() for r in results]


def assert_equal(draw, device):
    expected, got = both(draw, device)
    assert expected.dtype == got.dtype
    np.testing.assert_array_equal(got, expected)


def assert_near(draw, device, ulps=4):
    expected, got = both(draw, device)
    assert expected.dtype == got.dtype
    unit = np.asarray(np.spacing(np.abs(expected)) if expected.dtype.kind == "f" else np.abs(expected) * 2.0**-7)
    distance = np.abs(got.astype("f8") - expected.astype("f8"))
    assert (distance <= ulps * unit.astype("f8")).all()


def filled(name, *args, dtype, view=False, **kwargs):
    """A draw in place, of a whole Tensor or of every other element of one that begins where no vector does."""

    def draw(generator, place, shape):
        if not view:
            return getattr(ft.zeros(*shape, dtype=dtype, device=place), name)(*args, generator=generator, **kwargs)
        holder = ft.zeros(*shape, 3, dtype=dtype, device=place)
        getattr(holder[..., 1], name)(*args, generator=generator, **kwargs)
        return holder

    return draw


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_floats(shape, dtype, device):
    assert_equal(lambda g, d: ft.rand(shape, generator=g, dtype=dtype, device=d), device)
    assert_near(lambda g, d: ft.randn(shape, generator=g, dtype=dtype, device=d), device)
    like = {d: ft.zeros(*shape, dtype=dtype, device=d) for d in ("cpu", device)}
    assert_equal(lambda g, d: ft.rand_like(like[d], generator=g), device)
    assert_near(lambda g, d: ft.randn_like(like[d], generator=g, device=d), device)


@pytest.mark.parametrize("view", [False, True])
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_floats_in_place(shape, dtype, view, device):
    draw = filled("uniform_", -3, 5.5, dtype=dtype, view=view)
    assert_equal(lambda g, d: draw(g, d, shape), device)
    for name, args in (("normal_", (0, 2.5)), ("exponential_", (0.7,)), ("cauchy_", (0, 3)), ("log_normal_", (0, 0.5))):
        draw = filled(name, *args, dtype=dtype, view=view)
        # What is computed as double comes from normal numbers that may differ by 4 ulp.
        assert_near(lambda g, d, draw=draw: draw(g, d, shape), device, 16)


def test_uniform_bounds(device):
    """What is rounded up to the end goes to the beginning."""
    for dtype in FLOATS:
        draw = filled("uniform_", 1000, 1001, dtype=dtype)
        assert_equal(lambda g, d, draw=draw: draw(g, d, (5000,)), device)


@pytest.mark.parametrize("dtype", OTHERS + FLOATS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_integers(shape, dtype, device):
    assert_equal(lambda g, d: ft.randint(0, 2, shape, generator=g, dtype=dtype, device=d), device)
    if dtype not in (ft.bool_, ft.uint8, ft.uint64):
        for view in (False, True):
            draw = filled("random_", -100, 28, dtype=dtype, view=view)
            assert_equal(lambda g, d, draw=draw: draw(g, d, shape), device)
    draw = filled("random_", dtype=dtype)
    assert_equal(lambda g, d: draw(g, d, shape), device)
    if dtype is not ft.bool_:
        draw = filled("geometric_", 0.3, dtype=dtype)
        assert_equal(lambda g, d: draw(g, d, shape), device)


@pytest.mark.parametrize(
    "low, high", [(0, 1), (5, 6), (0, 3), (-(2**63), 2**63), (-(2**63), 1), (-7, 2**62), (0, 2**32)]
)
def test_bounds_of_integers(low, high, device):
    assert_equal(lambda g, d: ft.randint(low, high, (999,), generator=g, device=d), device)


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_randperm(n, device):
    assert_equal(lambda g, d: ft.randperm(n, generator=g, device=d), device)


@pytest.mark.parametrize("dtype", OTHERS + FLOATS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_bernoulli(shape, dtype, device):
    like = {d: ft.zeros(*shape, dtype=dtype, device=d) for d in ("cpu", device)}
    for p in (0, 0.3, 1):
        assert_equal(lambda g, d, p=p: ft.bernoulli(like[d], p, generator=g), device)
    if dtype in FLOATS:
        chances = ft.rand(*shape, 2, generator=ft.Generator(0), dtype=dtype)[..., 0]
        assert_equal(lambda g, d: ft.bernoulli(chances.to(device=d), generator=g), device)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_dropout(shape, dtype, device):
    """The same elements are dropped, and also nan is; of whole arrays, of views, and of what begins at odd places."""
    x = ft.randn(*shape, 2, generator=ft.Generator(1), dtype=dtype)
    x = ft.where(ft.rand(*shape, 2, generator=ft.Generator(2)) < 0.1, ft.tensor(float("nan"), dtype=dtype), x)
    parts = (lambda x: x, lambda x: x[..., 1], lambda x: x.reshape(-1)[1:])
    for part in parts:
        for p in (0, 0.25, 1):
            expected = ft.ops.dropout(part(x), p, 99, 2**32 + 3)
            got = ft.ops.dropout(part(x.to(device=device)), p, 99, 2**32 + 3)
            np.testing.assert_array_equal(got.cpu().double().numpy(), expected.double().numpy())
