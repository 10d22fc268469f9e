"""Progress: a bar on a terminal, plain lines elsewhere, silence on request."""

import io

from flambeau.vision._files.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def report(stream, wanted=True, total=1000, start=0):
    progress = Progress("a.gz", wanted, stream)
    progress.begin(start, total)
    for done in range(start + 50, 1001, 50):
        progress.at(done)
    progress.end(1000)
    return stream.getvalue()


def test_plain_lines():
    """One line at the start, one each tenth, one at the end; nothing a log file would choke on."""
    lines = report(io.StringIO()).splitlines()
    assert lines[0] == "a.gz: downloading, 1.0 kB"
    assert lines[1:-1] == [f"a.gz: {share} %" for share in range(10, 100, 10)]
    assert lines[-1] == "a.gz: done, 1.0 kB"


def test_resuming_is_mentioned():
    assert report(io.StringIO(), start=500).startswith("a.gz: downloading, 1.0 kB, resumed at 500 bytes\n")


def test_a_length_nobody_knows():
    assert report(io.StringIO(), total=None) == "a.gz: downloading\na.gz: done, 1.0 kB\n"


def test_a_bar():
    """One line, drawn over and over, that ends full."""
    text = report(Terminal())
    assert text.count("\n") == 1
    assert f"[{'#' * 30}] 100 % of 1.0 kB" in text
    assert text.startswith("\ra.gz: [")


def test_silence(monkeypatch):
    """By argument, and by FLAMBEAU_PROGRESS=0."""
    assert report(io.StringIO(), wanted=False) == ""
    monkeypatch.setenv("FLAMBEAU_PROGRESS", "0")
    assert report(io.StringIO()) == ""
    assert report(Terminal()) == ""


def test_notes_break_the_bar():
    """A note stands on a line of its own."""
    stream = Terminal()
    progress = Progress("a.gz", True, stream)
    progress.begin(0, 100)
    progress.at(50)
    progress.note("trying again")
    assert stream.getvalue().endswith("\x1b[K\na.gz: trying again\n")
