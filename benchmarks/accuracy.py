"""The errors of flambeau's vector mathematics: ``python -m benchmarks.accuracy [--every N] [function...]``.

Builds ``packages/tensor/cpp/tests/accuracy.cpp`` for each instruction set and runs those that this machine has. Each
line says the largest error of a function, in units in the last place, and where it occurs. By default every 4001st
float is tried, for a minute; ``--every 1`` tries all of them, for hours.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent.parent / "packages" / "tensor" / "cpp" / "tests"
SKIPPED = 77  # what a test returns where its instruction set is missing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.split("\n")[0])
    parser.add_argument("functions", nargs="*", help="all, if none is named")
    parser.add_argument(
        "--every", type=int, default=4001, metavar="N", help="the step through all floats (%(default)s)"
    )
    parser.add_argument("--isa", action="append", help="v2, v3, v4 or portable (default: all that can be built)")
    arguments = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as build:
        subprocess.run(["cmake", "-S", TESTS, "-B", build], check=True, stdout=subprocess.DEVNULL)
        text = subprocess.run(
            ["cmake", "--build", build, "--target", "help"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        targets = sorted({word for line in text.splitlines() for word in line.split() if word.startswith("accuracy_")})
        for target in (word.rstrip(":") for word in targets):
            isa = target.removeprefix("accuracy_")
            if arguments.isa and isa not in arguments.isa:
                continue
            subprocess.run(["cmake", "--build", build, "--target", target], check=True, stdout=subprocess.DEVNULL)
            command = [Path(build) / target, "--every", str(arguments.every), *arguments.functions]
            code = subprocess.run(command).returncode
            if code == SKIPPED:
                print(f"{isa}: not on this machine")
            failed |= code not in (0, SKIPPED)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
