"""Whole training steps, and optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..cases.digits_step import network as digits
from .layers import Torchs, both
from .measure import Row

BATCH = 64


def trained(build: Callable[..., Any], optimizer: Callable[..., Any], *shape: int, classes: int) -> Callable[..., Any]:
    """A step: forward, loss, backward, update."""

    def make(kit: Any) -> Callable[[], Any]:
        net = kit.module(build(kit.nn))
        step = optimizer(kit, net.parameters())
        x, y = kit.randn(*shape), kit.classes(classes, shape[0])

        def train() -> None:
            loss = kit.F.cross_entropy(net(x), y)
            step.zero_grad()
            loss.backward()
            step.step()

        return train

    return make


def mlp(nn: Any) -> Any:
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def sgd(kit: Any, parameters: Any) -> Any:
    return kit.optim.SGD(parameters, lr=0.01)


def adam(kit: Any, parameters: Any) -> Any:
    return kit.optim.Adam(parameters, lr=1e-3, **kit.fused)


def resnet50(kit: Any) -> Any:
    """The network of each library's own collection."""
    if isinstance(kit, Torchs):
        from torchvision import models
    else:
        from flambeau.vision import models
    return models.resnet50()


def resnet50_step(kit: Any) -> Callable[[], Any]:
    """In bfloat16, channels last, with SGD and momentum."""
    net = kit.channels_last(kit.module(resnet50(kit), "bfloat16"))
    x, y = kit.channels_last(kit.randn(BATCH, 3, 224, 224, dtype="bfloat16")), kit.classes(1000, BATCH)
    optimizer = kit.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, **kit.fused)

    def train() -> None:
        loss = kit.F.cross_entropy(net(x).to(kit.library.float32), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return train


def adam_25m(kit: Any) -> Callable[[], Any]:
    """Over 25 million parameters in 161 Tensors, the sizes of a ResNet-50's."""
    net = kit.module(resnet50(kit))
    for p in net.parameters():
        p.grad = kit.library.ones_like(p.data)
    return adam(kit, net.parameters()).step


ROWS = [
    Row("MLP 784-512-512-10, batch 64, SGD step", "step", both(trained(mlp, sgd, 64, 784, classes=10)), 1.0),
    Row("MLP 784-512-512-10, batch 64, Adam step", "step", both(trained(mlp, adam, 64, 784, classes=10)), 1.0),
    Row("digits network, batch 32, Adam step", "step", both(trained(digits, adam, 32, 1, 8, 8, classes=10))),
    Row("Adam over 25M parameters", "step", both(adam_25m), 1.0),
    Row("ResNet-50, bfloat16, channels last, batch 64", "step", both(resnet50_step), 0.9, None, BATCH),
]
