"""``zeros_like`` and its siblings: what they take from a Tensor, and what not. (Values are in the op database.)"""

import flambeau.tensor as ft
import pytest

MAKERS = {
    "zeros_like": ft.zeros_like,
    "ones_like": ft.ones_like,
    "empty_like": ft.empty_like,
    "full_like": lambda x, **options: ft.full_like(x, 2, **options),
    "rand_like": ft.rand_like,
    "randn_like": ft.randn_like,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_device_says_where(make, strict_device):
    """The input's device by default, another one by name."""
    x = ft.ones(2, device="strict:1")
    assert make(x).device == "strict:1"
    assert make(x, device="strict:0").device == "strict:0"
    assert make(x, device=ft.device("cpu")).device == "cpu"
    assert make(ft.ones(2), device="strict:1").device == "strict:1"


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_result_is_dense_and_writable(make):
    """Gaps between the input's elements are its own affair, and that a view's elements share memory."""
    for x in (ft.ones(3, 2).T, ft.ones(1).expand(3), ft.ones(4)[::2]):
        result = make(x)
        assert result.numpy().flags.forc and result.base is None
        result.zero_()


class Named(ft.Tensor):
    def __operator__(self, op, args, kwargs):
        return op.name


@pytest.mark.parametrize("name", MAKERS)
def test_subclasses_decide(name):
    """The input is an argument like any other: the hook of its type is asked."""
    assert MAKERS[name](Named(ft.ones(2))) == name
