"""The public types, used as a user would; checked with `mypy --strict` against the installed wheels, never run.

`assert_type` states what a type checker must conclude, so an API that decays to Any is an error here.
"""

from pathlib import Path
from typing import assert_type

import flambeau.autograd as autograd
import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
import numpy.typing as npt
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
    assert_type(x.where(x > 0, 0), ft.Tensor)
    assert_type(ft.scatter(x, 1, ft.arange(2).view(2, 1), 1.0, reduce="add"), ft.Tensor)
    assert_type(x.unsafe_split(2), tuple[ft.Tensor, ...])
    assert_type(ft.linalg.inv(ft.eye(2), out=ft.eye(2)), ft.Tensor)
    assert_type(ft.fft.rfft(x), ft.Tensor)
    assert_type(ft.special.ndtri(x), ft.Tensor)
    z: ft.Tensor = 2 * x - x / 3
    z.add_(1.0)
    values: list[float] = z.flatten().tolist()
    return values


def operators(x: ft.Tensor, mask: ft.Tensor) -> ft.Tensor:
    """Operators with Tensors, numbers and arrays on either side, and their in-place forms."""
    array: npt.NDArray[np.float32] = np.ones(3, np.float32)
    assert_type(-x + 1 - 2.5 * x, ft.Tensor)
    assert_type(x**2 / 3 // 1 % 2, ft.Tensor)
    assert_type(x + array, ft.Tensor)
    assert_type(x > 0, ft.Tensor)
    assert_type((x == x) & ~mask | mask ^ mask, ft.Tensor)
    x += 1
    x *= x
    return x.clamp_(0, 1).mul_(2).sub_(x.mean()).neg_()


def indexing(x: ft.Tensor) -> list[ft.Tensor]:
    """Numbers, slices, lists, masks and None; rows; writing."""
    parts: list[ft.Tensor] = [x[0], x[-1, ...], x[:, None], x[[0, 1]], x[x > 0], x[::-1, 1:3]]
    x[0] = 1.0
    x[x < 0] = parts[0]
    assert_type([row.sum() for row in x], list[ft.Tensor])
    assert_type(len(x), int)
    rows, columns = x.shape
    assert_type(rows * columns, int)
    return parts


def results(x: ft.Tensor) -> None:
    """Results of several parts have names, and a type for each."""
    assert_type(x.max(), ft.Tensor)
    assert_type(x.max(x.mean()), ft.Tensor)
    assert_type(x.min(dim=1).indices, ft.Tensor)
    values, indices = ft.sort(x, descending=True)
    assert_type(values, ft.Tensor)
    assert_type(x[indices], ft.Tensor)
    assert_type(ft.topk(Variable(x), 2).values, Variable)
    assert_type(ft.max(Variable(x), 1).values, Variable)
    first, *rest = x.split(2)
    assert_type(first, ft.Tensor)
    assert_type(ft.cat([first, *rest], dim=0), ft.Tensor)
    assert_type(ft.stack([part.float().sqrt() for part in rest]), ft.Tensor)


def conversions(x: ft.Tensor) -> None:
    """To other dtypes and places, to NumPy and back, into files."""
    assert_type(x.to(ft.float64).cpu().half(), ft.Tensor)
    assert_type(ft.from_numpy(x.numpy()), ft.Tensor)
    count: int = x.numel() + x.dim() + x.element_size()
    size: float = float(x.sum()) + count
    if x.device.type == "cpu" and x.dtype == ft.float32 and bool(x.isfinite().all()):
        ft.save({"x": x, "size": size, "more": [x, (1, None)]}, Path("x.safetensors"))
    with open("x.safetensors", "rb") as file:
        loaded = ft.load(file, map_location="cpu", mmap=True)
    print(loaded["x"], ft.verify("x.safetensors").verdict)


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
    assert_type(F.cross_entropy(F.linear(w, w.detach()), ft.zeros(1)), Variable)
    assert_type(F.conv2d(w.reshape(1, 1, 3, 1), ft.ones(1, 1, 1, 1)).relu_().add_(1), Variable)
    assert_type(F.batch_norm(w.unsqueeze(0), ft.zeros(3), ft.ones(3), training=True), Variable)
    assert_type(F.dropout(F.gelu(w), 0.5), Variable)
    assert_type(w[0] + 1, Variable)
    assert_type(autograd.randn(3, requires_grad=True), Variable)
    pairs = TensorDataset(ft.arange(4), ft.ones(4))
    print(len(pairs), pairs[0])
