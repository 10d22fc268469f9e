"""Tensors that get another size or other memory in place."""

import flambeau.tensor as ft
import numpy as np
import pytest


def test_resize_reads_the_memory_in_order():
    """Smaller sizes see the beginning of the same memory, and the rest comes back with the size."""
    x = ft.arange(6)
    memory = x.data_ptr()
    assert x.resize_(2, 2) is x and x.tolist() == [[0, 1], [2, 3]]
    assert x.resize_(6).tolist() == list(range(6)) and x.data_ptr() == memory
    assert x.resize_((0, 3)).shape == (0, 3)
    assert ft.arange(6).reshape(2, 3).t_().resize_(2, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert ft.arange(6)[2:].resize_(2, 2).tolist() == [[2, 3], [4, 5]]


def test_resize_grows():
    """Larger memory begins with what there was; it works again and again, also from nothing."""
    x = ft.FloatTensor()
    for n in (2, 50, 3000, 100_000):
        x.resize_(n).fill_(n)
    assert x.sum().item() == 100_000**2
    x = ft.tensor([[0, 1], [2, 3]])
    assert x.resize_(3, 3).reshape(-1)[:4].tolist() == [0, 1, 2, 3]
    assert x.resize_as_(ft.zeros(1, 2)).tolist() == [[0, 1]]


def test_growing_shared_memory_is_refused():
    """What else sees the memory would be left behind without a word."""
    x, array = ft.zeros(4), np.zeros(4, np.float32)
    view = x[1:]
    for shared in (x, view, x.data, ft.from_numpy(array), ft.frombuffer(bytearray(16), dtype=ft.float32)):
        with pytest.raises(ValueError) as raised:
            shared.resize_(10)
        assert str(raised.value) == (
            f"resize_(): argument 'input': expected memory that nothing else sees, to replace it by larger one, got "
            f"{shared.numel()} elements, of 10, in memory of others too; clone() it first"
        )
    del view, shared
    assert x.resize_(10).shape == (10,)


def test_resize_counts_as_a_change():
    """Values kept for backward are known to be gone."""
    x = ft.zeros(4)
    versions = [x.version, x.resize_(2).version, x.resize_(50).version, x.resize_(50).version]
    assert versions == [0, 1, 2, 2]


def test_set_shares_memory_and_version():
    """Both are changed by either, from then on."""
    x, y = ft.zeros(2), ft.arange(6.0)
    y.add_(0)
    assert x.set_(y) is x and x.shape == (6,) and x.base is y
    x[0] = 7
    assert y[0].item() == 7 and x.version == y.version
    assert x.set_(y, 1, (2, 2)).tolist() == [[1, 2], [3, 4]]
    assert x.set_(y, 1, (2, 2), (1, 2)).tolist() == [[1, 3], [2, 4]]
    assert x.set_().shape == (0,) and x.base is None
    x.resize_(3)
    assert y.set_(y[2:]).tolist() == [2, 3, 4, 5] and y.base is None


def test_set_refuses():
    """Other dtypes, other things, and memory that is not there."""
    x = ft.zeros(2)
    with pytest.raises(ft.DTypeError) as raised:
        x.set_(ft.arange(2))
    assert str(raised.value) == "set_(): argument 'source': expected input's dtype float32, got int64"
    with pytest.raises(TypeError, match=r"^set_\(\): argument 'source': expected Tensor or None, got list"):
        x.set_([1])
    with pytest.raises(ValueError, match="which the memory behind it has, got 1 to 2"):
        x.set_(ft.zeros(2), 1, (2,))
    with pytest.raises(ValueError, match="expected sizes of 0 or more, got"):
        x.resize_(-1)


def test_set_from_a_storage():
    """Of the same dtype as it is; of bytes as elements of the Tensor's dtype; another dtype is refused."""
    y = ft.arange(6, dtype=ft.float32)
    x = ft.zeros(1).set_(y.storage(), 2, (2, 2))
    assert x.tolist() == [[2.0, 3.0], [4.0, 5.0]]
    x.fill_(7)
    assert y.tolist() == [0.0, 1.0, 7.0, 7.0, 7.0, 7.0]
    assert ft.zeros(0).set_(y.untyped_storage()).tolist() == y.tolist()
    with pytest.raises(ft.DTypeError, match=r"set_\(\): argument 'source': expected input's dtype int64, got float32"):
        ft.arange(2).set_(y.storage())
