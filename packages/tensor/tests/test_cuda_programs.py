"""Programs of several pointwise operations as kernels: expressions, and updates over lists of Tensors."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from cuda_launches import recorded
from flambeau.tensor._cuda import programs
from flambeau.tensor._tracing import Update

pytestmark = fibres.needed

EXPRESSIONS = (
    "a * b + sin(a)",
    "a if a > b else b * 2.5",
    "(a >= 0) & (b < 1)",
    "-a",
    "a // 2 + 3",
    "erfinv(tanh(a) / 2) - b",
)


def close(got, expected):
    assert got.dtype == expected.dtype
    tolerance = 1e-2 if got.dtype.itemsize == 2 else 1e-5
    got, expected = (x.cpu().to(ft.float64).numpy() for x in (got, expected))
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def all_close(got, expected):
    """The same of lists of Tensors."""
    for theirs, ours in zip(got, expected, strict=True):
        for y, x in zip(theirs, ours, strict=True):
            close(y, x)


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize(
    "dtypes", [("float32", "float32"), ("float16", "float32"), ("bfloat16", "bfloat16"), ("int64", "float64")]
)
@pytest.mark.parametrize("shapes", [((4, 5), (4, 5)), ((4, 8), (8,)), ((3, 1), (2, 1, 5)), ((), (3,))], ids=str)
def test_expressions(text, dtypes, shapes, device):
    """One launch, with the CPU's result."""
    ft.manual_seed(0)
    inputs = [ft.randn(shape).mul(3).to(getattr(ft, dtype)) for shape, dtype in zip(shapes, dtypes, strict=True)]
    expression = ft.pointwise(text)
    inputs = inputs[: len(expression.names)]
    there = [x.to(device) for x in inputs]
    with recorded() as launches:
        got = expression(*there)
    assert len(launches) == 1
    close(got, expression(*inputs))


def test_expressions_with_numbers(device):
    """Numbers among the arguments, and results written into an argument."""
    f, x = ft.pointwise("a * b + c"), ft.randn(40)
    there = x.to(device)
    close(f(there, 2.0, there), f(x, 2.0, x))
    assert f(there, 2.0, 1, out=there) is there
    close(there, f(x, 2.0, 1))


def adam(*dtypes):
    """The update of Adam, and its stand-ins: parameter, gradient, means."""
    update = Update()
    p, g, m, v = stands = [update.stand_in(dtype) for dtype in dtypes]

    def step(rate=0.1):
        m.lerp_(g, 0.25)
        v.mul_(0.75).addcmul_(g, g, value=0.25)
        p.addcdiv_(m, v.sqrt().add_(1e-3), value=-rate)

    step()
    return update, stands, step


def lists(shapes, dtypes, device="cpu"):
    rng = np.random.default_rng(0)
    found = []
    for shape in shapes:
        arrays = [rng.standard_normal(shape) for _ in dtypes]
        arrays[-1] = abs(arrays[-1])
        found.append(
            [ft.from_numpy(np.asarray(a)).to(dtype).to(device) for a, dtype in zip(arrays, dtypes, strict=True)]
        )
    return found


def launches_of(update, sets):
    """What it takes to update all of the sets."""
    with recorded() as launches:
        assert update.run(sets) == []
    return launches


FOUR = [(ft.float32,) * 4, (ft.bfloat16, ft.bfloat16, ft.float32, ft.float32), (ft.float64,) * 4, (ft.float16,) * 4]
SHAPES = [(3, 5), (4000,), (7,), (0,), (64, 33), (), (2048,), (2049,)]


@pytest.mark.parametrize("dtypes", FOUR, ids=lambda d: "-".join(str(t) for t in d))
def test_one_launch_for_all(dtypes, device):
    """All sets are updated by one launch, as on the CPU; step by step with other numbers and without another kernel."""
    update, _, step = adam(*dtypes)
    here, there = lists(SHAPES, dtypes), lists(SHAPES, dtypes, device)
    kernels = set()
    for rate in (0.1, 0.05, 0.01):
        update.repeat(lambda rate=rate: step(rate))
        versions = [x.version for each in there for x in each]
        assert update.run(here) == []
        (kernel,) = launches_of(update, there)
        kernels.add(kernel)
        changed = [x.version - was for x, was in zip((x for each in there for x in each), versions, strict=True)]
        assert changed == [1, 0, 1, 1] * len(SHAPES)
        all_close(there, here)
    assert len(kernels) == 1


def test_more_sets_than_a_table_takes(device, monkeypatch):
    """As many launches as there are full tables; every set is updated once."""
    monkeypatch.setattr(programs, "TABLE_BYTES", 20 * 8 * 6)
    update, _, _ = adam(*FOUR[0])
    shapes = [(n,) for n in range(45)]
    here, there = lists(shapes, FOUR[0]), lists(shapes, FOUR[0], device)
    update.run(here)
    assert len(launches_of(update, there)) == 3
    all_close(there, here)


def test_replaced_tensors(device):
    """Arrays that took the place of others between two runs are those that are updated."""
    update, _, _ = adam(*FOUR[0])
    there, here = lists([(6,), (5,)], FOUR[0], device), lists([(6,), (5,)], FOUR[0])
    update.run(there)
    update.run(here)
    for sets in (there, here):
        sets[1][0] = sets[1][0].clone() + 1
        sets[0][1] = sets[0][1] * 2
        sets[0], sets[1] = sets[1], sets[0]
        update.run(sets)
    all_close(there, here)


def test_sets_that_are_left(device):
    """What the program cannot run over is given back unchanged: other shapes, dtypes, orders, overlapping memory."""
    update, _, _ = adam(*FOUR[0])
    good, bad = lists([(4, 5)], FOUR[0], device)[0], []
    for k, wrong in ((1, good[1][:3]), (3, good[3].to(ft.float64)), (2, good[2].t().contiguous().t()), (0, good[2])):
        bad.append([*good[:k], wrong, *good[k + 1 :]])
    bad += [good[:3], []]
    before = [[x.cpu().tolist() for x in each] for each in bad]
    assert [id(each) for each in update.run(bad)] == [id(each) for each in bad]
    assert [[x.cpu().tolist() for x in each] for each in bad] == before
    with recorded() as launches:
        assert [id(each) for each in update.run([bad[0], good, bad[1]])] == [id(bad[0]), id(bad[1])]
    assert len(launches) == 1


def test_channels_last(device):
    """Sets whose arrays are dense in an order of their own run with all others; so are states made for them."""
    update, _, _ = adam(*FOUR[0])
    here, there = lists([(4, 3, 2, 2), (5,)], FOUR[0]), lists([(4, 3, 2, 2), (5,)], FOUR[0], device)
    there[0] = [x.to(memory_format=ft.channels_last) for x in there[0]]
    assert not there[0][0].is_contiguous()
    assert ft.zeros_like(there[0][0]).stride() == there[0][0].stride()
    update.run(here)
    assert len(launches_of(update, there)) == 1
    all_close(there, here)
    mixed = [[*there[0][:3], there[0][3].contiguous()]]
    assert update.run(mixed) == mixed


def test_sets_on_several_devices(device):
    """Each device runs its own, wherever they are in the list."""
    update, _, _ = adam(*FOUR[0])
    places = ["cpu", "fibres:0", "fibres:1", "cpu", "fibres:1", "fibres:0"]
    every = [lists([(n + 2,)], FOUR[0], place)[0] for n, place in enumerate(places)]
    expected = [[x.cpu().clone() for x in each] for each in every]
    for chosen in (range(6), (1, 0, 2, 3, 4, 5), (5, 4), (1, 2, 4)):
        sets = [every[i] for i in chosen]
        update.run([expected[i] for i in chosen])
        assert len(launches_of(update, sets)) == 2
    all_close(every, expected)
    mixed = [every[1][0], every[2][1], *every[1][2:]]
    assert update.run([mixed]) == [mixed]
