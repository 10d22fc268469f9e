"""A small training run through all five packages."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
import pytest
from flambeau.data import DataLoader, Subset
from flambeau.vision import datasets, transforms


def train(seed, workers=0):
    """Losses of a few steps on real digits, and the trained network."""
    ft.manual_seed(seed)
    digits = datasets.Digits(train=True, transform=transforms.Compose([transforms.ToTensor()]))
    generator = ft.Generator(seed)
    loader = DataLoader(Subset(digits, range(256)), 32, shuffle=True, num_workers=workers, generator=generator)
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10)
    )
    optimizer = optim.Adam(net.named_parameters(), lr=1e-2)
    losses = []
    for _ in range(4):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(net(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, net


def test_the_loss_falls():
    losses, _ = train(0)
    assert len(losses) == 32
    assert sum(losses[-8:]) / 8 < 0.25 * sum(losses[:2]) / 2


def test_one_seed_gives_one_run():
    first, _ = train(1)
    assert train(1)[0] == first
    assert train(2)[0] != first


def test_workers_change_no_weight():
    """Trained with two workers, a network has the same bits."""
    losses, net = train(3)
    there, other = train(3, workers=2)
    assert there == losses
    for name, value in net.state_dict().items():
        assert other.state_dict()[name].numpy().tobytes() == value.numpy().tobytes()


@pytest.mark.parametrize("optimizer", [lambda p: optim.SGD(p, lr=0.05, momentum=0.9), lambda p: optim.Adam(p, lr=1e-2)])
def test_training_resumes_from_a_file(tmp_path, optimizer):
    """Weights and optimizer state saved half-way and loaded into new objects give the same weights at the end."""

    def steps(net, opt, count):
        for _ in range(count):
            opt.zero_grad()
            F.mse_loss(net(x), y).backward()
            opt.step()

    ft.manual_seed(0)
    x, y = ft.randn(16, 4), ft.randn(16, 2)
    net = nn.Linear(4, 2)
    opt = optimizer(net.named_parameters())
    steps(net, opt, 3)
    ft.save({"net": net.state_dict(), "opt": opt.state_dict()}, tmp_path / "half.safetensors")
    steps(net, opt, 3)

    saved = ft.load(tmp_path / "half.safetensors")
    again = nn.Linear(4, 2)
    again.load_state_dict(saved["net"])
    opt = optimizer(again.named_parameters())
    opt.load_state_dict(saved["opt"])
    steps(again, opt, 3)
    for name, value in net.state_dict().items():
        assert again.state_dict()[name].tolist() == value.tolist()
