"""``alpha=`` of add and sub, and what else they take."""

import flambeau.tensor as ft
import pytest


@pytest.mark.parametrize("name, sign", [("add", 1), ("sub", -1), ("subtract", -1)])
def test_alpha_scales_the_second_operand(name, sign):
    """As function, method, in place and with ``out=``; between Tensors and with numbers; integers stay integers."""
    x, y = ft.tensor([1.0, 2.0]), ft.tensor([10.0, 20.0])
    expected = [1 + sign * 30, 2 + sign * 60]
    out = ft.zeros(2)
    assert getattr(ft, name)(x, y, alpha=3).tolist() == getattr(x, name)(y, alpha=3).tolist() == expected
    assert getattr(ft, name)(x, y, alpha=3, out=out) is out and out.tolist() == expected
    assert getattr(x.clone(), name + "_")(y, alpha=3).tolist() == expected
    assert getattr(ft, name)(x, 10, alpha=3).tolist() == [1 + sign * 30, 2 + sign * 30]
    assert getattr(ft, name)(x, y, alpha=1).tolist() == getattr(ft, name)(x, y).tolist()
    whole = getattr(ft.tensor([1]), name)(ft.tensor([2]), alpha=2)
    assert whole.dtype == ft.int64 and whole.item() == 1 + sign * 4
    assert getattr(ft.tensor([1], dtype="int8"), name)(2, alpha=2).dtype == ft.int8
    assert getattr(ft.tensor([1]), name)(ft.tensor([2]), alpha=0.5).dtype == ft.float32


def test_alpha_must_be_a_number():
    """One clear message."""
    with pytest.raises(TypeError, match=r"^add\(\): argument 'alpha': expected a number, got str$"):
        ft.add(ft.ones(1), ft.ones(1), alpha="2")
    with pytest.raises(TypeError, match=r"^rsub\(\): argument 'alpha': expected a number, got str$"):
        ft.rsub(ft.ones(1), 1, alpha="2")


def test_rsub():
    """The operands the other way round."""
    assert ft.rsub(ft.tensor([1, 2]), 10, alpha=2).tolist() == [8, 6]
    assert ft.rsub(ft.ones(2), ft.tensor([3.0, 4.0])).tolist() == [2.0, 3.0]
