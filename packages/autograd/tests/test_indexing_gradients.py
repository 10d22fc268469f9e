"""Derivatives of what is composed of operators that read and write by places."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck


def leaf(*shape):
    return Variable(ft.tensor(np.random.default_rng(0).random(shape)), requires_grad=True)


@pytest.mark.parametrize(
    "function, shapes",
    [
        (lambda x: ft.select(x, 1, -1), [(2, 3)]),
        (lambda x: ft.take_along_dim(x, ft.tensor([[0, 2, 2]]), 1), [(2, 3)]),
        (lambda x: ft.take_along_dim(x, ft.tensor([0, 5, 5])), [(2, 3)]),
        (lambda x, s: ft.select_scatter(x, s, 1, 0), [(2, 3), (2,)]),
        (lambda x, s: ft.slice_scatter(x, s, 1, 0, 3, 2), [(2, 3), (2, 2)]),
        (lambda x, s: ft.diagonal_scatter(x, s, 1, 0, 2), [(2, 2, 3), (2, 2)]),
        (lambda x, s: ft.as_strided_scatter(x, s, (2,), (3,), 1), [(2, 3), (2,)]),
        (lambda x, y: ft.hstack([x, y]), [(2, 3), (2, 1)]),
        (lambda x, y: ft.dstack([x, y]), [(2,), (2,)]),
        (lambda x, y: ft.block_diag(x, y), [(2, 1), (2,)]),
        (lambda x, y: ft.meshgrid(x, y)[0] * ft.meshgrid(x, y)[1], [(2,), (3,)]),
        (lambda x, y: ft.cartesian_prod(x, y), [(2,), (3,)]),
        (lambda x: ft.combinations(x, 2), [(3,)]),
        (lambda x: ft.segment_reduce(x, "mean", lengths=ft.tensor([2, 1])), [(3, 2)]),
        (lambda x: ft.segment_reduce(x, "max", lengths=ft.tensor([2, 1])), [(3,)]),
        (lambda x: ft.segment_reduce(x, "prod", lengths=ft.tensor([2, 1]), initial=2.0), [(3,)]),
    ],
)
def test_compositions_have_first_and_second_derivatives(function, shapes):
    """By finite differences."""
    arguments = [leaf(*shape) for shape in shapes]
    assert gradcheck(function, arguments)
    assert gradgradcheck(function, arguments)


def test_select_writes_through():
    """What is written to a slice of a Variable is part of its history."""
    w = leaf(2, 3)
    x = w * 2
    x.select(1, 0).mul_(3)
    x.sum().backward()
    assert w.grad.tolist() == [[6.0, 2.0, 2.0]] * 2


@pytest.mark.parametrize("reduce", ["amax", "amin"])
def test_equal_extremes_share_the_gradient(reduce):
    """The element of the input among them, unless it takes no part."""
    index = ft.tensor([0, 0])
    for own, expected in ((True, [1 / 3, 1 / 3]), (False, [0.5, 0.5])):
        x = Variable(ft.tensor([2.0, 2.0]), requires_grad=True)
        s = Variable(ft.tensor([2.0, 2.0]), requires_grad=True)
        ft.scatter_reduce(x, 0, index, s, reduce, include_self=own).sum().backward()
        assert np.allclose(s.grad.numpy(), expected)
        assert np.allclose(x.grad.numpy(), [1 / 3 if own else 0, 1])


def test_rows_of_padding_get_nothing_and_frequent_ones_their_mean():
    """The row of ``padding_idx`` has no gradient; ``scale_grad_by_freq`` divides by how often a row is read."""
    grad = np.arange(1.0, 11).reshape(5, 2)
    for padding, scaled in ((-1, False), (2, False), (-1, True), (2, True)):
        weight = leaf(4, 2)
        rows = [2, 1, 1, 3, 1]
        ft.ops.embedding(weight, ft.tensor(rows), padding, scaled).backward(ft.tensor(grad))
        expected = np.zeros((4, 2))
        for row, g in zip(rows, grad, strict=True):
            expected[row] += (row != padding) * g / (rows.count(row) if scaled else 1)
        np.testing.assert_allclose(weight.grad.numpy(), expected)
