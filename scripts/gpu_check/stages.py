"""Running one stage: a command in a process group of its own, with a log, a time limit, and figures it reports."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

RESULT = "RESULT "  # a line of this and a JSON object, in what a stage prints, goes into the results
FAILURES = 200  # of a stage's, at most, with the first line of each in the results
SHOWN = 25  # of these, on the terminal


@dataclass
class Outcome:
    """How a stage ended."""

    outcome: str = "not run"
    seconds: float = 0.0
    figures: dict = field(default_factory=dict)

    def line(self, name: str) -> str:
        """One line about it."""
        short = {k: v for k, v in self.figures.items() if isinstance(v, (int, float, str))}
        return f"{name:10} {self.outcome:9} {self.seconds:6.1f} s  " + ", ".join(f"{k} {v}" for k, v in short.items())

    def details(self, log: Path) -> list[str]:
        """What else to say on the terminal: what failed, or how the log of a stage without figures ends."""
        if failures := self.figures.get("failures"):
            return [f"{test}: {text[:160]}" for test, text in list(failures.items())[:SHOWN]]
        if checks := self.figures.get("checks"):
            return [f"{check}: {text}" for check, text in checks.items() if text != "ok"]
        lines = [x for x in log.read_text(errors="replace").splitlines() if x.strip() and not x.startswith(RESULT)]
        if log.stem == "bench":
            return lines
        return lines[-12:] if self.outcome != "passed" else []


def run(name: str, command: list, env: dict[str, str], log: Path, limit: float, cwd: Path) -> Outcome:
    """Run a command to its end, or to the limit: then its whole process group is killed. It cannot fail by itself."""
    start = time.monotonic()
    with log.open("w") as file:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=file, stderr=subprocess.STDOUT, env=env, cwd=cwd,
            start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(limit)
            outcome = "passed" if code == 0 else f"failed({code})"
        except subprocess.TimeoutExpired:
            outcome = "timed out"
        finally:
            _end(process)
    figures = reported(log)
    report = log.with_suffix(".xml")
    if report.exists():
        figures |= of_pytest(report)
    return Outcome(outcome, round(time.monotonic() - start, 1), figures)


def _end(process: subprocess.Popen) -> None:
    """What the stage left running ends with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def reported(log: Path) -> dict:
    """What the stage said in lines of RESULT."""
    figures: dict = {}
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith(RESULT):
            try:
                figures |= json.loads(line.removeprefix(RESULT))
            except ValueError:
                continue
    return figures


def of_pytest(report: Path) -> dict:
    """How many tests passed, and which failed, from a JUnit file."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failures = {}
    try:
        cases = list(xml.parse(report).iter("testcase"))
    except xml.ParseError:
        return {"report": "torn"}
    for case in cases:
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        kind = "failed" if bad is not None else "skipped" if case.find("skipped") is not None else "passed"
        counts[kind] += 1
        if bad is not None and len(failures) < FAILURES:
            text = (bad.get("message") or bad.text or "").strip()
            failures[f"{case.get('classname')}::{case.get('name')}"] = text.splitlines()[0][:400] if text else ""
    return counts | ({"failures": failures} if failures else {})


def together(tasks: dict[str, tuple]) -> dict[str, Outcome]:
    """Stages side by side; ``tasks`` has the arguments of :func:`run` after the name."""
    outcomes: dict[str, Outcome] = {}
    threads = [
        threading.Thread(target=lambda n=name, a=arguments: outcomes.__setitem__(n, run(n, *a)))
        for name, arguments in tasks.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
