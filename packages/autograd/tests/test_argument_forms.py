"""Gradients do not depend on how an argument was written: rules get dimensions, shapes and indices in one form."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad

FORMS = {
    "negative dim": [lambda x: x.sum(-1), lambda x: x.sum(1)],
    "NumPy int as dim": [lambda x: x.sum(np.int64(1)), lambda x: x.sum(1)],
    "dims in any order": [lambda x: x.sum((1, -2)), lambda x: x.sum([0, 1])],
    "no dims": [lambda x: x.sum(), lambda x: x.sum((0, 1))],
    "NumPy bool": [lambda x: x.mean(1, keepdim=np.bool_(True)), lambda x: x.mean(1, keepdim=True)],
    "axis": [lambda x: x.amax(axis=-2), lambda x: x.amax(0)],
    "cumulative": [lambda x: x.cumsum(-2), lambda x: x.cumsum(0)],
    "transpose": [lambda x: x.transpose(-1, 0), lambda x: x.transpose(np.int32(1), 0), lambda x: x.t()],
    "permute": [lambda x: x.permute(-1, 0), lambda x: x.permute((1, 0)), lambda x: x.permute([1, 0])],
    "shape": [lambda x: x.view(-1), lambda x: x.view((12,)), lambda x: x.view([np.int64(12)])],
    "shape and more": [lambda x: x.view(2, -1), lambda x: x.view((2, 6)), lambda x: x.view([2, -1])],
    "narrow": [lambda x: x.narrow(-1, -2, 2), lambda x: x.narrow(1, 2, 2), lambda x: x[:, 2:]],
    "split": [lambda x: x.split(2, -1)[1], lambda x: x.split([2, 2], 1)[1]],
    "cat": [lambda x: ft.cat([x, x], -1), lambda x: ft.cat((x, x), 1)],
    "stack": [lambda x: ft.stack([x, x], -1), lambda x: ft.stack((x, x), 2)],
    "repeated index": [
        lambda x: x[[0, 0, 2]],
        lambda x: x[np.array([0, 0, 2])],
        lambda x: x[ft.tensor([0, 0, 2])],
        lambda x: x[[0, 0, -1], :],
        lambda x: x.index_select(0, ft.tensor([0, 0, 2])),
        lambda x: ft.stack([x[0], x[0], x[2]]),
    ],
    "basic index": [lambda x: x[-1], lambda x: x[2, ...], lambda x: x[np.int64(2)], lambda x: x.select(0, -1)],
    "mask": [lambda x: x[x > 5], lambda x: x[(x > 5).numpy()], lambda x: x[(x > 5).tolist()]],
    "gather": [lambda x: x.gather(-1, ft.tensor([[1], [1], [0]])), lambda x: x.gather(1, ft.tensor([[1], [1], [0]]))],
    "topk": [lambda x: x.topk(2, -1).values, lambda x: x.topk(2, dim=1).values, lambda x: x.topk(np.int64(2)).values],
    "softmax": [lambda x: x.softmax(-2), lambda x: x.softmax(0)],
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_forms_have_equal_gradients(name):
    """First and second derivatives of all forms are the same."""
    x = Variable(ft.arange(12, dtype="float64").reshape(3, 4) + 0.5, requires_grad=True)
    found = []
    for form in FORMS[name]:
        y = form(x)
        weights = ft.arange(1, y.numel() + 1, dtype="float64").reshape(y.shape)
        (first,) = grad((y * y * weights).sum(), x, create_graph=True)
        (second,) = grad((first * first).sum(), x)
        found.append((y.tolist(), first.tolist(), second.tolist()))
    assert all(f == found[0] for f in found[1:])


@pytest.mark.parametrize("call", [lambda x: x.sum(0), lambda x: x.sum(-1), lambda x: x.cumsum(0), lambda x: x.amax()])
def test_without_dimensions(call):
    """A Variable without dimensions takes dimension 0 and -1."""
    x = Variable(ft.tensor(2.0), requires_grad=True)
    assert grad(call(x), x)[0].item() == 1.0
