"""GradScaler."""

import warnings

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau import optim
from flambeau.nn.amp import GradScaler


def make(*grads, **options):
    params = [nn.Parameter(ft.tensor([float(i)])) for i in range(len(grads))]
    optimizer = optim.SGD(params, lr=1.0)
    scaler = GradScaler(**{"init_scale": 8.0, **options})
    for p, g in zip(params, grads, strict=True):
        p.grad = ft.tensor([float(g) * scaler.get_scale()])
    return params, optimizer, scaler


def test_a_step():
    """Gradients are divided by the scale, and the optimizer steps."""
    params, optimizer, scaler = make(0.5, 2.0)
    scaler.step(optimizer)
    scaler.update()
    assert [p.item() for p in params] == [-0.5, -1.0]
    assert [p.grad.item() for p in params] == [0.5, 2.0]


@pytest.mark.parametrize("bad", [float("inf"), float("-inf"), float("nan")])
def test_a_step_is_left_out(bad):
    """Where a gradient is not finite nothing moves, the scale shrinks, and no scheduler wonders."""
    params, optimizer, scaler = make(0.5, bad)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1)
    assert scaler.step(optimizer) is None
    scaler.update()
    assert [p.item() for p in params] == [0.0, 1.0]
    assert (scaler.get_scale(), optimizer.step_count) == (4.0, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()


def test_growth():
    """After so many good steps in a row the scale grows; a bad one begins the count anew."""
    scales = []
    _, optimizer, scaler = make(1.0, growth_interval=2, growth_factor=4.0)
    for bad in (0, 0, 0, 1, 0, 0, 0):
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = ft.tensor([float("inf") if bad else 1.0])
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    assert scales == [8, 32, 32, 16, 16, 64, 64]


def test_clipping_in_between():
    """unscale_ gives the true gradients before the step, which does not divide again."""
    (p,), optimizer, scaler = make(6.0)
    scaler.unscale_(optimizer)
    assert nn.utils.clip_grad_norm_([p], 3.0).item() == 6.0
    scaler.step(optimizer)
    assert p.item() == pytest.approx(-3.0)


def test_several_optimizers():
    """Each is looked at by itself; one bad gradient makes the scale shrink."""
    (p,), first, scaler = make(1.0)
    q = nn.Parameter(ft.tensor([0.0]))
    q.grad = ft.tensor([float("inf")])
    second = optim.SGD([q], lr=1.0)
    scaler.step(first)
    scaler.step(second)
    scaler.update()
    assert (p.item(), q.item(), scaler.get_scale()) == (-1.0, 0.0, 4.0)


def test_scaled_losses():
    """Losses in 16 bits become float32 first; several at once keep their container."""
    scaler = GradScaler(init_scale=2.0**20)
    loss = ft.tensor(1.0, dtype=ft.float16)
    assert scaler.scale(loss).item() == 2.0**20
    assert [x.item() for x in scaler.scale([loss, loss])] == [2.0**20] * 2
    assert GradScaler(enabled=False).scale(loss) is loss


def test_not_enabled():
    """Everything goes through as if it were not there."""
    (p,), optimizer, scaler = make(1.0, enabled=False)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert (p.item(), scaler.state_dict(), scaler.get_scale()) == (-1.0, {}, 1.0)


def test_state(tmp_path):
    """It goes on where it was."""
    _, optimizer, scaler = make(1.0, growth_interval=2)
    scaler.step(optimizer)
    scaler.update()
    ft.save(scaler.state_dict(), tmp_path / "scaler")
    again = GradScaler()
    again.load_state_dict(ft.load(tmp_path / "scaler"))
    assert again.state_dict() == scaler.state_dict()
    assert (again.get_growth_interval(), again.get_scale()) == (2, 8.0)


def test_beside_torch():
    """The same scales and steps as torch's, and its state is taken."""
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    options = {"init_scale": 1024.0, "growth_interval": 3, "growth_factor": 3.0, "backoff_factor": 0.25}
    p, q = nn.Parameter(ft.tensor([1.0])), torch.nn.Parameter(torch.tensor([1.0]))
    pairs = [
        (p, optim.SGD([p], lr=0.1), GradScaler(**options), ft),
        (q, torch.optim.SGD([q], lr=0.1), torch.amp.GradScaler("cpu", **options), torch),
    ]
    paths = []
    for w, optimizer, scaler, library in pairs:
        found = []
        for i in range(20):
            optimizer.zero_grad()
            factor = float("inf") if i in (2, 9, 10) else 1.0
            scaler.scale((w * w * library.tensor([factor])).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
            found.append((w.item(), scaler.get_scale(), scaler.state_dict()["_growth_tracker"]))
        paths.append(found)
    for got, expected in zip(*paths, strict=True):
        assert got == pytest.approx(expected, rel=1e-6)
    again = GradScaler()
    again.load_state_dict(pairs[1][2].state_dict())
    assert again.state_dict() == pytest.approx(pairs[0][2].state_dict())


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda s, o: GradScaler(growth_factor=1),
            "GradScaler(): argument 'growth_factor': expected a number above 1, got 1",
        ),
        (
            lambda s, o: GradScaler(backoff_factor=1),
            "GradScaler(): argument 'backoff_factor': expected a number between 0 and 1, got 1",
        ),
        (
            lambda s, o: (s.unscale_(o), s.unscale_(o)),
            "unscale_(): argument 'optimizer': expected one call between two of update(), got one unscaled already",
        ),
        (
            lambda s, o: (s.step(o), s.unscale_(o)),
            "unscale_(): argument 'optimizer': expected one call between two of update(), got one stepped already",
        ),
        (
            lambda s, o: (s.step(o), s.step(o)),
            "step(): argument 'optimizer': expected one call between two of update(), got another",
        ),
        (lambda s, o: s.update(), "update(): expected step() or unscale_() since the last update(), got none"),
        (lambda s, o: s.step(o, print), "step(): argument 'closure': expected none with a GradScaler, got one"),
        (
            lambda s, o: s.scale("loss"),
            "scale(): argument 'outputs': expected a Tensor, or a list or tuple of Tensors, got str",
        ),
        (
            lambda s, o: s.load_state_dict({}),
            "load_state_dict(): argument 'state_dict': expected the state of a GradScaler (scale, growth_factor, "
            "backoff_factor, growth_interval, _growth_tracker), got an empty one: it was not enabled",
        ),
    ],
)  # fmt: skip
def test_messages(call, text):
    _, optimizer, scaler = make(1.0)
    with pytest.raises((TypeError, ValueError, RuntimeError)) as raised:
        call(scaler, optimizer)
    assert str(raised.value) == text
