"""Programs that tests run beside themselves, with all the processes that these start."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path

LIMIT = 10.0  # seconds, for any fault

# Whoever runs tests in the background may have them ignore Ctrl-C, which programs inherit.
HEAD = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


@contextlib.contextmanager
def program(code):
    """A new interpreter that runs code, in a session as of a terminal of its own, and a mark that all processes of it
    carry; after the block there are none."""
    mark = uuid.uuid4().hex
    command = [sys.executable, "-c", HEAD + textwrap.dedent(code)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, env={**os.environ, "FLAMBEAU_MARK": mark}, **options) as started:
        try:
            yield started, mark
        finally:
            while found := marked(mark):
                for pid in found:
                    with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                        os.kill(pid, signal.SIGKILL)


def marked(mark):
    """Processes that carry a mark in their environment, as those that they start do."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def descriptors(pid="self"):
    """How many a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def waited(condition, seconds):
    """Whether a condition came true in time. A pause counts as what it should have been, or little more: a machine that
    does not let this process run does not let those run that it waits for."""
    spent = 0.0
    while not condition():
        if spent >= seconds:
            return False
        began = time.monotonic()
        time.sleep(0.02)
        spent += min(time.monotonic() - began, 0.1)
    return True


def left(mark, seconds):
    """The processes that carry a mark, once there are none or time is up: what they are, and what they do."""
    return [] if waited(lambda: not marked(mark), seconds) else [_doing(pid) for pid in marked(mark)]


def _doing(pid):
    texts = [str(pid)]
    for name in ("cmdline", "wchan", "status"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            texts.append(Path(f"/proc/{pid}/{name}").read_text().replace("\0", " "))
    return "\n".join(texts)
