"""Damaged and hostile files: never a crash, never much more memory than the file, the exact data or one clear error.

`nox -s soak` runs the same with twenty times as many draws.
"""

import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc

import flambeau.tensor as ft
import pytest
from hypothesis import settings

DRAWS = settings().max_examples  # 100, or 2000 in the soak session


def ours():
    """A file with everything in it that can be: its bytes."""
    x = ft.arange(6).reshape(2, 3)
    file = io.BytesIO()
    views = [x, x[0], x.permute(1, 0), ft.ones(2, dtype=ft.complex64), ft.ones(2, dtype=ft.bool_)]
    plain = [None, 1.5, float("nan"), 1j, "text", b"bytes", 2**5000, slice(1, 2), ft.float32, ft.device("cpu")]
    ft.save({"views": views, "plain": tuple(plain)}, file)
    return file.getvalue()


def entry(dtype="U8", shape=(1,), offsets=(0, 1)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def headed(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def foreign():
    """A file as other programs write it, without checksums."""
    return headed(
        {"__metadata__": {"format": "pt"}, "a": entry("F32", (2, 1), (0, 8)), "b": entry("BOOL", (2,), (8, 10))},
        b"\0\0\x80?\0\0\0@\1\0",
    )


def attempt(data, allowance=100_000):
    """What loading gives: the object or the error. It took little more memory than the file."""
    tracemalloc.start()
    try:
        return ft.load(io.BytesIO(data))
    except ft.FileCorrupt as error:
        assert str(error).startswith("load(): file '<BytesIO>'") and len(str(error)) < 1000
        return error
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # A name and an entry of the header are larger as Python objects than as text.
        assert peak < 8 * len(data) + allowance, f"{peak} bytes for a file of {len(data)}"


@pytest.fixture(autouse=True, scope="module")
def loaded_once():
    """The first load imports what it needs, which is not counted."""
    ft.load(io.BytesIO(ours()))


def test_loading_takes_the_memory_of_the_file():
    """Tensors are read into the memory they keep, nothing else."""
    file = io.BytesIO()
    ft.save({"a": ft.zeros(2_000_000), "b": ft.ones(500, 1000)}, file)
    file.seek(0)
    tracemalloc.start()
    ft.load(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.01 * len(file.getvalue())


def equal(a, b):
    """Whether two loaded objects are the same to the bit."""
    first, second = io.BytesIO(), io.BytesIO()
    ft.save(a, first)
    ft.save(b, second)
    return first.getvalue() == second.getvalue()


FILES = {"ours": (ours, True), "foreign": (foreign, False)}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_at_any_byte_is_refused(kind):
    """Whatever is missing at the end is missed."""
    make, _ = FILES[kind]
    data = make()
    for length in range(len(data)):
        assert isinstance(attempt(data[:length]), ft.FileCorrupt), length


@pytest.mark.parametrize("kind", FILES)
def test_flipped_bits_are_found(kind):
    """One flipped bit anywhere: an error, or data that are exactly right. Files without checksums may give others."""
    make, checked = FILES[kind]
    data = make()
    right = ft.load(io.BytesIO(data))
    draw = random.Random(0)
    for _ in range(5 * DRAWS):
        at, bit = draw.randrange(len(data)), draw.randrange(8)
        damaged = bytearray(data)
        damaged[at] ^= 1 << bit
        found = attempt(bytes(damaged))
        assert isinstance(found, ft.FileCorrupt) or not checked or equal(found, right), (at, bit)


@pytest.mark.parametrize("kind", FILES)
def test_scrambled_files_do_no_harm(kind):
    """Pieces overwritten, doubled, removed or exchanged: an error, or some data where nothing is checked."""
    make, checked = FILES[kind]
    data = make()
    right = ft.load(io.BytesIO(data))
    draw = random.Random(1)
    for _ in range(2 * DRAWS):
        scrambled = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            i, j = sorted(draw.randrange(len(data)) for _ in range(2))
            j = min(j, i + draw.choice([1, 4, 8, 100]))
            scrambled[i:j] = draw.choice(
                [b"", draw.randbytes(j - i), scrambled[i:j] * 2, b"\xff" * (j - i), b"9" * (j - i), data[:4] + b"["]
            )
        found = attempt(bytes(scrambled))
        assert isinstance(found, ft.FileCorrupt) or not checked or equal(found, right)


@pytest.mark.parametrize("kind", FILES)
def test_damaged_mapped_files_do_no_harm(kind, tmp_path):
    """Checksums of tensors are not looked at: an error, or something that can be used, and saved, without a crash."""
    make, _ = FILES[kind]
    data = make()
    draw = random.Random(4)
    path = tmp_path / "x"
    for _ in range(2 * DRAWS):
        damaged = bytearray(data)
        damaged[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        with contextlib.suppress(ft.FileCorrupt):
            ft.save(ft.load(path, mmap=True), io.BytesIO())
        path.unlink()


def test_plain_values_take_the_memory_of_python_objects():
    """The one thing larger in memory than in the file: an empty list is 3 bytes of text, and 56 in Python."""
    data = structured('{"list":[' + "[]," * 99_999 + "[]]}")
    tracemalloc.start()
    ft.load(io.BytesIO(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * len(data)


def structured(text):
    """A file of ours whose structure is this text, its checksum right."""
    import zlib

    blank = {"flambeau.structure": text, "flambeau.checksums": "{}", "flambeau.header_crc32": "00000000"}
    header = json.dumps({"__metadata__": blank}, separators=(",", ":")).encode()
    return headed(header.replace(b'crc32":"00000000"', b'crc32":"%08x"' % zlib.crc32(header), 1))


N = 300_000
HOSTILE = {
    "length beyond the file": (2**40).to_bytes(8, "little") + b"{}" * 100,
    "the largest length": b"\xff" * 8 + b"{}",
    "no length": b"\x01\0",
    "no UTF-8": headed(b'{"\xff\xfe":1}'),
    "half a character": headed(b'{"a\xe2\x82'),
    "not closed": headed(b'{"a":' + json.dumps(entry()).encode(), b"x"),
    "two objects": headed(b"{}{}"),
    "deep lists": headed(b"[" * N),
    "deep objects": headed(b'{"a":' * N),
    "deep entry": headed(b'{"a":' + b"[" * N),
    "many lists": headed(b"{" + b",".join(b'"%d":[]' % i for i in range(N)) + b"}"),
    "many numbers": headed(b"{" + b",".join(b'"%d":1' % i for i in range(N)) + b"}"),
    "endless shape": headed(b'{"a":{"dtype":"U8","shape":[' + b"1," * N + b'1],"data_offsets":[0,1]}}', b"x"),
    "endless number": headed(b'{"a":{"dtype":"U8","shape":[' + b"9" * N + b'],"data_offsets":[0,1]}}', b"x"),
    "metadata of objects": headed(b'{"__metadata__":{"a":' + b'{"b":' * N),
    "the same name often": headed(b"{" + b",".join([b'"a":' + json.dumps(entry()).encode()] * 5000) + b"}", b"x"),
    "metadata twice": headed(b'{"__metadata__":{},"__metadata__":{}}'),
    "one memory for many": headed({str(i): entry(shape=(1000,), offsets=(0, 1000)) for i in range(999)}, b"x" * 1000),
    "huge and empty": headed({"a": entry(shape=(2**62, 0, 2**62), offsets=(0, 0))}),
    "end before begin": headed({"a": entry(shape=(1,), offsets=(1, 0))}, b"x"),
    "fractions": headed(b'{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}', b"x"),
    "booleans": headed(b'{"a":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}', b"x"),
    "list as dtype": headed(b'{"a":{"dtype":["U8"],"shape":[1],"data_offsets":[0,1]}}', b"x"),
    "three offsets": headed({"a": entry(offsets=(0, 1, 1))}, b"x"),
    "structure without end": structured('{"list":[' * 1000),
    "structure too deep": structured('{"list":[' * 100_000 + "]}" * 100_000),
    "structure of unknown kind": structured('{"code":"import os"}'),
    "structure of two kinds": structured('{"list":[],"tuple":[]}'),
    "structure with a missing tensor": structured('{"tensor":"a"}'),
    "structure with a list as tensor": structured('{"tensor":[]}'),
    "unhashable keys": structured('{"dict":[[{"list":[]},1]]}'),
    "pairs of three": structured('{"dict":[[1,2,3]]}'),
    "a tuple of a number": structured('{"tuple":7}'),
    "a float of another name": structured('{"float":"1e5"}'),
    "no base64": structured('{"bytes":"!"}'),
    "an int of words": structured('{"int":"ten"}'),
    "a dtype of another kind": structured('{"dtype":"object"}'),
    "a slice of one": structured('{"slice":[1]}'),
    "a device in numbers": structured('{"device":5}'),
}

HARMLESS = """
import io, pickle, resource, sys
import flambeau.tensor as ft
files = pickle.load(sys.stdin.buffer)
for _ in range(2):  # the second time, all is imported
    for name, data in files.items():
        if _ == 1:
            used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + 8 * len(data) + 8_000_000, resource.RLIM_INFINITY))
        try:
            ft.load(io.BytesIO(data))
        except ft.FileCorrupt as error:
            assert len(str(error)) < 1000, name
        else:
            raise SystemExit(name + " was taken for a file")
print("fine")
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name):
    """Each with one clear error, and within the memory of a few files."""
    assert isinstance(attempt(HOSTILE[name]), ft.FileCorrupt)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="AddressSanitizer takes memory of its own")
def test_hostile_files_are_refused_within_limits_of_the_system():
    """The same in a process that gets no more memory than eight times the file and 8 MB."""
    import pickle

    command = [sys.executable, "-c", HARMLESS]
    done = subprocess.run(command, input=pickle.dumps(HOSTILE), capture_output=True)
    assert done.stdout == b"fine\n" and done.returncode == 0, done.stderr[-2000:]


SAVER = """
import sys
import flambeau.tensor as ft
path, start = sys.argv[1], int(sys.argv[2])
x = ft.full((300_000,), start, dtype=ft.int64)
print("ready", flush=True)
while True:
    x.add_(1)
    ft.save({"x": x, "n": int(x[0].item())}, path)
"""


def test_killed_while_saving_leaves_the_old_or_the_new_file(tmp_path):
    """SIGKILL at a random moment: the file is whole, and not older than the last one seen."""
    path = tmp_path / "x"
    draw = random.Random(2)
    last = 0
    ft.save({"x": ft.zeros(300_000, dtype=ft.int64), "n": 0}, path)
    for _ in range(max(5, DRAWS // 10)):
        process = subprocess.Popen([sys.executable, "-c", SAVER, path, str(last)], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        written = path.stat().st_mtime_ns
        while last == 0 and path.stat().st_mtime_ns == written:  # on a busy machine, too, one save is seen
            time.sleep(0.001)
        time.sleep(draw.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        state = ft.load(path)
        assert state["n"] >= last and state["x"].eq(state["n"]).all().item()
        last = state["n"]
        for left in set(os.listdir(tmp_path)) - {"x"}:  # a killed process cannot tidy up; the next need not care
            with contextlib.suppress(FileNotFoundError):
                (tmp_path / left).unlink()
    assert last > 0
