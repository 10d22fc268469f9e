"""The public types, used as a user would; checked with `mypy --strict` against the installed wheels, never run.

`assert_type` states what a type checker must conclude, so an API that decays to Any is an error here.
"""

from typing import assert_type

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
from flambeau.autograd import Variable, grad, no_grad
from flambeau.data import DataLoader, TensorDataset
from flambeau.vision import datasets, transforms


def tensors() -> list[float]:
    x = ft.randn(2, 3)
    assert_type(x, ft.Tensor)
    y = (x @ x.T).exp().sum(dim=1, keepdim=True)
    assert_type(y, ft.Tensor)
    assert_type(ft.add(x, 1.5), ft.Tensor)
    assert_type(x[0, ::-1], ft.Tensor)
    assert_type(x.shape, tuple[int, ...])
    z: ft.Tensor = 2 * x - x / 3
    z.add_(1.0)
    values: list[float] = z.flatten().tolist()
    return values


class Net(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, kernel_size=3, padding=1)
        self.out = nn.Linear(8 * 4 * 4, classes)

    def forward(self, images: ft.Tensor) -> ft.Tensor:
        x = F.max_pool2d(F.relu(self.conv(images)), 2)
        return self.out(x.flatten(1))


def training() -> float:
    digits = datasets.Digits(train=True, transform=transforms.Compose([transforms.ToTensor()]))
    loader = DataLoader(digits, batch_size=32, shuffle=True, generator=ft.Generator(0))
    net = Net()
    optimizer = optim.Adam(net.named_parameters(), lr=1e-3)
    total = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    with no_grad():
        net.eval()
    ft.save(net.state_dict(), "net.safetensors")
    return total


def derivatives() -> None:
    w = Variable(ft.ones(3), requires_grad=True)
    (first,) = grad((w * w).sum(), [w], create_graph=True)
    first.sum().backward()
    if w.grad is not None:
        assert_type(w.grad.shape, tuple[int, ...])
    assert_type(ft.relu(w), Variable)
    assert_type(ft.flatten(w), Variable)
    assert_type(F.softmax(w, dim=0), Variable)
    assert_type(F.mse_loss(w, ft.zeros(3)), Variable)
    assert_type(F.max_pool2d(w.reshape(1, 1, 3, 1), 1), Variable)
    pairs = TensorDataset(ft.arange(4), ft.ones(4))
    print(len(pairs), pairs[0])
