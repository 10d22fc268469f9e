"""Devices: the CPU by default, clear words where there is no GPU, no mixing."""

import copy
import functools
import pickle

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import _backends, cuda

NO_GPU = (
    "expected a CUDA device, got none on this machine; "
    "pip install 'flambeau-tensor[cuda]' on a machine with an NVIDIA driver"
)


@pytest.fixture
def no_gpu(monkeypatch):
    """A machine without a GPU, wherever the tests run."""
    monkeypatch.setattr(cuda, "is_available", lambda: False)
    monkeypatch.delitem(_backends.by_name, "cuda", raising=False)


def test_cpu_is_the_default():
    """New Tensors are on the CPU and say so."""
    x = ft.zeros(2)
    assert x.device == ft.device("cpu") == "cpu"
    assert str(x.device) == "cpu"
    assert repr(x.device) == "device('cpu')"
    assert not x.is_cuda
    assert x.cpu() is x
    assert (x + 1).device == x.device


def test_names_of_devices():
    """A device is a type and, where there are several, an index; equal ones hash alike."""
    assert str(ft.device("cuda")) == "cuda:0"
    assert ft.device("cuda:1") == ft.device("cuda", 1) == "cuda:1"
    assert ft.device("cuda:1") != ft.device("cuda:0")
    assert len({ft.device("cuda", 1), ft.device("cuda:1")}) == 1
    assert ft.device(ft.device("cpu")) == "cpu"


@pytest.mark.parametrize(
    "name, exception, message",
    [
        (3, TypeError, "device(): argument 'type': expected a name such as 'cpu' or 'cuda:0', got int"),
        (None, TypeError, "device(): argument 'type': expected a name such as 'cpu' or 'cuda:0', got NoneType"),
        ("cuda:x", ValueError, "device(): argument 'type': expected a name such as 'cpu' or 'cuda:0', got 'cuda:x'"),
        ("cuda:-1", ValueError, "device(): argument 'type': expected a name such as 'cpu' or 'cuda:0', got 'cuda:-1'"),
    ],
)
def test_what_names_no_device(name, exception, message):
    """A device's name is text: a type and perhaps a number."""
    with pytest.raises(exception) as raised:
        ft.device(name)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "operation, call",
    [
        ("to", lambda x: x.cuda()),
        ("to", lambda x: x.cuda(1)),
        ("to", lambda x: x.to("cuda")),
        ("to", lambda x: x.to(device="cuda:0")),
        ("zeros", lambda x: ft.zeros(2, device="cuda")),
        ("tensor", lambda x: ft.tensor([1.0], device="cuda")),
        ("rand", lambda x: ft.rand(2, device="cuda")),
    ],
)
def test_without_a_gpu(no_gpu, operation, call):
    """Asking for a GPU where there is none says what would install it."""
    with pytest.raises(ft.DeviceError) as raised:
        call(ft.zeros(2))
    assert str(raised.value) == f"{operation}(): argument 'device': {NO_GPU}"


@pytest.mark.parametrize(
    "operation, call",
    [
        ("zeros", lambda: ft.zeros(2, device="tpu")),
        ("tensor", lambda: ft.tensor(1, device="tpu")),
        ("to", lambda: ft.ones(1).to(device="tpu")),
        ("to", lambda: ft.ones(1).to(ft.device("tpu"))),
    ],
)
def test_unknown_device(operation, call):
    """A device that nobody registered is refused with the names of those there are."""
    with pytest.raises(ft.DeviceError) as raised:
        call()
    assert str(raised.value) == f"{operation}(): argument 'device': expected one of cpu, cuda, got 'tpu'"


def test_availability_does_not_import_cupy(no_gpu):
    """The question alone costs nothing and raises nothing."""
    assert ft.cuda.is_available() is False


# Other devices: strict arrays stand in for a GPU's ----------------------------------------------------------------


def test_round_trip(strict_device):
    """Tensors move to another device and back, by name, Device and Tensor."""
    x = ft.tensor([1.0, 2.0])
    there = x.to(strict_device)
    assert str(there.device) == strict_device
    assert not there.is_cuda
    assert (there * 2).cpu().tolist() == [2.0, 4.0]
    assert there.to(strict_device) is there
    assert x.to(there).device == there.device
    assert there.to("cpu", ft.int64).tolist() == [1, 2]
    assert there.tolist() == [1.0, 2.0]
    assert ft.zeros(2, device=strict_device).device == there.device


def test_copy_from_another_device(strict_device):
    """``copy_`` takes a Tensor from any device, with conversion and broadcasting; nothing else changes its device."""
    here, there = ft.zeros(2, 2), ft.zeros(2, 2, device=strict_device)
    assert there.copy_(ft.tensor([1, 2])) is there
    assert there.device == strict_device and there.tolist() == [[1.0, 2.0], [1.0, 2.0]]
    assert here.copy_(there + 1, non_blocking=True) is here
    assert here.device == "cpu" and here.tolist() == [[2.0, 3.0], [2.0, 3.0]]
    assert ft.zeros(2, device="strict:1").copy_(there[0]).tolist() == [1.0, 2.0]
    with pytest.raises(ft.ShapeError, match=r"copy\(\): argument 'other'"):
        there.copy_(ft.zeros(3))
    with pytest.raises(ft.DTypeError):
        there.copy_(ft.zeros(2, dtype=ft.complex64))


def test_a_tensor_elsewhere_prints(strict_device):
    """The last line names the device."""
    assert (
        repr(ft.zeros(2, device=strict_device)).split("\n")[-1]
        == "[flambeau.tensor.strict.FloatTensor of size 2 (strict:0)]"
    )


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x, y: x + y, "add(): expected all Tensors on one device, got input on cpu, other on strict:0"),
        (lambda x, y: y.add_(x), "add(): expected all Tensors on one device, got input on strict:0, other on cpu"),
        (
            lambda x, y: ft.cat([x, x, y]),
            "cat(): expected all Tensors on one device, "
            "got tensors[0] on cpu, tensors[1] on cpu, tensors[2] on strict:0",
        ),
        (
            lambda x, y: y + ft.zeros(2, device="strict:1"),
            "add(): expected all Tensors on one device, got input on strict:0, other on strict:1",
        ),
    ],
)
def test_devices_do_not_mix(strict_device, call, message):
    """Tensors of two devices in one call are refused; the message places each."""
    with pytest.raises(ft.DeviceError) as raised:
        call(ft.zeros(2), ft.zeros(2, device=strict_device))
    assert str(raised.value) == f"{message}; move them with .to(device)"


@pytest.mark.parametrize("place", ["cpu", "strict:1"])
def test_out_on_another_device(strict_device, place):
    """``out=`` must be where the result is."""
    x = ft.zeros(2, device=strict_device)
    with pytest.raises(ft.DeviceError) as raised:
        ft.add(x, x, out=ft.zeros(2, device=place))
    assert str(raised.value) == f"add(): argument 'out': expected a Tensor on strict:0, got one on {place}"


def test_index_on_another_device(strict_device):
    """Index Tensors live where the indexed one does."""
    with pytest.raises(ft.DeviceError) as raised:
        ft.zeros(2)[ft.tensor([0], device=strict_device)]
    places = "got input on cpu, index on strict:0; move them with .to(device)"
    assert str(raised.value) == f"index(): expected all Tensors on one device, {places}"


def test_numbers_go_anywhere(strict_device):
    """Python numbers have no device."""
    assert (ft.ones(2, device=strict_device) + 1).tolist() == [2.0, 2.0]
    assert (2 ** ft.ones(2, device=strict_device)).tolist() == [2.0, 2.0]


def test_copies_stay_on_their_device(strict_device):
    """Pickle and deepcopy come back to where the Tensor was."""
    x = ft.ones(2, device="strict:1")
    for y in (copy.deepcopy(x), copy.copy(x), pickle.loads(pickle.dumps(x))):
        assert str(y.device) == "strict:1"
        assert y.tolist() == [1.0, 1.0]


def test_a_backend_registered_again_replaces_the_first(strict_device):
    """By its name: what is made afterwards comes from the second one."""
    first = _backends.by_name["strict"]
    made = []

    def asarray(array, index):
        made.append(array.shape)
        return first.asarray(array, index)

    second = copy.copy(first)
    second.asarray = asarray
    ft.register_backend(second)
    assert ft.ones(3).to(strict_device).sum().item() == 3 and made == [(3,)]


@pytest.mark.parametrize(
    "name, call, size, beyond",
    [
        ("view", lambda x: x[1:3].view(ft.float64), 8, 4),
        ("view", lambda x: x[3:7].view(ft.complex128), 16, 12),
        ("view_as_complex", lambda x: ft.view_as_complex(x[1:3]), 8, 4),
        ("view_as_complex", lambda x: ft.view_as_complex(x[2:6].view(ft.float64)[:2]), 16, 8),
    ],
)
def test_wide_elements_do_not_begin_between_two(strict_device, name, call, size, beyond):
    """A GPU would stop at the first kernel that reads them, and answer nothing any more; a CPU reads them."""
    x = ft.arange(8.0)
    call(x)
    there = x.to(strict_device)
    with pytest.raises(ft.ShapeError) as raised:
        call(there)
    wanted = f"memory that begins at a multiple of {size} bytes, as elements do on a GPU"
    got = f"{beyond} bytes beyond one; use .clone()"
    assert str(raised.value) == f"{name}(): argument 'input': expected {wanted}, got {got}"


class Unhurried(np.ndarray):
    """Arrays of a device whose copies to the CPU are filled when somebody waits."""


@pytest.fixture
def unhurried(monkeypatch):
    """The name of such a device, and how to wait for it."""
    waiting = []

    def transfer(array, place, non_blocking):
        if place.type != "cpu":
            return array.copy().view(Unhurried)
        result = np.full_like(array, 77, subok=False)
        fill = functools.partial(np.copyto, result, array.view(np.ndarray))
        waiting.append(fill) if non_blocking else fill()
        return result

    backend = ft.Backend(
        name="unhurried",
        array_type=Unhurried,
        xp=np,
        asarray=lambda array, index: array.copy().view(Unhurried),
        asnumpy=lambda array: np.array(array),
        device_index=lambda array: None,
        transfer=transfer,
    )
    monkeypatch.setitem(_backends.by_name, backend.name, backend)
    monkeypatch.setitem(_backends.by_array_type, Unhurried, backend)

    def wait():
        assert waiting
        while waiting:
            waiting.pop()()

    return backend.name, wait


@pytest.mark.parametrize(
    "convert",
    [
        lambda x: x.to("cpu", non_blocking=True),
        lambda x: x.to("cpu", ft.float64, non_blocking=True),
        lambda x: x.to("cpu", memory_format=ft.channels_last, non_blocking=True),
        lambda x: x.type(ft.IntTensor, non_blocking=True),
    ],
)
def test_copies_that_go_on_are_not_read(convert, unhurried):
    """What else is asked of ``to`` is done before the copy begins, as its values come later."""
    name, wait = unhurried
    here = ft.arange(24.0).reshape(1, 2, 3, 4)
    result = convert(here.to(name))
    wait()
    want = convert(here)
    assert result.tolist() == want.tolist()
    assert (result.dtype, result.stride()) == (want.dtype, want.stride())
