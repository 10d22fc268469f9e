"""`python -m benchmarks.gpu [--only part,part]`: a line for each row, and its figures as JSON after RESULT."""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time

from . import layers, measure, memory, networks, small

ROWS = [row for family in (small, memory, layers, networks) for row in family.ROWS]
ROWS = {row.name: row for row in sorted(ROWS, key=lambda row: row.goal is None)}  # those with goals first


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--only", default="", help="parts of names of rows, by commas")
    parser.add_argument("--skip", default="", help=argparse.SUPPRESS)
    parser.add_argument("--list", action="store_true", help="only say which rows there are")
    arguments = parser.parse_args()
    parts = [part for part in arguments.only.split(",") if part]
    skipped = set(filter(None, arguments.skip.split(";")))
    names = [n for n in ROWS if n not in skipped and (not parts or any(p.lower() in n.lower() for p in parts))]
    if arguments.list:
        print("\n".join(names))
        return 0
    if os.environ.get("FLAMBEAU_BENCH_WORKER"):
        work(names)
        return 0
    return supervise(names, arguments.only)


def supervise(names: list[str], only: str) -> int:
    """Let a process measure the rows; where it ends too early, another goes on behind the row that ended it."""
    done: list[str] = []
    failed = 0
    while len(done) < len(names):
        command = [sys.executable, "-m", "benchmarks.gpu", "--only", only, "--skip", ";".join(done)]
        environment = os.environ | {"FLAMBEAU_BENCH_WORKER": "1"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        began = None
        for text in process.stdout:
            word, _, rest = text.rstrip("\n").partition(" ")
            if word == "BEGIN":
                began = rest
            elif word == "END":
                done.append(rest)
                began = None
            else:
                failed += " failed" in text and word == "RESULT"
                print(text, end="", flush=True)
        code = process.wait()
        if began is None:  # done, or it could not even begin
            failed += code != 0
            break
        print(f"{began:44} ended the process ({code})", flush=True)
        print("RESULT " + json.dumps({began: {"flambeau failed": f"the process ended with {code}"}}), flush=True)
        done.append(began)
        failed += 1
    return 1 if failed else 0


def work(names: list[str]) -> None:
    """Measure rows one after another."""
    import flambeau.tensor as ft

    bandwidth = memory.copy_rate()
    print(f"copies move {bandwidth / 1e12:.2f} TB/s, bytes read and written", flush=True)
    print("RESULT " + json.dumps({"copies, bytes per second": bandwidth}), flush=True)
    for name in names:
        print(f"BEGIN {name}", flush=True)
        start = time.perf_counter()
        figures = measure.measured(ROWS[name], bandwidth)
        figures["took"] = round(time.perf_counter() - start, 1)
        print(measure.line(name, figures), flush=True)
        print("RESULT " + json.dumps({name: figures}), flush=True)
        gc.collect()
        ft.cuda.empty_cache()
        if "torch" in sys.modules:
            sys.modules["torch"].cuda.empty_cache()
        ft.cuda.synchronize()  # an error that the device does not get over ends the process here
        print(f"END {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
