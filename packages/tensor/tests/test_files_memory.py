"""Saved files and memory: what is shared stays shared, mapped files, devices, open files, and the names of files."""

import io
import os
import stat
import subprocess
import sys

import flambeau.tensor as ft
import numpy as np
import pytest


def there_and_back(obj, **options):
    file = io.BytesIO()
    ft.save(obj, file)
    file.seek(0)
    return ft.load(file, **options)


def views(x):
    """Many ways to look at one memory."""
    return {
        "all": x,
        "row": x[1],
        "column": x[:, 1],
        "back": x[::-1, ::-2],
        "turned": x.permute(1, 0),
        "element": x[1, 1],
        "wide": x[0].unsqueeze(0).expand(3, x.shape[1]),
    }


@pytest.mark.parametrize("dtype", [ft.float32, ft.bfloat16, ft.bool_, ft.complex64, ft.complex128, ft.int8])
def test_views_of_one_memory_are_views_of_one_memory_again(dtype):
    """Values, strides and sharing of views come back; writing through one is seen, and counted, through all."""
    x = ft.from_numpy((np.arange(12).reshape(3, 4) % 5).astype(dtype))
    saved = views(x)
    loaded = there_and_back(saved)
    for name, view in loaded.items():
        assert view.dtype == dtype and view.tolist() == saved[name].tolist(), name
        if name != "all":
            assert view.stride() == saved[name].stride(), name
            assert view.base is loaded["all"], name
    version = loaded["row"].version
    loaded["element"].fill_(1)
    assert loaded["row"].version == version + 1
    x[1, 1] = 1
    for name, view in loaded.items():
        assert view.tolist() == saved[name].tolist(), name


def test_views_without_their_whole_share_again():
    """Tensors that overlap, none of which is all of the memory, share a memory made for them."""
    x = ft.arange(20)
    loaded = there_and_back([x[2:8], x[5:11], x[10:4:-2]])
    assert [part.tolist() for part in loaded] == [list(range(2, 8)), list(range(5, 11)), [10, 8, 6]]
    loaded[0][3] = -1  # element 5
    loaded[1][1] = -2  # element 6
    assert loaded[0].tolist()[3:5] == [-1, -2] and loaded[2].tolist() == [10, 8, -2]


def test_memory_of_several_dtypes_is_shared_again():
    """Floats looked at as integers are the same bytes after loading too, and aligned."""
    a = np.arange(5, dtype=np.float32)
    saved = {"odd": ft.zeros(3, dtype=ft.uint8), "f": ft.from_numpy(a[1:]), "i": ft.from_numpy(a.view(np.int32)[:-1])}
    loaded = there_and_back(saved)
    assert loaded["f"].tolist() == [1, 2, 3, 4] and loaded["i"].tolist() == a.view(np.int32)[:-1].tolist()
    loaded["f"][0] = 0
    assert loaded["i"].tolist()[1] == 0
    assert all(loaded[name].numpy().flags.aligned for name in "fi")


def test_columns_are_not_kept_together(tmp_path):
    """Views that only lie between each other have nothing in common: what is between them is not written."""
    x = ft.zeros(1000, 1000)
    ft.save([x[:, 0], x[:, 999]], tmp_path / "x")
    assert os.path.getsize(tmp_path / "x") < 10_000


def test_many_views_are_one_memory(tmp_path):
    """Thousands of overlapping views are saved in a moment, as one memory."""
    x = ft.arange(3000)
    parts = [x[i : i + 2] for i in range(2999)]
    loaded = there_and_back(parts)
    loaded[5][1] = -1
    assert loaded[6][0].item() == -1 and loaded[2998].tolist() == [2998, 2999]


def test_the_same_tensor_twice_is_one_tensor_again():
    """Also one that is a view of another, and one without dimensions."""
    x, y = ft.ones(4), ft.tensor(2.0)
    loaded = there_and_back([x, x, x[1:], x[1:], y, y])
    assert loaded[0] is loaded[1] and loaded[2] is loaded[3] and loaded[4] is loaded[5]


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (2, 3)])
@pytest.mark.parametrize("dtype", [ft.bfloat16, ft.bool_, ft.complex128, ft.uint64, ft.float16])
def test_shapes_come_back_mapped_and_read(shape, dtype, tmp_path):
    """Without dimensions, empty, or neither; beside one another."""
    x = ft.ones(shape, dtype=dtype)
    ft.save({"x": x, "more": x.unsqueeze(0)}, tmp_path / "x")
    for mapped in (False, True):
        loaded = ft.load(tmp_path / "x", mmap=mapped)
        assert loaded["x"].shape == shape and loaded["x"].dtype == dtype and loaded["x"].tolist() == x.tolist()
        assert loaded["more"].shape == (1, *shape)


def test_writing_to_a_mapped_tensor_leaves_the_file(tmp_path):
    """Memory is copied when it is written; the file and other readers keep what they had."""
    ft.save({"a": ft.zeros(4)}, tmp_path / "x")
    before = (tmp_path / "x").read_bytes()
    mapped, other = ft.load(tmp_path / "x", mmap=True), ft.load(tmp_path / "x", mmap=True)
    mapped["a"].add_(1)
    assert mapped["a"].tolist() == [1.0] * 4 and other["a"].tolist() == [0.0] * 4
    assert (tmp_path / "x").read_bytes() == before


def test_a_mapped_file_may_be_replaced(tmp_path):
    """Saving under the same name gives a new file; Tensors of the old one keep their values."""
    ft.save(ft.zeros(100_000), tmp_path / "x")
    mapped = ft.load(tmp_path / "x", mmap=True)
    ft.save(mapped + 1, tmp_path / "x")
    assert mapped.sum().item() == 0 and ft.load(tmp_path / "x").sum().item() == 100_000


MAPPED = """
import resource, sys
import flambeau.tensor as ft
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
ft.load(sys.argv[2], mmap=True)  # what the first load imports
before = resident()
x = ft.load(sys.argv[1], mmap=True)
print(resident() - before)
x["a"][:1000].sum().item()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="AddressSanitizer takes memory of its own")
def test_mapping_takes_no_memory_until_touched(tmp_path):
    """A file of 64 MB is loaded within 4 MB, and 4 kB of it read with little more."""
    ft.save({"a": ft.zeros(16_000_000)}, tmp_path / "big")
    ft.save(1, tmp_path / "small")
    done = subprocess.run(
        [sys.executable, "-c", MAPPED, tmp_path / "big", tmp_path / "small"], capture_output=True, text=True, check=True
    )
    assert all(int(grown) < 4_000_000 for grown in done.stdout.split()), done.stdout


def test_devices_are_chosen_by_map_location(monkeypatch):
    """A name, a Device, a dict and a function; what a Tensor was saved from is known."""
    x = ft.ones(2)
    assert there_and_back(x, map_location="cpu").device == "cpu"
    assert there_and_back(x, map_location=ft.device("cpu")).device == "cpu"
    assert there_and_back(x, map_location={"cuda:0": "cuda:1"}).device == "cpu"
    seen = []
    loaded = there_and_back([x, x[1:]], map_location=lambda x, saved: seen.append(saved) or x * 2)
    assert seen == ["cpu"] and [part.tolist() for part in loaded] == [[2, 2], [2]]
    assert there_and_back(x, map_location=lambda x, saved: None).tolist() == [1, 1]


def test_mistakes_in_map_location_are_named():
    """What is no device, no device here, or a function that gives something else."""
    with pytest.raises(TypeError) as raised:
        there_and_back(ft.ones(1), map_location=3)
    assert str(raised.value) == "load(): argument 'device': expected a name such as 'cpu' or 'cuda:0', got int"
    with pytest.raises(ft.DeviceError, match=r"expected one of cpu, cuda(, \w+)*, got 'abacus'"):
        there_and_back(ft.ones(1), map_location="abacus")
    with pytest.raises(TypeError) as raised:
        there_and_back(ft.ones(1), map_location=lambda x, saved: 3)
    assert str(raised.value) == "load(): argument 'map_location': expected a Tensor or None from it, got int"


def test_open_files_are_read_from_where_they_stand(tmp_path):
    """Something else may come before in the file; after loading, it stands at its end."""
    with open(tmp_path / "x", "w+b") as file:
        file.write(b"before")
        ft.save({"a": ft.arange(3)}, file)
        for mapped in (False, True):
            file.seek(6)
            assert ft.load(file, mmap=mapped)["a"].tolist() == [0, 1, 2]
            assert file.read() == b""


def test_what_is_no_file_is_named():
    """A number is no path; memory cannot be mapped."""
    with pytest.raises(TypeError) as raised:
        ft.load(3.5)
    assert str(raised.value) == (
        "load(): argument 'path': expected the name of a file, or a binary file that can seek, got float"
    )
    file = io.BytesIO()
    ft.save(1, file)
    file.seek(0)
    with pytest.raises(ValueError) as raised:
        ft.load(file, mmap=True)
    assert str(raised.value) == (
        "load(): argument 'mmap': expected a file on the disk, got BytesIO; pass its name, or leave mmap out"
    )


def test_a_replaced_file_keeps_its_permissions_and_a_link_its_target(tmp_path):
    """Saving changes what is in a file, not what it is."""
    ft.save(1, tmp_path / "x")
    os.chmod(tmp_path / "x", 0o640)
    (tmp_path / "link").symlink_to("x")
    ft.save(2, tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and ft.load(tmp_path / "x") == 2
    assert stat.S_IMODE(os.stat(tmp_path / "x").st_mode) == 0o640


def test_directories_and_devices_are_not_replaced(tmp_path):
    """A rename would take the place of a device."""
    with pytest.raises(ValueError) as raised:
        ft.save(1, tmp_path)
    assert str(raised.value) == (
        f"save(): argument 'path': expected the name of a file, got a directory: '{tmp_path}'; or pass an open file"
    )
    with pytest.raises(ValueError, match="got something else"):
        ft.save(1, os.devnull)


def test_saving_copies_one_tensor_at_a_time():
    """Dense copies of strided Tensors are made one after the other: the peak does not grow with their number."""
    import tracemalloc

    def peak(count):
        parts = [ft.zeros(512, 512).permute(1, 0) for _ in range(count)]
        with open(os.devnull, "wb") as file:
            tracemalloc.start()
            ft.save(parts, file)
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    peak(1)  # imports
    assert peak(8) < peak(1) + 200_000


def test_a_view_outside_its_memory_is_refused():
    """The bounds of views are checked before one is made."""
    from flambeau.tensor._files._reader import check_view

    good = (ft.float32, (2, 3), (12, 4), 0)
    check_view(*good, 24)
    for bad in [
        (ft.float32, (2, 3), (12, 4), 4),
        (ft.float32, (2, 3), (-12, 4), 0),
        (ft.float32, (2, 3), (12,), 0),
        (ft.float32, (-1,), (4,), 0),
        (ft.float32, (2,), (3,), 0),
        (ft.float32, (2**62, 4), (0, 0), 0),
        (ft.float32, (1,), (2**64,), 0),
        (ft.float32, (0,), (4,), 28),
        (ft.float32, (2.0,), (4,), 0),
    ]:
        with pytest.raises(ValueError, match="view"):
            check_view(*bad, 24)


def test_verify_looks_at_every_tensor(tmp_path):
    """Each damaged tensor is named; a whole file is called whole, with or without checksums."""
    path = tmp_path / "x"
    ft.save({"a": ft.zeros(3), "b": ft.ones(2), "c": ft.ones(1, dtype=ft.float64)}, path)
    found = ft.verify(path)
    assert found and found.tensors == {"a": None, "b": None, "c": None}
    assert found.verdict == f"{path}: whole: 3 tensors, {path.stat().st_size} bytes, all checksums right"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    data[-10] ^= 1
    path.write_bytes(data)
    found = ft.verify(path)
    assert not found and [name for name, fault in found.tensors.items() if fault] == ["a", "b"]
    assert found.verdict.startswith(f"{path}: damaged: tensor 'a': expected CRC-32 ")
    assert found.verdict.endswith(" (and 1 more)")
    path.write_bytes(data[:20])
    assert not ft.verify(path) and ft.verify(path).tensors == {}
    header = b'{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"x")
    assert ft.verify(path).verdict == f"{path}: whole: 1 tensor, 62 bytes, no checksums in it"


def test_verify_as_a_command(tmp_path):
    """Exit code 0 for whole files, 1 for a damaged one, 2 for one that is not there; one line each."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    ft.save(ft.zeros(3), good)
    bad.write_bytes(good.read_bytes()[:-1])

    def run(*arguments):
        command = [sys.executable, "-m", "flambeau.tensor", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    code, out, err = run("verify", good)
    assert (code, err) == (0, "") and out.startswith(f"{good}: whole: 1 tensor, ") and out.count("\n") == 1
    code, out, err = run("verify", good, bad)
    assert (code, err) == (1, "") and out.splitlines()[1].startswith(f"{bad}: damaged: expected 12 bytes of tensors")
    assert run("verify", tmp_path / "none") == (
        2,
        "",
        f"{tmp_path / 'none'}: cannot be read: No such file or directory\n",
    )
    assert run("verify") == (2, "", "usage: python -m flambeau.tensor [verify FILE...]\n")
