"""The errors of flambeau's vector mathematics: ``python -m benchmarks.accuracy [--every N] [function...]``.

Builds ``packages/tensor/cpp/tests/accuracy.cpp`` for each instruction set and runs those that this machine has. Each
line says the largest error of a function, in units in the last place, its bound and where it occurs. By default every
4001st float is tried, for a minute; ``--every 1`` tries all of them, about half a minute for each function.

``--record FILE`` keeps what was measured in a JSON file and leaves out what is in it already, so that a long run can be
broken off and go on; what other sources gave does not count. ``--table FILE`` writes the record as a page of the
documentation, with every worst error computed again by mpmath, which must be installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from .exact import exact_error

TENSOR = Path(__file__).parent.parent.parent / "packages" / "tensor"
TESTS = TENSOR / "cpp" / "tests"
SKIPPED = 77  # what a test returns where its instruction set is missing
ROW = re.compile(
    r"(?P<function>\w+) +(?P<dtype>\w+) +(?P<isa>\w+) +(?P<error>\S+) of (?P<bound>\S+) +at \(?(?P<at>[^)]*?)\)?: "
    r"(?P<got>\S+)"
)

HEAD = """\
# The errors of functions

The largest errors found, in units in the last place (ulp): distances between neighbouring numbers around the exact
result. 0.5 is what rounding alone costs. Written by `python -m benchmarks.accuracy --record FILE --table FILE`.

- **bold**: over all 2^32 numbers of float32, NaN and infinities included. Each result was compared with that of the
  same function in float64, which itself was compared at a million places with long double arithmetic of C's library.
- plain: over samples; every 4001st float32, and float64 and pairs of all magnitudes drawn at random.

The place of each error was looked up again with 60 digits by mpmath: the figures are its. v4, v3 and v2 are the levels
of the x86-64 psABI that kernels are compiled for.
""".splitlines()


def fingerprint() -> str:
    """Changes with what is measured and with what measures it."""
    digest = hashlib.sha256()
    for file in sorted([*TENSOR.glob("cpp/include/flambeau/math/*.hpp"), *TESTS.glob("accuracy.*")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def machine() -> dict[str, str]:
    """Where the errors were measured, and by which compiler."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    compiler = subprocess.run(["c++", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[
        0
    ]
    return {"processor": model, "compiler": compiler, "library": " ".join(platform.libc_ver())}


class Record:
    """The rows measured so far, in a file if there is one."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        known = json.loads(file.read_text()) if file and file.exists() else {}
        self.sources = fingerprint()
        current = known.get("sources") == self.sources
        self.rows: list[dict] = known["rows"] if current else []
        self.machine: dict[str, str] = known["machine"] if current else machine()

    def has(self, isa: str, function: str, every: int) -> bool:
        """Whether a function was measured at least that closely."""
        return any(r["isa"] == isa and r["function"] == function and r["every"] <= every for r in self.rows)

    def add(self, text: str, every: int) -> None:
        """Take the rows that a run printed, and drop coarser ones."""
        found = [
            m.groupdict() | {"every": every, "error": float(m["error"]), "bound": float(m["bound"])}
            for m in ROW.finditer(text)
        ]
        keys = {(r["isa"], r["function"]) for r in found}
        self.rows = [r for r in self.rows if (r["isa"], r["function"]) not in keys] + found
        if self.file:
            known = {"sources": self.sources, "machine": self.machine, "rows": self.rows}
            self.file.write_text(json.dumps(known, indent=1) + "\n")


def run(program: Path, isa: str, every: int, functions: list[str], record: Record) -> bool:
    """Measure what the record lacks, function by function; whether all were within their bounds."""
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True)
    if listed.returncode == SKIPPED:
        print(f"{isa}: not on this machine")
        return True
    well = True
    for function in listed.stdout.split():
        if (functions and function not in functions) or record.has(isa, function, every):
            continue
        done = subprocess.run([program, "--every", str(every), function], stdout=subprocess.PIPE, text=True)
        print(done.stdout, end="", flush=True)
        well &= done.returncode == 0
        record.add(done.stdout, every)
    return well


def cell(row: dict | None) -> str:
    if row is None:
        return ""
    at = [float(x) for x in row["at"].split(",")]
    return f"{exact_error(row['function'], row['dtype'], at, float(row['got'])):.2f}"


def write_table(file: Path, record: Record) -> None:
    """The record as a page: a row for each function, all errors computed anew."""
    rows = {(r["function"], r["isa"], r["dtype"]): r for r in record.rows}
    functions = list(dict.fromkeys(r["function"] for r in record.rows))
    isas = [isa for isa in ("v4", "v3", "v2", "portable") if any(r["isa"] == isa for r in record.rows)]
    columns = [(isa, dtype) for isa in isas for dtype in ("float32", "float64")]
    where = record.machine
    lines = [
        *HEAD,
        "",
        "| function | bound | " + " | ".join(f"{d} {i}" for i, d in columns) + " |",
        "|---|---|" + "---|" * len(columns),
    ]
    for function in functions:
        found = [rows.get((function, isa, dtype)) for isa, dtype in columns]
        bound = max(r["bound"] for r in found if r)
        cells = [
            f"**{cell(r)}**" if r and r["every"] == 1 and r["dtype"] == "float32" and "," not in r["at"] else cell(r)
            for r in found
        ]
        lines.append(f"| `{function}` | {bound:g} | " + " | ".join(cells) + " |")
    lines += [
        "",
        f"Measured on {where['processor']} with {where['compiler']} and {where['library']}.",
    ]
    file.write_text("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.split("\n")[0])
    parser.add_argument("functions", nargs="*", help="all, if none is named")
    parser.add_argument(
        "--every", type=int, default=4001, metavar="N", help="the step through all floats (%(default)s)"
    )
    parser.add_argument("--isa", action="append", help="v2, v3, v4 or portable (default: all that can be built)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep what is measured, leave out what was")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the record as Markdown")
    arguments = parser.parse_args()
    record = Record(arguments.record)
    well = True
    with tempfile.TemporaryDirectory() as build:
        subprocess.run(["cmake", "-S", TESTS, "-B", build], check=True, stdout=subprocess.DEVNULL)
        text = subprocess.run(
            ["cmake", "--build", build, "--target", "help"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        for target in sorted(set(re.findall(r"\baccuracy_\w+", text))):
            isa = target.removeprefix("accuracy_")
            if arguments.isa and isa not in arguments.isa:
                continue
            subprocess.run(["cmake", "--build", build, "--target", target], check=True, stdout=subprocess.DEVNULL)
            well &= run(Path(build) / target, isa, arguments.every, arguments.functions, record)
    if arguments.table:
        write_table(arguments.table, record)
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
