"""DLPack both ways, as the array API standard and DLPack's header say: memory, flags, versions, lifetimes."""

import ctypes
import gc
import weakref

import flambeau.tensor as ft
import numpy as np
import pytest

DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32",
    "float64", "complex64", "complex128",
]  # fmt: skip
NO_COPY = {"copy": False}


def capsule_name(capsule):
    """What DLPack's protocol goes by."""
    get = ctypes.pythonapi.PyCapsule_GetName
    get.restype, get.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return get(capsule).decode()


class Versioned(ctypes.Structure):
    """The head of ``DLManagedTensorVersioned``."""

    _fields_ = [
        ("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p), ("flags", ctypes.c_uint64), ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]  # fmt: skip


def inside(capsule):
    """The structure in a versioned capsule."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return Versioned.from_address(get(capsule, b"dltensor_versioned"))


class Lender:
    """What speaks DLPack by giving one capsule, with the arguments of an old or a new producer."""

    def __init__(self, capsule, device=(1, 0)):
        self.capsule, self.device = capsule, device

    def __dlpack__(self, *, stream=None):
        return self.capsule

    def __dlpack_device__(self):
        return self.device


# Out and in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("max_version", [None, (0, 8), (1, 0), (1, 9), (2, 0)])
def test_round_trip_shares_memory(dtype, max_version):
    """Every dtype, in old and new capsules, comes back as a view of the same memory, steps and all."""
    x = ft.ones(4, 6).to(dtype)[::2, ::-3]
    capsule = x.__dlpack__(max_version=max_version)
    new = max_version is not None and max_version[0] >= 1
    assert capsule_name(capsule) == ("dltensor_versioned" if new else "dltensor")
    y = ft.from_dlpack(capsule)
    assert capsule_name(capsule) == ("used_dltensor_versioned" if new else "used_dltensor")
    assert (y.shape, y.dtype, y.stride(), y.data_ptr()) == (x.shape, x.dtype, x.stride(), x.data_ptr())
    x.zero_()
    assert not y.any()


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1,) * 20])
def test_odd_shapes(shape):
    """0-d, empty and many-dimensional Tensors go through; the address of nothing is NULL."""
    x = ft.ones(*shape) if shape else ft.tensor(1.0)
    y = ft.from_dlpack(x)
    assert (y.shape, y.dtype, y.tolist()) == (x.shape, x.dtype, x.tolist())
    assert (inside(x.__dlpack__(max_version=(1, 0))).data is None) == (x.numel() == 0)


def test_structure_says_what_it_must():
    """Version, device, dtype, shape and strides in elements, as DLPack's header describes them."""
    x = ft.zeros(3, 4, dtype="bfloat16").T
    capsule = x.__dlpack__(max_version=(1, 0))
    s = inside(capsule)
    assert (s.major, s.flags, s.device_type, s.device_id, s.byte_offset) == (1, 0, 1, 0, 0)
    assert (s.code, s.bits, s.lanes) == (4, 16, 1)
    assert (s.ndim, s.shape[:2], s.strides[:2], s.data) == (2, [4, 3], [1, 4], x.data_ptr())


def test_read_only_is_said_and_heard():
    """A read-only Tensor says so in new capsules, has no old ones, and what comes as read-only stays so."""
    a = np.arange(3.0)
    a.flags.writeable = False
    x = ft.from_numpy(a)
    assert inside(x.__dlpack__(max_version=(1, 0))).flags == 1
    y = ft.from_dlpack(x)
    with pytest.raises(ValueError, match="read-only"):
        y.add_(1)
    assert not np.from_dlpack(x).flags.writeable
    with pytest.raises(BufferError) as raised:
        x.__dlpack__()
    expected = "expected (1, 0) or more, which can say read-only, got an older version; clone() it first"
    assert str(raised.value) == f"__dlpack__(): argument 'max_version': {expected}"


def test_copies_are_made_and_said():
    """``copy=True`` gives memory of its own, says so, and may be written though the source may not."""
    x = ft.ones(1).expand(3)
    capsule = x.__dlpack__(max_version=(1, 0), copy=True)
    assert inside(capsule).flags == 2
    y = ft.from_dlpack(capsule)
    y.zero_()
    assert x.tolist() == [1.0] * 3
    z = ft.from_dlpack(ft.ones(2), copy=True)
    z.zero_()
    w = ft.ones(2)
    assert ft.from_dlpack(w, copy=False).data_ptr() == w.data_ptr()
    assert ft.from_dlpack(Lender(w.__dlpack__()), copy=True).data_ptr() != w.data_ptr()


def test_steps_within_elements_are_copied():
    """DLPack counts strides in elements: where that is impossible there is a copy, or an error if none may be."""
    x = ft.from_numpy(np.zeros(3, [("a", "f4"), ("b", "i2")])["a"])
    assert inside(x.__dlpack__(max_version=(1, 0))).flags == 2
    with pytest.raises(BufferError) as raised:
        x.__dlpack__(copy=False)
    expected = "expected True or None where strides split elements, got strides (6,) of 4 bytes"
    assert str(raised.value) == f"__dlpack__(): argument 'copy': {expected}"


@pytest.mark.parametrize(
    "options, exception, text",
    [
        ({"dl_device": (2, 0)}, BufferError, "argument 'dl_device': expected (1, 0), the CPU, got (2, 0)"),
        ({"stream": 1}, ValueError, "argument 'stream': expected None for memory of the CPU, got 1"),
    ],
)
def test_what_cannot_be_asked(options, exception, text):
    """Devices that a Tensor on the CPU cannot come from, and streams that the CPU has not."""
    with pytest.raises(exception) as raised:
        ft.ones(1).__dlpack__(**options)
    assert str(raised.value) == f"__dlpack__(): {text}"
    assert ft.from_dlpack(ft.ones(1).__dlpack__(dl_device=(1, 0), stream=None)).tolist() == [1.0]


def test_from_dlpack_refuses():
    """Objects that do not speak DLPack, used capsules, unknown dtypes, and memory out of reach."""
    with pytest.raises(AttributeError) as raised:
        ft.from_dlpack([1.0])
    expected = "expected an object with __dlpack__ and __dlpack_device__, got list"
    assert str(raised.value) == f"from_dlpack(): argument 'x': {expected}"
    capsule = ft.ones(1).__dlpack__()
    ft.from_dlpack(capsule)
    with pytest.raises(ValueError) as raised:
        ft.from_dlpack(capsule)
    expected = "expected a DLPack capsule that nobody has used, got one that was used, or another capsule"
    assert str(raised.value) == f"from_dlpack(): argument 'x': {expected}"


@pytest.mark.parametrize(
    "change, text",
    [
        ({"major": 2}, "expected version 1 of DLPack, got version 2"),
        ({"device_type": 4}, "expected memory the CPU reaches, got DLPack's device type 4"),
        ({"code": 3}, "expected a dtype that Tensors have, got DLPack's code 3, 32 bits, 1 lanes"),
        ({"bits": 128}, "expected a dtype that Tensors have, got DLPack's code 2, 128 bits, 1 lanes"),
        ({"lanes": 4}, "expected a dtype that Tensors have, got DLPack's code 2, 32 bits, 4 lanes"),
        ({"ndim": 65}, "expected at most 64 dimensions, got 65"),
        ({"ndim": -1}, "expected at most 64 dimensions, got -1"),
        ({"data": None}, "expected the address of the elements, got none"),
    ],
)
def test_capsules_that_make_no_sense(change, text):
    """A bad capsule is refused by name, and its memory given back."""
    a = np.ones(2, "f4")
    gone = weakref.ref(a)
    capsule = ft.from_numpy(a).__dlpack__(max_version=(1, 0))
    for field, value in change.items():
        setattr(inside(capsule), field, value)
    del a
    with pytest.raises(BufferError) as raised:
        ft.from_dlpack(capsule)
    assert str(raised.value) == f"from_dlpack(): argument 'x': {text}"
    del raised
    gc.collect()
    assert gone() is None


def test_old_capsules_are_read_only():
    """Producers from before DLPack 1.0 cannot say that their memory may be written, as NumPy understands it too."""
    y = ft.from_dlpack(Lender(ft.ones(1).__dlpack__()))
    with pytest.raises(ValueError, match="read-only"):
        y.add_(1)


def test_no_strides_mean_c_order():
    """Producers from before 1.2 may leave the strides out."""
    x = ft.arange(6).reshape(2, 3)
    capsule = x.__dlpack__(max_version=(1, 0))
    inside(capsule).strides = ctypes.POINTER(ctypes.c_int64)()
    assert ft.from_dlpack(capsule).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_memory_elsewhere_comes_as_a_copy(strict_device):
    """What is not on the CPU is copied there, says so, and is not had without a copy."""
    x = ft.ones(3, device=strict_device)
    assert inside(x.__dlpack__(max_version=(1, 0), dl_device=(1, 0))).flags == 2
    assert np.from_dlpack(x).tolist() == [1.0] * 3
    with pytest.raises(BufferError) as raised:
        x.__dlpack__(copy=False)
    expected = "expected True or None to come from strict:0, got False"
    assert str(raised.value) == f"__dlpack__(): argument 'copy': {expected}"
    y = ft.from_dlpack(np.ones(2), device=strict_device)
    assert (y.device, y.tolist()) == (strict_device, [1.0, 1.0])
    with pytest.raises(ValueError) as raised:
        ft.from_dlpack(np.ones(2), device=strict_device, copy=False)
    expected = "expected True or None to get from cpu to strict:0, got False"
    assert str(raised.value) == f"from_dlpack(): argument 'copy': {expected}"


# Lifetimes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_version", [None, (1, 0)])
def test_memory_lives_as_long_as_somebody_holds_it(max_version):
    """The consumer keeps the memory after the Tensor is gone, and the last of its views gives it back."""
    a = np.full(1000, 7.0)
    gone = weakref.ref(a)
    x = ft.from_numpy(a)
    y = ft.from_dlpack(x.__dlpack__(max_version=max_version))
    view = y[10:20]
    del a, x, y
    gc.collect()
    assert view.sum().item() == 70.0
    assert gone() is not None
    del view
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("max_version", [None, (1, 0)])
def test_a_capsule_nobody_takes_gives_back(max_version):
    """A capsule that is dropped lets go of the memory, once."""
    a = np.ones(3)
    gone = weakref.ref(a)
    capsule = ft.from_numpy(a).__dlpack__(max_version=max_version)
    del a
    gc.collect()
    assert gone() is not None
    del capsule
    gc.collect()
    assert gone() is None


def test_many_trips_leak_nothing():
    """A thousand trips to NumPy and back leave as many references as there were."""
    a = np.ones(8)
    x = ft.from_numpy(a)

    def trip():
        return ft.from_dlpack(np.from_dlpack(x))

    import sys

    trip()
    before = sys.getrefcount(a), sys.getrefcount(a.dtype)
    for _ in range(1000):
        trip()
    assert (sys.getrefcount(a), sys.getrefcount(a.dtype)) == before


# Other libraries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d != "bfloat16"])
def test_numpy_both_ways(dtype):
    """NumPy sees our memory and we see NumPy's."""
    x = ft.ones(2, 3).to(dtype)
    a = np.from_dlpack(x)
    y = ft.from_dlpack(a)
    assert y.data_ptr() == a.ctypes.data == x.data_ptr()
    x.zero_()
    assert not a.any() and not y.any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_torch_both_ways(dtype):
    """torch sees our memory and we see torch's, bfloat16 too; changes on either side are seen on the other."""
    torch = pytest.importorskip("torch", reason="needs torch to exchange with")
    x = ft.ones(2, 3).to(dtype).T
    t = torch.from_dlpack(x)
    assert (tuple(t.shape), t.stride(), t.data_ptr()) == (x.shape, x.stride(), x.data_ptr())
    assert str(t.dtype) == f"torch.{dtype}"
    t.zero_()
    assert not x.any()
    y = ft.from_dlpack(torch.ones(3, dtype=t.dtype))
    assert (y.dtype.name, y.tolist()) == (dtype, ft.ones(3).to(dtype).tolist())
    y.zero_()


def test_torch_tensors_outlive_their_owners():
    """Memory that torch lends is there after torch's tensor is gone, and the other way round."""
    torch = pytest.importorskip("torch", reason="needs torch to exchange with")
    x = ft.from_dlpack(torch.full((1000,), 3.0))
    t = torch.from_dlpack(ft.full((1000,), 4.0))
    gc.collect()
    assert x.sum().item() == 3000.0
    assert t.sum().item() == 4000.0


def test_jax_both_ways():
    """JAX sees our memory and we see JAX's, which nobody may write."""
    jnp = pytest.importorskip("jax.numpy")
    for dtype in ("float32", "bfloat16", "int32", "bool"):
        x = ft.ones(64, 4).to(dtype)
        y = ft.from_dlpack(jnp.ones((64, 4), dtype=dtype))
        assert (y.shape, y.dtype) == (x.shape, x.dtype)
        assert y.tolist() == x.tolist()
        assert jnp.from_dlpack(x).tolist() == x.tolist()
    a = jnp.arange(1024.0)
    x = ft.from_dlpack(a)
    assert x.data_ptr() == a.unsafe_buffer_pointer()
    with pytest.raises(ValueError, match="read-only"):
        x.zero_()


def test_tensor_and_as_tensor_take_arrays_of_others():
    """Arrays of other libraries keep their dtype; ``tensor`` copies them, ``as_tensor`` shares."""
    torch = pytest.importorskip("torch", reason="needs torch to exchange with")
    for dtype in (torch.float64, torch.bfloat16, torch.int16):
        t = torch.ones(2, dtype=dtype)
        assert str(dtype) == f"torch.{ft.tensor(t).dtype}" == f"torch.{ft.as_tensor(t).dtype}"
        assert ft.tensor(t).data_ptr() != t.data_ptr() == ft.as_tensor(t).data_ptr()
    assert ft.tensor(t, dtype="float32").dtype == ft.as_tensor(t, dtype="float32").dtype == ft.float32
    with pytest.raises(BufferError, match="grad"):
        ft.tensor(torch.ones(1, requires_grad=True))


def test_buffers_are_taken():
    """A bytearray or memoryview is an array of its elements."""
    data = bytearray(b"ab")
    x = ft.as_tensor(data)
    x[0] = 0
    assert (x.dtype, data) == (ft.uint8, b"\0b")
    view = memoryview(np.array([1.5, 2.5], "f8"))
    assert (ft.tensor(view).dtype, ft.tensor(view).tolist()) == (ft.float64, [1.5, 2.5])
