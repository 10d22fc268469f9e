"""The files of a dataset in its folder: prepared once, by whoever comes first, and never trusted unread."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from flambeau.tensor.errors import FileCorrupt
from flambeau.vision._files.download import DownloadError
from flambeau.vision._files.file import File
from flambeau.vision._files.store import Store
from server import slowly, status

RAW = os.urandom(300_000)
PACKED = gzip.compress(RAW, 0)


def plain(server, **changes):
    """A file that stays as it is."""
    server.files["/plain.bin"] = RAW
    facts = {"urls": (server.url + "/plain.bin",), "size": len(RAW), "sha256": hashlib.sha256(RAW).hexdigest()}
    return File("plain.bin", **{**facts, **changes})


def packed(server, **changes):
    """A file that is unpacked."""
    server.files["/x.bin.gz"] = PACKED
    facts = {"urls": (server.url + "/x.bin.gz",), "md5": hashlib.md5(PACKED).hexdigest()}
    return File("x.bin.gz", **{**facts, "unpack": ".", "makes": ("x.bin",), **changes})


def store(tmp_path, **options):
    return Store("Things", tmp_path, "things", **{"progress": False, **options})


def test_download_and_second_start(server, tmp_path, monkeypatch):
    """The second time nothing is asked, nor read."""
    files = [plain(server), packed(server)]
    store(tmp_path).prepare(files, may_download=True)
    assert (tmp_path / "things" / "x.bin").read_bytes() == RAW
    asked = len(server.requests)
    server.close()
    monkeypatch.setattr("flambeau.vision._files.store.sum_of", None)
    store(tmp_path).prepare(files, may_download=True)
    store(tmp_path).prepare(files, may_download=False)
    assert len(server.requests) == asked == 2


def test_missing_files(server, tmp_path):
    """Without leave to download, the error lists them and says what to do; no folder appears."""
    with pytest.raises(FileNotFoundError) as error:
        store(tmp_path).prepare([plain(server), packed(server)], may_download=False)
    assert str(error.value) == (
        f"Things(): expected plain.bin, x.bin.gz in {tmp_path / 'things'}, got no such file; pass download=True"
    )
    assert list(tmp_path.iterdir()) == []


def test_files_nobody_may_download(server, tmp_path):
    with pytest.raises(FileNotFoundError, match="put it there: it cannot be downloaded"):
        store(tmp_path).prepare([plain(server, urls=())], may_download=False)
    with pytest.raises(FileCorrupt, match=r"plain\.bin as published, got nothing; get it again"):
        store(tmp_path).prepare([plain(server, urls=())], may_download=True)


def test_files_put_there_by_hand(server, tmp_path):
    """They are verified and unpacked without network."""
    home = tmp_path / "things"
    home.mkdir()
    (home / "plain.bin").write_bytes(RAW)
    (home / "x.bin.gz").write_bytes(PACKED)
    store(tmp_path).prepare([plain(server), packed(server)], may_download=False)
    assert (home / "x.bin").read_bytes() == RAW
    assert server.requests == []


def test_unpacked_files_are_enough(server, tmp_path):
    """The archive may be removed when it is unpacked; and what another tool has unpacked is taken."""
    (tmp_path / "things").mkdir()
    (tmp_path / "things" / "x.bin").write_bytes(RAW)
    store(tmp_path).prepare([packed(server)], may_download=True)
    assert server.requests == []


@pytest.mark.parametrize("bad", [b"short", bytes(len(RAW))])
def test_a_bad_file_put_there(server, tmp_path, bad):
    """It is refused, and with leave to download replaced."""
    home = tmp_path / "things"
    home.mkdir()
    (home / "plain.bin").write_bytes(bad)
    with pytest.raises(FileCorrupt, match=r"plain.bin as published, got .* instead of"):
        store(tmp_path).prepare([plain(server)], may_download=False)
    store(tmp_path).prepare([plain(server)], may_download=True)
    assert (home / "plain.bin").read_bytes() == RAW


def test_a_file_changed_since(server, tmp_path):
    """Another size or date than when it was verified: it is read again."""
    store(tmp_path).prepare([plain(server)], may_download=True)
    (tmp_path / "things" / "plain.bin").write_bytes(bytes(len(RAW)))
    with pytest.raises(FileCorrupt, match=r"with checksum sha256:\w+ instead of sha256:\w+"):
        store(tmp_path).prepare([plain(server)], may_download=False)


def test_another_declared_checksum(server, tmp_path):
    """What was verified against an old declaration is verified against the new one."""
    store(tmp_path).prepare([plain(server)], may_download=True)
    with pytest.raises(FileCorrupt):
        store(tmp_path).prepare([plain(server, sha256="0" * 64)], may_download=False)


def test_accepted_checksums_are_remembered(server, tmp_path):
    """What the user accepted once stays accepted."""
    file = plain(server, sha256="0" * 64)
    accept = f"sha256:{hashlib.sha256(RAW).hexdigest()}"
    with pytest.raises(DownloadError):
        store(tmp_path).prepare([file], may_download=True)
    store(tmp_path, accept=[accept]).prepare([file], may_download=True)
    store(tmp_path).prepare([file], may_download=False)
    assert list(store(tmp_path).verify([file])) == [("plain.bin", None)]


def test_a_checksum_in_capitals(server, tmp_path):
    """It is the same checksum, for a file that is downloaded and for one that is there."""
    file = plain(server, sha256=hashlib.sha256(RAW).hexdigest().upper())
    things = store(tmp_path)
    things.prepare([file], may_download=True)
    assert list(things.verify([file])) == [("plain.bin", None)]


def test_a_damaged_record_is_forgotten(server, tmp_path):
    """It only costs reading the file again."""
    store(tmp_path).prepare([plain(server)], may_download=True)
    for text in ("", "[]", "{", '{"verified": {"plain.bin": 1}}'):
        (tmp_path / ".flambeau" / "Things.json").write_text(text)
        store(tmp_path).prepare([plain(server)], may_download=False)


def test_the_source_that_worked_is_asked_first(server, tmp_path):
    """From the second file on."""
    server.faults["/bad"] = status(404)
    first = plain(server, urls=("http://127.0.0.1:9/plain.bin", server.url + "/plain.bin"))
    second = packed(server, urls=("http://127.0.0.1:9/x", server.url + "/x.bin.gz"))
    things = store(tmp_path)
    things.prepare([first], may_download=True)
    assert things._sources(second)[0] == server.url + "/x.bin.gz"
    assert json.loads((tmp_path / ".flambeau" / "Things.json").read_text())["source"] == server.url + "/plain.bin"


def test_a_mirror_of_ones_own(server, tmp_path, monkeypatch):
    """FLAMBEAU_MIRROR is asked before all others, even by http; when it lacks the file, the others are."""
    server.files["/mirror/Things/plain.bin"] = RAW
    monkeypatch.setenv("FLAMBEAU_MIRROR", server.url + "/mirror/")
    store(tmp_path).prepare([plain(server, urls=("https://127.0.0.1:9/",)), packed(server)], may_download=True)
    paths = [path for path, _ in server.requests]
    assert paths == ["/mirror/Things/plain.bin", "/mirror/Things/x.bin.gz", "/x.bin.gz"]


def test_a_folder_as_mirror(server, tmp_path, monkeypatch):
    """A folder serves, also offline; what is wrong in it is not taken."""
    mirror = tmp_path / "mirror" / "Things"
    mirror.mkdir(parents=True)
    (mirror / "plain.bin").write_bytes(RAW)
    (mirror / "x.bin.gz").write_bytes(PACKED + b"x")
    monkeypatch.setenv("FLAMBEAU_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("FLAMBEAU_OFFLINE", "1")
    root = tmp_path / "root"
    store(root).prepare([plain(server)], may_download=True)
    with pytest.raises(DownloadError, match=r"mirror/Things/x\.bin\.gz: .* with checksum"):
        store(root).prepare([packed(server)], may_download=True)
    assert server.requests == []


PROGRAM = """
from pathlib import Path
from flambeau.vision._files.file import File
from flambeau.vision._files.store import Store
files = {files!r}
Store("Things", Path({root!r}), "things", progress=False).prepare(files, may_download=True)
"""


def start(tmp_path, files):
    program = textwrap.dedent(PROGRAM.format(files=files, root=str(tmp_path)))
    return subprocess.Popen([sys.executable, "-c", program])


def test_several_processes_download_once(server, tmp_path):
    """One works, the others wait for it."""
    files = [plain(server), packed(server)]
    server.faults["/plain.bin"] = slowly(server.files, "/plain.bin", 10, 0.05)
    children = [start(tmp_path, files) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert len(server.requests) == 2
    assert (tmp_path / "things" / "x.bin").read_bytes() == RAW


def test_a_killed_process_frees_the_lock(server, tmp_path):
    """The next one takes over, and resumes."""
    files = [plain(server)]
    server.faults["/plain.bin"] = slowly(server.files, "/plain.bin", 100, 0.05)
    child = start(tmp_path, files)
    part, deadline = tmp_path / "things" / "plain.bin.part", time.monotonic() + 30
    while not part.exists() or part.stat().st_size < 50_000:
        assert time.monotonic() < deadline and child.poll() is None
        time.sleep(0.01)
    server.faults.clear()  # of the next who asks
    waiting = start(tmp_path, files)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert waiting.wait(60) == 0
    assert (tmp_path / "things" / "plain.bin").read_bytes() == RAW
    assert server.asked("/plain.bin")[-1] is not None


def test_a_process_killed_while_unpacking(server, tmp_path):
    """What it had written aside is never taken for the data."""
    aside = tmp_path / ".flambeau" / "Things.unpacking" / "content"
    aside.mkdir(parents=True)
    (aside / "x.bin").write_bytes(b"half")
    store(tmp_path).prepare([packed(server)], may_download=True)
    assert (tmp_path / "things" / "x.bin").read_bytes() == RAW


def test_verify(server, tmp_path):
    """Everything is read again, and each fault named."""
    files = [plain(server), packed(server)]
    things = store(tmp_path)
    things.prepare(files, may_download=True)
    assert list(things.verify(files)) == [("plain.bin", None), ("x.bin.gz", None)]
    home = tmp_path / "things"
    (home / "x.bin").write_bytes(b"changed")
    before = (home / "plain.bin").stat()
    (home / "plain.bin").write_bytes(bytes(len(RAW)))
    os.utime(home / "plain.bin", ns=(before.st_atime_ns, before.st_mtime_ns))  # a rotten disk changes no date
    (_, complaint), (_, fine), (_, difference) = things.verify(files)
    assert complaint.startswith("300000 bytes of ")
    assert fine is None
    assert difference == f"{home / 'x.bin'}: differs from x.bin.gz"
    with pytest.raises(FileCorrupt):
        things.prepare(files, may_download=False)
    (home / "plain.bin").unlink()
    (home / "x.bin.gz").unlink()
    assert [text for _, text in things.verify(files)] == [
        "missing",
        "removed after it was unpacked: cannot be compared",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_only_for_reading(server, tmp_path):
    """Its files are verified each time."""
    store(tmp_path).prepare([plain(server)], may_download=True)
    (tmp_path / ".flambeau" / "Things.json").unlink()
    tmp_path.chmod(0o500)
    (tmp_path / ".flambeau").chmod(0o500)
    try:
        store(tmp_path).prepare([plain(server)], may_download=False)
    finally:
        tmp_path.chmod(0o700)
        (tmp_path / ".flambeau").chmod(0o700)
