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


def left(mark, seconds):
    """The processes that carry a mark, once there are none or time is up."""
    deadline = time.monotonic() + seconds
    while (found := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
