"""Saving and loading: what comes back, what is refused, and what a crash leaves behind."""

import json
import os
import random

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._files import _writer
from hypothesis import given, settings
from hypothesis import strategies as st

DTYPES = [
    ft.bool_, ft.uint8, ft.int8, ft.uint16, ft.int16, ft.uint32, ft.int32, ft.uint64, ft.int64, ft.float16,
    ft.bfloat16, ft.float32, ft.float64, ft.complex64, ft.complex128,
]  # fmt: skip

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
plain |= st.sampled_from([*DTYPES, ft.device("cpu"), ft.device("cuda", 1)])
plain |= st.builds(slice, *[st.none() | st.integers()] * 3)
tensors = st.builds(
    lambda dtype, shape: ft.from_numpy(np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)),
    st.sampled_from(DTYPES),
    st.lists(st.integers(0, 3), max_size=3),
)
keys = st.text() | st.integers() | st.booleans() | st.none()
objects = st.recursive(
    plain | tensors,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(keys, inner),
    max_leaves=8,
)


def same(a, b):
    """Equality in which tensors compare by dtype, shape and bytes, and nan equals nan."""
    if isinstance(a, ft.Tensor):
        return a.dtype == b.dtype and a.shape == b.shape and a.numpy().tobytes() == b.numpy().tobytes()
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, slice):
        return repr(a) == repr(b)
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    return a == b or (a != a and b != b)


@settings(max_examples=settings().max_examples * 3 // 2)
@given(obj=objects)
def test_what_was_saved_comes_back(obj, tmp_path_factory):
    """Any nesting of plain values and tensors of any dtype comes back equal, with its types."""
    path = tmp_path_factory.mktemp("files") / "x"
    ft.save(obj, path)
    assert same(ft.load(path), obj)


def test_aliases_stay_aliases(tmp_path):
    """One memory under two names is written once and is one memory again."""
    x = ft.ones(3)
    ft.save({"a": x, "b": x}, tmp_path / "x")
    loaded = ft.load(tmp_path / "x")
    loaded["a"][0] = 5
    assert loaded["b"][0].item() == 5


def test_views_are_saved_as_what_they_show(tmp_path):
    """A strided view is written densely."""
    x = ft.arange(10)[::-3]
    ft.save(x, tmp_path / "x")
    assert ft.load(tmp_path / "x").tolist() == [9, 6, 3, 0]


def test_safetensors_reads_our_files(tmp_path):
    """The package of that name gives the same arrays under the keys of the dict."""
    safetensors = pytest.importorskip("safetensors.numpy")
    state = {"layer.weight": ft.ones(2, 3), "layer.bias": ft.zeros(2, dtype=ft.float64), "step": 7}
    ft.save(state, tmp_path / "x")
    loaded = safetensors.load_file(tmp_path / "x")
    assert set(loaded) == {"layer.weight", "layer.bias"}
    np.testing.assert_array_equal(loaded["layer.weight"], np.ones((2, 3), np.float32))


def test_we_read_safetensors_files(tmp_path):
    """A file without our metadata gives a dict of its tensors."""
    safetensors = pytest.importorskip("safetensors.numpy")
    safetensors.save_file({"w": np.arange(3.0)}, tmp_path / "x", metadata={"format": "np"})
    assert ft.load(tmp_path / "x")["w"].tolist() == [0.0, 1.0, 2.0]


def small_file(tmp_path):
    path = tmp_path / "small"
    ft.save({"a": ft.arange(3), "b": (ft.ones(2), "text", 1.5)}, path)
    return path, path.read_bytes()


def test_a_file_cut_at_any_byte_is_refused(tmp_path):
    """Truncation at every length gives FileCorrupt, never data."""
    path, data = small_file(tmp_path)
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(ft.FileCorrupt):
            ft.load(path)


def test_a_flipped_bit_is_refused(tmp_path):
    """Each of 2,000 random single-bit flips gives FileCorrupt."""
    path, data = small_file(tmp_path)
    draw = random.Random(0)
    for _ in range(2000):
        damaged = bytearray(data)
        damaged[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(ft.FileCorrupt):
            ft.load(path)


def raw(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def entry(dtype="U8", shape=(1,), offsets=(0, 1)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


HOSTILE = {
    "huge header": (
        (2**63).to_bytes(8, "little"),
        "a header of 2 to 100,000,000 bytes inside the file, got 9223372036854775808 of a file of 8 bytes",
    ),
    "no object": (raw([]), "a JSON object as header, got list"),
    "overlap": (raw({"a": entry(), "b": entry()}, b"x"), "tensor 'b': expected its bytes at 1, got 0"),
    "hole": (raw({"a": entry(offsets=(1, 2))}, b"xx"), "tensor 'a': expected its bytes at 0, got 1"),
    "size": (raw({"a": entry(shape=(2**61,))}, b"x"), f"tensor 'a': expected {2**61} bytes, got 1"),
    "negative": (
        raw({"a": entry(shape=(-1,))}, b"x"),
        "tensor 'a': expected at most 64 sizes and offsets of 0 or more, got (-1,), 0, 1",
    ),
    "dtype": (
        raw({"a": entry(dtype="F99")}, b"x"),
        "tensor 'a': expected dtype, shape and data_offsets, got something else",
    ),
    "beyond the end": (raw({"a": entry(shape=(9,), offsets=(0, 9))}, b"x"), "9 bytes of tensors, got 1"),
    "bad bool": (raw({"a": entry(dtype="BOOL")}, b"\x07"), "tensor 'a': expected bools of 0 or 1, got 7"),
    "constant": (raw(b'{"a":NaN}'), "the header in JSON, got ValueError: NaN is no JSON"),
    "endless": (
        raw({"a": entry(shape=(0, 10**22), offsets=(0, 0))}),
        f"tensor 'a': expected fewer than 2**63 elements, got shape (0, {10**22})",
    ),
    "twice": (
        raw(b'{"a":%s,"a":1}' % json.dumps(entry()).encode()),
        "the header in JSON, got ValueError: a name stands twice",
    ),
    "metadata": (raw({"__metadata__": {"a": 1}}), "metadata of strings, got something else"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_headers_are_refused(name, tmp_path):
    """Lies in the header are found before memory is taken, and the message says what does not fit."""
    data, text = HOSTILE[name]
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(ft.FileCorrupt) as raised:
        ft.load(path)
    assert str(raised.value).startswith(f"load(): file '{path}'")
    assert str(raised.value).endswith(text)


def test_foreign_names_are_no_business_of_ours(tmp_path):
    """A tensor of another program may be called flambeau.something."""
    (tmp_path / "x").write_bytes(raw({"flambeau.weight": entry()}, b"x"))
    assert ft.load(tmp_path / "x")["flambeau.weight"].tolist() == [120]


def test_odd_things_come_back(tmp_path):
    """Huge ints, keys that are no UTF-8, NumPy scalars and bytes paths are all fine."""
    obj = {"\ud800": ft.ones(1), "big": 7**9000, "loss": np.float64(1.5)}
    ft.save(obj, os.fsencode(tmp_path / ("n" * 250)))
    loaded = ft.load(tmp_path / ("n" * 250))
    assert list(loaded) == list(obj) and loaded["big"] == obj["big"] and loaded["loss"] == 1.5


def test_a_container_in_itself_is_refused(tmp_path):
    """Endless nesting is an error with a text, not a crash."""
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError) as raised:
        ft.save(endless, tmp_path / "x")
    assert str(raised.value) == (
        "save(): argument 'obj': expected nesting of a few hundred levels, got more, or a container in itself"
    )


def test_an_interrupted_save_leaves_the_old_file(tmp_path, monkeypatch):
    """Ctrl-C in the last step is like any other failure."""
    ft.save(1, tmp_path / "x")

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ft.save(2, tmp_path / "x")
    assert ft.load(tmp_path / "x") == 1 and os.listdir(tmp_path) == ["x"]


def test_deep_json_is_refused(tmp_path):
    """Nesting beyond the parser's depth is an error like the others, not a crash."""
    (tmp_path / "x").write_bytes(raw(b"[" * 200_000))
    with pytest.raises(ft.FileCorrupt):
        ft.load(tmp_path / "x")


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(step, tmp_path, monkeypatch):
    """Whatever fails while saving, the old file is whole and no temporary file stays."""
    path = tmp_path / "x"
    ft.save({"a": ft.ones(2)}, path)

    def fail(*args):
        raise OSError("the disk is full")

    if step == "write":
        monkeypatch.setattr(_writer, "as_bytes", fail)
    else:
        monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="the disk is full"):
        ft.save({"a": ft.zeros(2)}, path)
    monkeypatch.undo()
    assert ft.load(path)["a"].tolist() == [1.0, 1.0]
    assert os.listdir(tmp_path) == ["x"]


def test_what_cannot_be_saved_is_named_with_its_place(tmp_path):
    """The error says which object, and where in the structure."""
    with pytest.raises(TypeError) as raised:
        ft.save({"a": [1, {2}]}, tmp_path / "x")
    assert str(raised.value) == (
        "save(): argument 'obj': expected Tensors, None, bool, int, float, str, bytes, dicts, lists and tuples, "
        "got set at obj['a'][1]"
    )
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """Not the temporary file that would have been in it."""
    with pytest.raises(FileNotFoundError, match="argument 'path': expected a name in a folder that is there"):
        ft.save(ft.ones(1), tmp_path / "no" / "x")


def test_weights_only_is_what_load_does(tmp_path):
    """Programs say so; that other things be read cannot be asked for."""
    ft.save(ft.ones(1), tmp_path / "x")
    assert ft.load(tmp_path / "x", weights_only=True).tolist() == [1.0]
    with pytest.raises(ValueError, match=r"^load\(\): argument 'weights_only': expected True, got False"):
        ft.load(tmp_path / "x", weights_only=False)
