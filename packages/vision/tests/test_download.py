"""One file from a server that behaves, and from servers that do not."""

import hashlib
import os
import random
import resource
import shutil
import signal
import ssl
import subprocess
import sys
import textwrap
import time

import pytest
from flambeau.vision._files import download
from flambeau.vision._files.download import DownloadError, fetch
from flambeau.vision._files.file import File
from server import FileServer, cut, page, redirect, slowly, stall, status, without_ranges

DATA = bytes(random.Random(1).randbytes(300_000))
SHA = hashlib.sha256(DATA).hexdigest()
MD5 = hashlib.md5(DATA).hexdigest()


def known(**changes):
    """A file of which everything is known."""
    return File(**{"name": "a.bin", "size": len(DATA), "sha256": SHA, **changes})


def get(server, tmp_path, *paths, file=None, **options):
    """Fetch from some paths of the server."""
    for path in paths:
        server.files.setdefault(path, DATA)
    target = tmp_path / "a.bin"
    options.setdefault("progress", False)
    return fetch("MNIST", file or known(), target, [server.url + path for path in paths], **options), target


def left_over(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir())


def test_a_whole_file(server, tmp_path):
    """The file is there under its name, and nothing beside it."""
    source, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA
    assert source == server.url + "/a.bin"
    assert left_over(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_source_that_refuses(server, tmp_path, code):
    """The next one is asked at once, without trying the first again."""
    server.faults["/first"] = status(code)
    source, target = get(server, tmp_path, "/first", "/second")
    assert source.endswith("/second")
    assert target.read_bytes() == DATA
    assert len(server.asked("/first")) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_source_in_trouble(server, tmp_path, code):
    """It is asked again a few times, then the next one is."""
    server.faults["/first"] = status(code)
    source, _ = get(server, tmp_path, "/first", "/second")
    assert source.endswith("/second")
    assert len(server.asked("/first")) == download._TRIES


def test_trouble_that_passes(server, tmp_path):
    """A source that recovers gives the file."""
    troubles = [2]

    def fault(handler):
        troubles[0] -= 1
        status(500)(handler) if troubles[0] >= 0 else handler.give(DATA)

    server.faults["/a.bin"] = fault
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA


def test_retry_after_is_obeyed(server, tmp_path):
    """A server that asks for patience gets it."""
    times = []

    def fault(handler):
        times.append(time.monotonic())
        if len(times) > 1:
            handler.give(DATA)
            return
        handler.send_response(503)
        handler.send_header("Retry-After", "1")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.faults["/a.bin"] = fault
    get(server, tmp_path, "/a.bin")
    assert times[1] - times[0] >= 1


def test_all_sources_fail(server, tmp_path):
    """One error lists what each answered, and what can be done."""
    server.faults["/first"], server.faults["/second"] = status(403), status(404)
    with pytest.raises(DownloadError) as error:
        get(server, tmp_path, "/first", "/second")
    assert str(error.value) == (
        f"MNIST(): expected a.bin (300000 bytes) from one of its sources, got it from none\n"
        f"    {server.url}/first: 403 Forbidden\n"
        f"    {server.url}/second: 404 Not Found\n"
        f"try again later (what has come is kept), or put the file at {tmp_path / 'a.bin'} yourself"
    )
    assert left_over(tmp_path) == []


def test_no_server_at_all(tmp_path):
    """A refused connection is tried again, and named."""
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1:9/a: .*refused.*\(tried 4 times\)"):
        fetch("MNIST", known(), tmp_path / "a.bin", ["http://127.0.0.1:9/a"], progress=False)


def test_a_stall(server, tmp_path):
    """Silence is an interruption: what came is kept, and the next source gives the rest."""
    server.files["/first"] = DATA
    server.faults["/first"] = stall(server.files, "/first", 100_000, server)
    _, target = get(server, tmp_path, "/first", "/second")
    assert target.read_bytes() == DATA
    assert server.asked("/second")[0] is not None


@pytest.mark.parametrize("seed", range(8))
def test_cut_at_random_bytes(server, tmp_path, seed):
    """However often the connection is cut, the file becomes whole: each time from where it stopped."""
    chance = random.Random(seed)
    server.files["/a.bin"] = DATA
    server.faults["/a.bin"] = cut(server.files, "/a.bin", lambda start: chance.randrange(1, 60_000))
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA
    starts = [0 if wanted is None else int(wanted[6:-1]) for wanted in server.asked("/a.bin")]
    assert starts == sorted(starts)
    assert len(starts) > 3


def test_cut_before_the_first_byte(server, tmp_path):
    """A server that never sends anything is given up."""
    server.files["/a.bin"] = DATA
    server.faults["/a.bin"] = cut(server.files, "/a.bin", lambda start: 0)
    with pytest.raises(DownloadError, match=r"cut off|ended|IncompleteRead"):
        get(server, tmp_path, "/a.bin")
    assert "a.bin" not in left_over(tmp_path)


def test_cut_without_ranges(server, tmp_path):
    """A server that cannot resume sends it all again, and that is taken."""
    server.files["/a.bin"] = DATA
    whole, half = without_ranges(server.files, "/a.bin"), cut(server.files, "/a.bin", lambda start: 150_000)
    answers = [half, whole]
    server.faults["/a.bin"] = lambda handler: answers.pop(0)(handler)
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA


def test_resumed_in_another_run(server, tmp_path):
    """What an earlier run left is not downloaded again."""
    (tmp_path / "a.bin.part").write_bytes(DATA[:200_000])
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA
    assert server.asked("/a.bin") == ["bytes=200000-"]


def test_resumed_when_all_is_there(server, tmp_path):
    """A run killed just before the renaming costs one request."""
    (tmp_path / "a.bin.part").write_bytes(DATA)
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA
    assert left_over(tmp_path) == ["a.bin"]


def test_a_part_of_something_else(server, tmp_path):
    """A left-over that does not fit is found by the checksum, and the file fetched anew."""
    (tmp_path / "a.bin.part").write_bytes(b"x" * 1000)
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA
    assert server.asked("/a.bin") == ["bytes=1000-", None]


def test_a_part_that_is_too_long(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(b"x" * 400_000)
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA


def test_a_part_without_a_checksum_is_not_trusted(server, tmp_path):
    """Where nothing would tell whether it fits, an earlier run's part is dropped."""
    (tmp_path / "a.bin.part").write_bytes(DATA[:-1])
    _, target = get(server, tmp_path, "/a.bin", file=File("a.bin"))
    assert target.read_bytes() == DATA
    assert server.asked("/a.bin") == [None]


def test_a_file_that_changes_while_it_comes(server, tmp_path):
    """By its tag a server says that the rest belongs to another version: all of that one is taken."""
    other = bytes(len(DATA))
    asked = []

    def fault(handler):
        asked.append(handler.headers.get("If-Range"))
        data = DATA if len(asked) == 1 else other
        handler.send_response(200)
        handler.send_header("ETag", '"one"' if len(asked) == 1 else '"two"')
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.write(data[:1000] if len(asked) == 1 else data)
        handler.close_connection = True

    server.faults["/a.bin"] = fault
    _, target = get(server, tmp_path, "/a.bin", file=File("a.bin"))
    assert target.read_bytes() == other
    assert asked == [None, '"one"']


def test_wrong_length(server, tmp_path):
    """It is noticed before anything is downloaded."""
    server.files["/first"] = DATA[:-1]
    with pytest.raises(DownloadError, match="/first: 299999 bytes long, expected 300000"):
        get(server, tmp_path, "/first")
    assert left_over(tmp_path) == []


def test_endless_data(server, tmp_path):
    """Without an announced length, the declared one is the limit."""

    def fault(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.write(DATA)
        handler.close_connection = True

    server.faults["/a.bin"] = fault
    with pytest.raises(DownloadError, match="more than the expected 300000 bytes"):
        get(server, tmp_path, "/a.bin")
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(("kind", "right"), [("sha256", SHA), ("md5", MD5)])
def test_wrong_checksum(server, tmp_path, kind, right):
    """The file is not kept; both checksums are named; the next source is asked."""
    bad = bytes(len(DATA))
    server.files["/first"] = bad
    file = known(sha256=None, **{kind: right}) if kind == "md5" else known()
    with pytest.raises(DownloadError) as error:
        get(server, tmp_path, "/first", file=file)
    found = getattr(hashlib, kind)(bad).hexdigest()
    assert f"300000 bytes with checksum {kind}:{found}, expected {kind}:{right}" in str(error.value)
    assert left_over(tmp_path) == []
    source, _ = get(server, tmp_path, "/first", "/second", file=file)
    assert source.endswith("/second")


def test_an_accepted_checksum(server, tmp_path):
    """A user may accept what a server has by now."""
    other = bytes(len(DATA))
    server.files["/a.bin"] = other
    _, target = get(server, tmp_path, "/a.bin", accept=[f"md5:{hashlib.md5(other).hexdigest()}"])
    assert target.read_bytes() == other


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_page_with_status_200(server, tmp_path, content_type):
    """A page of excuses is no data, whatever its type says; its title is shown, nothing is written."""
    text = b"\n<!DOCTYPE html><html><head><title>Quota\n exceeded</title></head></html>"
    server.faults["/a.bin"] = page(text, content_type)
    with pytest.raises(DownloadError, match="a web page instead of data: 'Quota exceeded'"):
        get(server, tmp_path, "/a.bin", file=File("a.bin"))
    assert left_over(tmp_path) == []


def test_not_what_the_name_says(server, tmp_path):
    """An archive that does not begin like one."""
    server.files["/a.gz"] = b"sorry"
    with pytest.raises(DownloadError, match="no gzip data, but what begins with b'sorry'"):
        get(server, tmp_path, "/a.gz", file=File("a.gz"))


def test_redirects_are_followed(server, tmp_path):
    server.faults["/a.bin"] = redirect("/there")
    server.faults["/there"] = redirect(server.url + "/end", 307)
    server.files["/end"] = DATA
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA


def test_a_circle_of_redirects(server, tmp_path):
    server.faults["/a"], server.faults["/b"] = redirect("/b"), redirect("/a")
    with pytest.raises(DownloadError, match=r"redirected in a circle: \S+/a -> \S+/b -> \S+/a"):
        get(server, tmp_path, "/a")


def test_endless_redirects(server, tmp_path):
    for i in range(30):
        server.faults[f"/{i}"] = redirect(f"/{i + 1}")
    with pytest.raises(DownloadError, match="redirected more than 10 times"):
        get(server, tmp_path, "/0")


@pytest.mark.parametrize("there", ["file:///etc/passwd", "ftp://localhost/a"])
def test_a_redirect_off_the_web(server, tmp_path, there):
    server.faults["/a"] = redirect(there)
    with pytest.raises(DownloadError, match="which is no web address"):
        get(server, tmp_path, "/a")


def test_never_from_https_to_http(server, tmp_path):
    """An http source is not even asked where there is an https one."""
    server.files["/a.bin"] = DATA
    with pytest.raises(DownloadError, match=r"/a\.bin: not asked: http where there is https"):
        fetch("MNIST", known(), tmp_path / "a.bin", ["https://127.0.0.1:9/", f"{server.url}/a.bin"], progress=False)
    assert server.requests == []


def test_a_redirect_from_https_to_http(server, tmp_path, https_server):
    """A redirect out of encryption is refused."""
    https_server.faults["/a.bin"] = redirect(server.url + "/a.bin")
    server.files["/a.bin"] = DATA
    with pytest.raises(DownloadError, match="redirected from https to http://"):
        fetch("MNIST", known(), tmp_path / "a.bin", [https_server.url + "/a.bin"], progress=False)
    assert server.requests == []


def test_https(tmp_path, https_server):
    https_server.files["/a.bin"] = DATA
    fetch("MNIST", known(), tmp_path / "a.bin", [https_server.url + "/a.bin"], progress=False)
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_a_certificate_nobody_knows(tmp_path, https_server, monkeypatch):
    """It is not tried again, and nothing else is."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(DownloadError, match="certificate verify failed"):
        fetch("MNIST", known(), tmp_path / "a.bin", [https_server.url + "/a.bin"], progress=False)


@pytest.fixture
def https_server(monkeypatch, tmp_path_factory):
    """The server with a certificate of its own, which is trusted."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    options = "-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1".split()
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(["openssl", "req", *options, *files], capture_output=True, check=True)
    server = FileServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    server.url = server.url.replace("http://", "https://")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "cert.pem"))
    yield server
    server.close()


def test_a_proxy_of_the_environment(server, tmp_path, monkeypatch):
    """Requests go through HTTP_PROXY."""
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.delenv("NO_PROXY")
    server.files["http://data.example/a.bin"] = DATA
    fetch("MNIST", known(), tmp_path / "a.bin", ["http://data.example/a.bin"], progress=False)
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_offline(server, tmp_path, monkeypatch):
    """Nothing is asked, and the error says why."""
    monkeypatch.setenv("FLAMBEAU_OFFLINE", "1")
    with pytest.raises(DownloadError, match=r"/a\.bin: not asked: FLAMBEAU_OFFLINE is set"):
        get(server, tmp_path, "/a.bin")
    assert server.requests == []


def test_a_mislabelled_archive_is_not_unpacked_on_the_way(server, tmp_path):
    """Servers that say Content-Encoding of a .gz file mean the file itself."""
    import gzip

    packed = gzip.compress(b"data")

    def fault(handler):
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(packed)))
        handler.end_headers()
        handler.write(packed)

    server.faults["/a.gz"] = fault
    _, target = get(server, tmp_path, "/a.gz", file=File("a.gz", sha256=hashlib.sha256(packed).hexdigest()))
    assert target.read_bytes() == packed


def test_an_empty_file(server, tmp_path):
    server.files["/a.bin"] = b""
    _, target = get(server, tmp_path, "/a.bin", file=File("a.bin", size=0))
    assert target.read_bytes() == b""


def test_a_full_disk(server, tmp_path):
    """One clear error, no file under the name, no other source asked; what came is resumed when there is room."""
    server.files["/first"] = server.files["/second"] = DATA
    program = textwrap.dedent(f"""
        import resource, sys
        from flambeau.vision._files.download import DownloadError, fetch
        from flambeau.vision._files.file import File
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        from pathlib import Path
        try:
            fetch("MNIST", File("a.bin", size={len(DATA)}, sha256={SHA!r}), Path({str(tmp_path / "a.bin")!r}),
                  ["{server.url}/first", "{server.url}/second"], progress=False)
        except DownloadError as error:
            print(error)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"MNIST(): expected room for 300000 bytes in {tmp_path}, got File too large; "
        "free some, and start again: what has come is kept\n"
    )
    assert server.asked("/second") == []
    assert left_over(tmp_path) == ["a.bin.part"]
    _, target = get(server, tmp_path, "/first")
    assert target.read_bytes() == DATA
    assert server.asked("/first")[-1] == "bytes=100000-"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100_000


def test_too_little_room_is_seen_before(server, tmp_path, monkeypatch):
    """Where the length is known, a disk that is too small is noticed at once."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(DownloadError, match=r"expected room for 300000 bytes in .*, got 1\.0 kB are free"):
        get(server, tmp_path, "/a.bin")


def test_killed_in_the_middle(server, tmp_path):
    """SIGKILL leaves a part, never a file; the next run goes on from there."""
    server.files["/a.bin"] = DATA
    server.faults["/a.bin"] = slowly(server.files, "/a.bin", 100, 0.05)
    program = textwrap.dedent(f"""
        from pathlib import Path
        from flambeau.vision._files.download import fetch
        from flambeau.vision._files.file import File
        fetch("MNIST", File("a.bin", size={len(DATA)}, sha256={SHA!r}), Path({str(tmp_path / "a.bin")!r}),
              ["{server.url}/a.bin"], progress=False)
    """)
    child = subprocess.Popen([sys.executable, "-c", program])
    part, deadline = tmp_path / "a.bin.part", time.monotonic() + 30
    while not part.exists() or part.stat().st_size < 50_000:
        assert time.monotonic() < deadline and child.poll() is None
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert left_over(tmp_path) == ["a.bin.part"]
    assert part.read_bytes() == DATA[: part.stat().st_size]
    size = part.stat().st_size
    server.faults.clear()
    _, target = get(server, tmp_path, "/a.bin")
    assert target.read_bytes() == DATA
    assert server.asked("/a.bin")[-1] == f"bytes={size}-"
