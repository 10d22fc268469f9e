"""Archives: the honest ones unpack as a whole or not at all, the others are refused by name."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from pathlib import Path

import pytest
import small
from flambeau.tensor.errors import FileCorrupt
from flambeau.vision._files import archive
from flambeau.vision._files.archive import differences, unpack
from flambeau.vision._files.file import File

FILES = {"set/a.txt": b"first", "set/deep/b.bin": bytes(range(256)) * 40, "set/empty": b""}


def unpacked(tmp_path, name, data, **changes):
    """Unpack an archive into a folder of its own. Returns the home of the dataset."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / name).write_bytes(data)
    file = File(name, unpack=changes.pop("unpack", "."), makes=changes.pop("makes", ("set",)), **changes)
    unpack("MNIST", file, home / name, home, tmp_path / "aside")
    return home


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.tar", small.tar),
        ("x.tar.gz", lambda files: small.tar(files, "w:gz")),
        ("x.tgz", lambda files: small.tar(files, "w:gz")),
        ("x.tar.bz2", lambda files: small.tar(files, "w:bz2")),
        ("x.tar.xz", lambda files: small.tar(files, "w:xz")),
        ("x.zip", small.zipped),
    ],
)
def test_archives(tmp_path, name, make):
    """Every kind gives the same files, and nothing stays aside."""
    home = unpacked(tmp_path, name, make(FILES))
    (home / name).unlink()
    assert tree(home) == FILES
    assert not (tmp_path / "aside").exists()


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_single_files(tmp_path, suffix, pack):
    """A compressed file becomes the file of its name without the suffix."""
    home = unpacked(tmp_path, f"a.csv.{suffix}", pack(b"1,2"), makes=("a.csv",))
    assert (home / "a.csv").read_bytes() == b"1,2"


@pytest.mark.parametrize("name", ["../evil", "set/../../evil", "/tmp/evil", "..\\evil", "C:evil"])
@pytest.mark.parametrize("kind", ["x.tar", "x.zip"])
def test_members_that_lead_out(tmp_path, kind, name):
    """Nothing at all is written, not even the members before the bad one."""
    files = {**FILES, name: b"evil"}
    with pytest.raises(FileCorrupt) as error:
        unpacked(tmp_path, kind, small.tar(files) if kind == "x.tar" else small.zipped(files))
    assert str(error.value) == (
        f"MNIST(): expected a sound archive {tmp_path / 'home' / kind}, "
        f"got member {name!r}, which would be written elsewhere; refused"
    )
    assert [path.name for path in (tmp_path / "home").iterdir()] == [kind]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.SYMTYPE, "a link to '/etc/passwd'"),
        (tarfile.LNKTYPE, "a link to '/etc/passwd'"),
        (tarfile.FIFOTYPE, "a device or pipe"),
        (tarfile.CHRTYPE, "a device or pipe"),
        (tarfile.BLKTYPE, "a device or pipe"),
    ],
)
def test_links_and_devices_in_a_tar(tmp_path, kind, words):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        info = tarfile.TarInfo("set/a")
        info.type, info.linkname = kind, "/etc/passwd"
        tar.addfile(info)
    with pytest.raises(FileCorrupt, match=f"got member 'set/a', {words}; refused"):
        unpacked(tmp_path, "x.tar", data.getvalue())


@pytest.mark.parametrize(("mode", "words"), [(0o120777, "a link"), (0o010644, "a device or pipe")])
def test_links_and_devices_in_a_zip(tmp_path, mode, words):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        info = zipfile.ZipInfo("set/a")
        info.external_attr = mode << 16
        file.writestr(info, "/etc/passwd")
    with pytest.raises(FileCorrupt, match=f"got member 'set/a', {words}; refused"):
        unpacked(tmp_path, "x.zip", data.getvalue())


@pytest.mark.parametrize("kind", ["x.zip", "x.tar.xz", "x.tar.bz2", "zeros.gz"])
def test_a_bomb(tmp_path, kind, monkeypatch):
    """What grows beyond all measure is stopped while it grows."""
    monkeypatch.setattr(archive, "_ALLOWANCE", 1 << 20)
    zeros = bytes(8 << 20)
    packed = {
        "x.zip": lambda: small.zipped({"set/zeros": zeros}),
        "x.tar.xz": lambda: small.tar({"set/zeros": zeros}, "w:xz"),
        "x.tar.bz2": lambda: small.tar({"set/zeros": zeros}, "w:bz2"),
        "zeros.gz": lambda: gzip.compress(zeros),
    }[kind]()
    with pytest.raises(FileCorrupt, match=r"that unpack to more than .*; refused"):
        unpacked(tmp_path, kind, packed)
    assert [path.name for path in (tmp_path / "home").iterdir()] == [kind]


def test_a_bomb_of_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_MEMBERS", 10)
    with pytest.raises(FileCorrupt, match="more than 10 members; refused"):
        unpacked(tmp_path, "x.zip", small.zipped({f"set/{i}": b"" for i in range(11)}))


def test_an_encrypted_member(tmp_path):
    """It is named as such."""
    data = bytearray(small.zipped({"set/a": b"text"}, zipfile.ZIP_STORED))
    data[6] |= 1  # of the member
    data[data.index(b"PK\x01\x02") + 8] |= 1  # of the directory
    with pytest.raises(FileCorrupt, match="encrypted; refused"):
        unpacked(tmp_path, "x.zip", bytes(data))


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tar.bz2", "x.tar.xz", "x.zip", "set.gz", "set.bz2", "set.xz"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5])
def test_torn_archives(tmp_path, name, share):
    """An archive that ends too early leaves nothing, and the error names it."""
    pack = {
        **{"x.tar": small.tar, "x.zip": small.zipped},
        **{f"x.tar.{kind}": lambda files, kind=kind: small.tar(files, f"w:{kind}") for kind in ("gz", "bz2", "xz")},
        **{"set.gz": lambda files: gzip.compress(os.urandom(5000))},
        **{"set.bz2": lambda files: bz2.compress(os.urandom(5000))},
        **{"set.xz": lambda files: lzma.compress(os.urandom(5000))},
    }[name]
    data = pack(FILES)
    with pytest.raises(FileCorrupt, match=f"expected a sound archive .*{name}"):
        unpacked(tmp_path, name, data[: int(len(data) * share)])
    assert tree(tmp_path / "home").keys() == {name}


def test_a_flipped_bit_in_a_zip(tmp_path):
    """Each member has a checksum of its own."""
    data = bytearray(small.zipped({"set/a": b"text" * 100}, zipfile.ZIP_STORED))
    data[100] ^= 1
    with pytest.raises(FileCorrupt, match="Bad CRC-32"):
        unpacked(tmp_path, "x.zip", bytes(data))


def test_an_archive_without_what_it_should_make(tmp_path):
    with pytest.raises(FileCorrupt, match=r"got no other in it"):
        unpacked(tmp_path, "x.zip", small.zipped(FILES), makes=("other",))


def test_two_archives_into_one_folder(tmp_path):
    """The second joins the first, and replaces what has its names."""
    unpacked(tmp_path, "x.tar", small.tar(FILES))
    more = {"set/deep/c": b"c", "set/a.txt": b"second", "new/d": b"d"}
    home = unpacked(tmp_path, "y.zip", small.zipped(more), makes=("set/deep/c",))
    (home / "x.tar").unlink()
    (home / "y.zip").unlink()
    assert tree(home) == {**FILES, **more}


def test_what_tells_that_all_is_there_comes_last(tmp_path, monkeypatch):
    """A process that dies while it moves has not moved the mark."""
    moved = []
    real = os.replace

    def replace(source, target):
        moved.append(Path(target).name)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    unpacked(tmp_path, "x.zip", small.zipped({"a/1": b"", "b": b"", "z": b""}), makes=("a/1",))
    assert moved == ["b", "z", "a"]


def test_inner_archives(tmp_path):
    """Archives in an archive are unpacked too, each into its folder, and go."""
    inner = {"outer/n01.tar": small.tar({"1.jpg": b"one"}), "outer/n02.tar": small.tar({"2.jpg": b"two"})}
    home = unpacked(tmp_path, "x.tar", small.tar(inner), makes=("n01",), inner="outer/*.tar", inner_to="{stem}")
    (home / "x.tar").unlink()
    assert tree(home) == {"n01/1.jpg": b"one", "n02/2.jpg": b"two"}


def test_unpacking_over_what_a_killed_process_left(tmp_path):
    """Left-overs aside do not get in."""
    (tmp_path / "aside" / "content" / "set").mkdir(parents=True)
    (tmp_path / "aside" / "content" / "set" / "old").write_bytes(b"half")
    home = unpacked(tmp_path, "x.zip", small.zipped(FILES))
    assert not (home / "set" / "old").exists()


def test_a_full_disk(tmp_path):
    """The system's error comes through, nothing under the names, nothing aside."""
    (tmp_path / "x.zip").write_bytes(small.zipped({"set/a": b"a", "set/big": os.urandom(200_000)}))
    program = textwrap.dedent(f"""
        import resource
        from pathlib import Path
        from flambeau.vision._files.archive import unpack
        from flambeau.vision._files.file import File
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        home = Path({str(tmp_path)!r})
        try:
            unpack("MNIST", File("x.zip", unpack=".", makes=("set",)), home / "x.zip", home, home / "aside")
        except OSError as error:
            print(error.strerror)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "File too large\n"
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_differences(tmp_path):
    """What was changed or removed since is found."""
    file = File("x.zip", unpack=".", makes=("set",))
    home = unpacked(tmp_path, "x.zip", small.zipped(FILES))
    assert list(differences("MNIST", file, home / "x.zip", home)) == []
    (home / "set" / "a.txt").write_bytes(b"fir5t")
    (home / "set" / "empty").unlink()
    assert list(differences("MNIST", file, home / "x.zip", home)) == [
        f"{home / 'set' / 'a.txt'}: differs from x.zip",
        f"{home / 'set' / 'empty'}: missing",
    ]


def test_not_an_archive(tmp_path):
    with pytest.raises(ValueError, match=r"expected an archive: \.zip, .*got x\.rar"):
        unpacked(tmp_path, "x.rar", b"Rar!")
