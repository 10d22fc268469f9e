"""Memory formats: the order of dimensions in memory, seen in strides and nowhere else."""

import copy
import pickle

import flambeau.tensor as ft
import pytest

IMAGES = (2, 3, 4, 5)


def test_channels_last():
    """The channels of a pixel lie beside each other; shape and values stay, and what lies so is not copied."""
    x = ft.randn(*IMAGES)
    y = x.contiguous(memory_format=ft.channels_last)
    assert y.shape == IMAGES and y.stride() == (60, 1, 15, 3) and y.tolist() == x.tolist()
    assert y.is_contiguous(memory_format=ft.channels_last) and not y.is_contiguous()
    assert x.is_contiguous() and not x.is_contiguous(memory_format=ft.channels_last)
    assert y.contiguous(memory_format=ft.channels_last) is y
    assert y.base is None
    assert y.contiguous().stride() == y.contiguous(memory_format=ft.contiguous_format).stride() == x.stride()


def test_channels_last_3d():
    """The same for volumes."""
    x = ft.randn(2, 3, 4, 5, 6).contiguous(memory_format=ft.channels_last_3d)
    assert x.stride() == (360, 1, 90, 18, 3)


@pytest.mark.parametrize(
    "call", [lambda x: x.to(memory_format=ft.channels_last), lambda x: x.to(ft.float64, memory_format=ft.channels_last)]
)
def test_to(call):
    """``to`` arranges as well, with a dtype or without."""
    assert call(ft.ones(*IMAGES)).is_contiguous(memory_format=ft.channels_last)


def test_to_names_itself_in_errors():
    """A Tensor of another number of dimensions is refused by the name of what was called."""
    with pytest.raises(ft.ShapeError) as raised:
        ft.ones(2).to(memory_format=ft.channels_last)
    assert str(raised.value) == "to(): argument 'input': expected 4 dimensions, for channels_last, got (2,)"


def test_pointwise_results_keep_the_format():
    """What is computed element by element from channels-last images lies as they do."""
    x = ft.randn(*IMAGES).contiguous(memory_format=ft.channels_last)
    for y in (x.relu(), x + x, x * 2, x > 0):
        assert y.is_contiguous(memory_format=ft.channels_last)


def test_formats_are_single_objects():
    """Copies and pickles are the object itself."""
    for format in (ft.channels_last, ft.channels_last_3d, ft.contiguous_format):
        assert pickle.loads(pickle.dumps(format)) is copy.deepcopy(format) is format


@pytest.mark.parametrize(
    "call",
    [ft.clone, ft.zeros_like, ft.ones_like, ft.empty_like, lambda x: ft.full_like(x, 2)],
    ids=["clone", "zeros_like", "ones_like", "empty_like", "full_like"],
)
def test_what_is_made_like_another_lies_as_it_does(call):
    """What is kept beside a Tensor has its elements in the same places: both can be gone over at once."""
    x = ft.randn(*IMAGES).contiguous(memory_format=ft.channels_last)
    assert call(x).stride() == x.stride()
    assert call(x.transpose(0, 3)).stride() == x.transpose(0, 3).stride()
    assert call(x[:, :, ::2]).is_contiguous(memory_format=ft.channels_last)  # without the gaps


@pytest.mark.parametrize(
    "make, stride",
    [
        (lambda: ft.arange(3.0).expand(4, 3), (3, 1)),
        (lambda: ft.ones(2, 1, 3).expand(2, 5, 3), (15, 3, 1)),
        (lambda: ft.ones(2, 3).T.expand(5, 3, 2), (6, 1, 3)),
    ],
)
def test_repeated_elements_stay_where_they_are(make, stride):
    """A dimension along which nothing changes has no place in memory: it keeps that of its number, as in PyTorch."""
    x = make()
    for y in (x.clone(), ft.zeros_like(x), ft.empty_like(x), x * 2, x.to(ft.float64)):
        assert y.stride() == stride
    assert x.clone().tolist() == x.tolist() and (x * 2).tolist() == (x.contiguous() * 2).tolist()


def test_like_another_on_its_own_device():
    """Naming the device changes nothing."""
    x = ft.ones(2, 3).T
    assert ft.zeros_like(x, device="cpu").stride() == ft.zeros_like(x).stride() == x.stride()
