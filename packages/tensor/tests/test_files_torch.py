"""Files of PyTorch: both forms, without running anything in them."""

import collections
import io
import pickle
import random
import struct
import zipfile

import flambeau.tensor as ft
import numpy as np
import pytest
from hypothesis import settings
from test_files_fuzz import attempt, equal
from torch_files import (
    ORDERED,
    archive,
    call,
    dict_of,
    list_of,
    name,
    number,
    storage,
    stream,
    tensor,
    text,
    tuple_of,
)

DRAWS = settings().max_examples  # 100, or 2000 in the soak session
FLOATS = struct.pack("<6f", *range(6))
LONGS = struct.pack("<3q", 7, -8, 9)


def load(data, **options):
    return ft.load(io.BytesIO(data), **options)


def weights(old):
    """A state_dict: two views of one storage, a tensor turned, one of integers, a plain value."""
    floats, longs = storage("Float", "0", 6, old), storage("Long", "1", 3, old)
    body = dict_of(
        {
            "weight": tensor(floats, (2, 3), (3, 1)),
            "row": tensor(floats, (3,), (1,), offset=3),
            "turned": tensor(floats, (3, 2), (1, 3), version="" if old else "_v2"),
            "steps": call(name("torch._utils", "_rebuild_parameter"), tensor(longs, (), (), 1), b"\x89", ORDERED),
            "epoch": number(3),
        },
        before=ORDERED,
    )
    return body + dict_of({"_metadata": ORDERED}) + b"b"


def zip_form():
    return archive(weights(old=False), {"0": FLOATS, "1": LONGS}, byteorder=b"little")


def old_form():
    return stream(weights(old=True), {"1": (3, LONGS), "0": (6, FLOATS)})


FORMS = {"zip": zip_form, "old": old_form}


@pytest.mark.parametrize("form", FORMS)
def test_weights_come_with_their_views(form):
    """Shapes, strides, offsets, dtypes and order; what shared a storage shares memory."""
    state = load(FORMS[form]())
    assert list(state) == ["weight", "row", "turned", "steps", "epoch"] and state["epoch"] == 3
    assert state["weight"].tolist() == [[0, 1, 2], [3, 4, 5]] and state["weight"].dtype == ft.float32
    assert state["turned"].stride() == (1, 3) and state["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert state["steps"].dtype == ft.int64 and state["steps"].item() == -8
    state["row"].fill_(-1)
    assert state["weight"][1].tolist() == [-1, -1, -1]
    assert state["weight"].version == state["turned"].version == 1


@pytest.mark.parametrize("form", FORMS)
def test_weights_can_be_read_saved_and_verified(form, tmp_path):
    """From a path too; what was loaded can be saved, views and all; verify knows both forms."""
    path = tmp_path / "model.pt"
    path.write_bytes(FORMS[form]())
    state = ft.load(path)
    ft.save(dict(state), tmp_path / "model.safetensors")
    assert equal(ft.load(tmp_path / "model.safetensors"), dict(state))
    found = ft.verify(path)
    kept = ["archive/data/0", "archive/data/1"] if form == "zip" else ["1", "0"]
    how = "all checksums right" if form == "zip" else "no checksums in it"
    assert found and list(found.tensors) == kept and found.verdict.endswith(how)


def test_the_zip_form_can_be_mapped_and_the_old_cannot(tmp_path):
    """Mapped tensors are copied when written; the old form says what to do."""
    path = tmp_path / "model.pt"
    path.write_bytes(zip_form())
    state = ft.load(path, mmap=True)
    state["weight"].add_(1)
    assert state["row"].tolist() == [4, 5, 6] and ft.load(path)["row"].tolist() == [3, 4, 5]
    path.write_bytes(old_form())
    with pytest.raises(ValueError) as raised:
        ft.load(path, mmap=True)
    assert str(raised.value) == (
        "load(): argument 'mmap': expected a file with aligned tensors, got one of PyTorch before 1.6; "
        "leave mmap out, and save() what comes"
    )


@pytest.mark.parametrize("form", FORMS)
def test_tensors_come_to_the_cpu_or_where_they_are_sent(form):
    """A storage is moved once, wherever it was saved from."""
    kept = storage("Float", "0", 6, form == "old", module="torch.cuda", location="cuda:1")
    body = list_of(tensor(kept, (6,), (1,)), tensor(kept, (2,), (1,), 4))
    data = archive(body, {"0": FLOATS}) if form == "zip" else stream(body, {"0": (6, FLOATS)})
    assert all(x.device == "cpu" for x in load(data))
    seen = []
    first, second = load(data, map_location=lambda x, saved: seen.append((x.shape, saved)))
    assert seen == [((6,), "cuda:1")] and second.base is first.base
    with pytest.raises(ZeroDivisionError):
        load(data, map_location=lambda x, saved: 1 / 0)


KINDS = {
    "Double": "<f8", "Float": "<f4", "Half": "<f2", "Long": "<i8", "Int": "<i4", "Short": "<i2", "Char": "i1",
    "Byte": "u1", "Bool": "?", "ComplexFloat": "<c8", "ComplexDouble": "<c16",
}  # fmt: skip


@pytest.mark.parametrize("kind", [*KINDS, "BFloat16"])
@pytest.mark.parametrize("order", ["little", "big"])
def test_every_type_of_storage_in_both_byte_orders(kind, order):
    """The zip form says its byte order."""
    dtype = np.dtype(KINDS.get(kind, "<f4"))
    values = np.array([0, 1, 1]).astype(dtype)
    if kind == "BFloat16":  # the upper half of a float32
        values = values.view("<u2")[1::2]
    content = values.astype(values.dtype.newbyteorder(">" if order == "big" else "<")).tobytes()
    body = tensor(storage(kind, "0", 3), (3,), (1,))
    x = load(archive(body, {"0": content}, byteorder=order.encode()))
    assert x.dtype == (ft.bfloat16 if kind == "BFloat16" else dtype.newbyteorder("=")) and x.tolist() == [0, 1, 1]


def test_new_types_come_from_untyped_storages():
    """Unsigned integers of PyTorch have no class of storage: bytes, and a dtype beside them."""
    kept = storage("Untyped", "0", 4, module="torch.storage")
    parts = [kept, number(0), tuple_of(number(2)), tuple_of(number(1)), b"\x89", ORDERED, name("torch", "uint16")]
    x = load(archive(call(name("torch._utils", "_rebuild_tensor_v3"), *parts), {"0": b"\1\0\0\1"}))
    assert x.dtype == ft.uint16 and x.tolist() == [1, 256]


def test_plain_values_come_as_they_are():
    """Everything PyTorch allows beside tensors, NumPy's scalars, and strings of Python 2."""
    scalar = call(name("numpy", "dtype"), text("f4"), b"\x89", b"\x88")
    state = tuple_of(number(3), text(">"), b"N", b"N", b"N", number(-1), number(-1), number(0))
    body = list_of(
        b"N", b"\x88", number(-5), number(2**40), b"G" + struct.pack(">d", 1.5), text("é"), b"U\x03old", b"I7\n",
        b"]", b")", b"(K\x01K\x02t", call(name("torch", "device"), text("cuda"), number(1)), name("torch", "half"),
        call(name("torch", "Size"), list_of(number(2), number(3))),
        call(name("__builtin__", "set"), list_of(number(1))),
        call(name("__builtin__", "complex"), number(1), number(2)),
        call(name("_codecs", "encode"), text("ÿ"), text("latin1")),
        call(name("numpy.core.multiarray", "scalar"), scalar + state + b"b", b"U\x04\x3f\xc0\0\0"),
        call(name("collections", "Counter"), dict_of({"a": number(2)})),
    )  # fmt: skip
    found = load(archive(body, {}))
    assert found[:11] == [None, True, -5, 2**40, 1.5, "é", "old", 7, [], (), (1, 2)]
    assert found[11:17] == [ft.device("cuda:1"), ft.float16, (2, 3), {1}, 1 + 2j, b"\xff"]
    assert found[17] == np.float32(1.5) and type(found[17]) is np.float32
    assert found[18] == collections.Counter(a=2)


def refused(data):
    with pytest.raises(ft.FileCorrupt) as raised:
        load(data)
    return str(raised.value).removeprefix("load(): file '<BytesIO>': ").removeprefix("load(): file '<BytesIO>', ")


@pytest.mark.parametrize(
    "target", ["os system", "builtins eval", "torch.nn.modules.linear Linear", "torch.storage _load_from_bytes"]
)
@pytest.mark.parametrize("form", FORMS)
def test_what_a_pickle_may_not_name_is_named(target, form):
    """Whatever would run, the error says what it was."""
    body = call(name(*target.split()), text("true"))
    data = archive(body, {}) if form == "zip" else stream(body, {})
    assert refused(data) == (
        f"expected weights and plain values, got a pickle that asks for '{target.replace(' ', '.')}'; "
        "save the state_dict() of a module, not the module"
    )


def test_pickles_of_python_run_nothing(tmp_path):
    """An object with code in its pickle, written by Python itself with every protocol."""

    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    for protocol in range(6):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("a/data.pkl", pickle.dumps({"weight": Evil()}, protocol))
        assert "got a pickle that asks for" in refused(file.getvalue())
    assert not (tmp_path / "ran").exists()


FLOAT = storage("Float", "0", 6)
DEEP = number(1) + b"\x85" * 1000  # a tuple in a tuple in a tuple...
DOUBLING = b")" + b"2\x86" * 60  # 2**60 elements for who walks through it
REFUSED = {
    "outside the storage": (tensor(FLOAT, (7,), (1,)), "a view of bytes 0 to 28 of 24"),
    "before the storage": (tensor(FLOAT, (2,), (1,), offset=-1), "a view of bytes -4 to 4 of 24"),
    "endless tensor": (tensor(FLOAT, (2**40, 2**40), (0, 0)), "a view of shape"),
    "no sizes": (tensor(FLOAT, (2,), ()), "as many strides as sizes"),
    "another size": (list_of(tensor(FLOAT, (1,), (1,)), storage("Float", "0", 5)), "expected 20 bytes, got 24"),
    "missing storage": (tensor(storage("Float", "9", 6), (6,), (1,)), "none called 'archive/data/9'"),
    "lie about the size": (tensor(storage("Float", "0", 2**50), (1,), (1,)), "bytes, got 24"),
    "quantised": (tensor(storage("QInt8", "0", 24), (1,), (1,)), "asks for 'torch.QInt8Storage'"),
    "conjugate": (
        call(name("torch._utils", "_rebuild_tensor_v2"), FLOAT, b"K\0))\x89", ORDERED, dict_of({"conj": b"\x88"})),
        "a tensor whose conjugate or negative is stored",
    ),
    "other persistent ids": (text("secret") + b"Q", "expected storages as persistent ids, got 'secret'"),
    "call of a string": (text("exit") + b")R", "a call of str"),
    "call of a dtype": (name("torch", "float32") + b")R", "a call of Float32DType"),
    "attributes of a class": (name("torch", "Tensor") + dict_of({"x": number(1)}) + b"b", "attributes for a"),
    "attributes of a tensor": (tensor(FLOAT, (1,), (1,)) + dict_of({"x": number(1)}) + b"b", "attributes for a Tensor"),
    "extension": (b"\x82\x01", "pickle opcode EXT1"),
    "instance": (b"(ios\nsystem\n", "pickle opcode INST"),
    "list as key": (b"}]K\x01s", "a key of type list"),
    "deep key": (b"}" + DEEP + b"K\x01s", "a key of type tuple"),
    "doubling key": (b"}" + DOUBLING + b"K\x01s", "a key of type tuple"),
    "memory by number": (b"Kar\xff\xff\xff\xff" + b"j\xfe\xff\xff\xff", "KeyError"),
    "memory by length": (b"\x8e" + b"\xff" * 7 + b"\x0f", "bytes"),
    "many objects": (b"]" * 100_000, "objects as large as a pickle of this size holds"),
    "many tuples": (b")" + b"\x85" * 100_000, "objects as large as a pickle of this size holds"),
    "nothing": (b"", "not enough values"),
    "too much": (b"KaKb", "too many values"),
    "beneath the stack": (b"0", "IndexError"),
    "no mark": (b"u", "IndexError"),
    "unknown opcode": (b"\x00", "opcode"),
    "text that is none": (b"X\x02\0\0\0\xff\xff", "UnicodeDecodeError"),
    "float of words": (b"Fabc\n", "ValueError"),
    "NumPy objects": (call(name("numpy", "dtype"), text("O8"), b"\x89", b"\x88"), "a NumPy scalar of type 'O8'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_pickles_are_refused(case):
    """Each with one clear error that says what it was, in little memory and time."""
    body, part = REFUSED[case]
    data = archive(body, {"0": FLOATS})
    assert part in refused(data)
    assert isinstance(attempt(data, allowance=4_000_000), ft.FileCorrupt)


def test_odd_archives_are_refused():
    """Compressed, encrypted, twice the same name, overlapping, of a program, or of something else."""
    body = tensor(FLOAT, (6,), (1,))
    assert "expected an entry that is stored, got a compressed one" in refused(
        archive(body, {"0": b"\0" * 24}, compression=zipfile.ZIP_DEFLATED)
    )
    assert "expected weights, got a TorchScript program; load it in PyTorch and save its state_dict()" in refused(
        archive(body, {"0": FLOATS}, **{"constants.pkl": b""})
    )
    assert "expected a byte order of little or big, got b'middle'" in refused(
        archive(body, {"0": FLOATS}, byteorder=b"middle")
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("readme.txt", "PK")
    assert refused(file.getvalue()) == "expected an archive of PyTorch, with one data.pkl, got 0 of them"
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as packed:
        packed.writestr("readme.txt", "again")
    assert refused(file.getvalue()) == "expected an archive of different names, got one that stands twice"
    bomb = zip_form()
    with zipfile.ZipFile(io.BytesIO(bomb)) as packed:
        at = packed.start_dir
    directory = bomb[at:].replace(struct.pack("<LL", 24, 24), struct.pack("<LL", 10**6, 10**6))
    assert refused(bomb[:at] + directory) == "expected entries that fit into the file, got more"


def test_odd_streams_are_refused():
    """Of another version or byte order, with storages that are not named, not there, or of another size."""
    body = tensor(storage("Float", "0", 6, old=True), (6,), (1,))
    good = {"0": (6, FLOATS)}
    assert load(stream(body, good)).tolist() == [0, 1, 2, 3, 4, 5]
    assert refused(stream(body, good, version=1000)) == "expected a file of PyTorch, version 1001, got another"
    assert refused(stream(body, good, little=False)) == "expected a file from a little-endian system, got another"
    assert refused(stream(body, {})) == "expected the keys of all storages, got others"
    assert refused(stream(body, good | {"1": (0, b"")})) == "expected the keys of all storages, got others"
    assert refused(stream(body, {"0": (5, FLOATS[:20])})) == "tensor '0': expected 24 bytes, got 20"
    data = stream(body, good)
    assert refused(data + b"x") == f"expected {len(data)} bytes, got {len(data) + 1}"
    part = storage("Float", "0", 6, old=True)[: -len(b"NtQ")] + tuple_of(text("v"), number(0), number(2)) + b"tQ"
    assert "expected whole storages, got a part of one" in refused(stream(tensor(part, (2,), (1,)), good))


@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_at_any_byte_is_refused(form):
    """Whatever is missing at the end is missed."""
    data = FORMS[form]()
    for length in range(len(data)):
        assert isinstance(attempt(data[:length], allowance=2_000_000), ft.FileCorrupt), length


@pytest.mark.filterwarnings("ignore:invalid escape sequence")  # Python's, about text with backslashes
@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_do_no_harm(form):
    """Flipped bits and scrambled bytes: an error, or the right data where there are checksums."""
    data = FORMS[form]()
    right = load(data)
    draw = random.Random(3)
    for i in range(5 * DRAWS):
        damaged = bytearray(data)
        if i % 2:
            damaged[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        else:
            at = draw.randrange(len(data))
            damaged[at : at + draw.choice([0, 1, 4])] = draw.randbytes(draw.choice([0, 1, 4]))
        found = attempt(bytes(damaged), allowance=2_000_000)
        assert isinstance(found, ft.FileCorrupt) or form == "old" or equal(found, right), i


def test_what_pytorch_writes_comes_back():
    """Every dtype, views, parameters and plain values, in both forms, by the installed PyTorch."""
    torch = pytest.importorskip("torch")
    x = torch.arange(12).reshape(3, 4)
    tensors = {
        "whole": x, "turned": x.t(), "column": x[:, 1], "scalar": torch.tensor(3.0), "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(x.float()), "bfloat16": x.bfloat16(), "half": x.half(), "bool": x > 3,
        "complex": x.to(torch.complex64), "uint16": torch.tensor([1, 2], dtype=torch.uint16),
        "wide": x[:, :1].expand(3, 5),
    }  # fmt: skip
    plain = {
        "type": torch.float64,
        "size": torch.Size([1, 2]),
        "scalar": np.float32(1.5),
        "set": {1, 2},
        "number": 2**80,
    }
    for options in ({}, {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 4}):
        file = io.BytesIO()
        torch.save({"tensors": tensors, "plain": plain}, file, **options)
        loaded = load(file.getvalue())
        for key, expected in tensors.items():
            found = loaded["tensors"][key]
            assert found.tolist() == expected.tolist(), key
            assert (found.shape, found.stride()) == (tuple(expected.shape), expected.stride()), key
            assert found.dtype.name == str(expected.dtype).removeprefix("torch."), key
        assert loaded["plain"] == plain | {"type": ft.float64, "size": (1, 2)}
        loaded["tensors"]["turned"].fill_(7)
        assert loaded["tensors"]["column"].tolist() == [7, 7, 7]
        assert ft.verify(io.BytesIO(file.getvalue()))


def test_files_of_pytorch_without_checksums(tmp_path):
    """PyTorch can be told to leave them out; verify says so."""
    torch = pytest.importorskip("torch")
    torch.serialization.set_crc32_options(False)
    try:
        torch.save({"a": torch.ones(3)}, tmp_path / "x.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    assert ft.load(tmp_path / "x.pt")["a"].tolist() == [1, 1, 1]
    assert ft.verify(tmp_path / "x.pt").verdict.endswith("no checksums in it")
