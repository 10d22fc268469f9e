"""Derivatives of products that are made of operators: einsum, tensordot and the like."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck


def leaf(*shape):
    return Variable(ft.from_numpy(np.random.default_rng(shape).standard_normal(shape)), requires_grad=True)


CASES = {
    "matrix product": (lambda a, b: ft.einsum("ij,jk->ik", a, b), (2, 3), (3, 2)),
    "batched": (lambda a, b: ft.einsum("bij,bjk->bki", a, b), (2, 2, 3), (2, 3, 2)),
    "diagonal": (lambda a, b: ft.einsum("ii,ij->j", a, b), (2, 2), (2, 3)),
    "broadcast": (lambda a, b: ft.einsum("...i,...j->...", a, b), (2, 2), (1, 3)),
    "three": (lambda a, b: ft.einsum("ij,jk,ki->", a, b, a), (2, 2), (2, 2)),
    "tensordot": (lambda a, b: ft.tensordot(a, b, ([0, 2], [1, 0])), (2, 1, 3), (3, 2, 2)),
    "inner": (ft.inner, (2, 3), (2, 3)),
    "kron": (ft.kron, (2, 1), (2, 2)),
    "cross": (ft.cross, (2, 3), (2, 3)),
    "vdot": (ft.vdot, (3,), (3,)),
    "chain": (lambda a, b: ft.chain_matmul(a, b, a), (2, 3), (3, 2)),
}


@pytest.mark.parametrize("function, one, other", CASES.values(), ids=CASES)
def test_first_and_second_derivative(function, one, other):
    """Both agree with finite differences."""
    variables = leaf(*one), leaf(*other)
    assert gradcheck(function, variables)
    assert gradgradcheck(function, variables)
