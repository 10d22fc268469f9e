"""`python -m benchmarks [case...] [--processes 5] [--quick] [--json FILE]`: a table and a JSON."""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import cases, harness

HERE = Path(__file__).parent
SETTINGS = ("FLAMBEAU_", "MKL_", "OMP_", "OPENBLAS_")  # variables that change how fast we or our rivals are
FILES = sorted(module.name for module in pkgutil.iter_modules(cases.__path__))


def load(file: str) -> list[harness.Case]:
    return importlib.import_module(f"benchmarks.cases.{file}").CASES


def worker(file: str, quick: bool) -> None:
    """One process: measure every case of a file and print the figures as JSON."""
    measured = {case.name: harness.measure(case, quick) for case in load(file)}
    print(json.dumps(measured))


def in_a_process(file: str, quick: bool) -> dict:
    command = [sys.executable, "-m", "benchmarks", file, "--worker", *(["--quick"] if quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent)
    return json.loads(done.stdout)


def run(file: str, processes: int, quick: bool) -> dict[str, dict]:
    """The results of one file's cases, by name."""
    runs = [in_a_process(file, quick) for _ in range(processes)]
    results = {}
    for case in load(file):
        results[case.name] = harness.summarize(case, [run[case.name][0] for run in runs])
        results[case.name]["skipped"] = runs[0][case.name][1]
    return results


def machine() -> dict:
    """Where and with what the figures were measured."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    versions = {"python": platform.python_version()}
    for name in ("flambeau-tensor", "flambeau-autograd", "flambeau-nn", "numpy", "torch"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        capture_output=True,
        text=True,
        cwd=HERE,
    )
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "versions": versions,
        "settings": {name: os.environ[name] for name in sorted(os.environ) if name.startswith(SETTINGS)},
        "commit": git.stdout.strip() or None,
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=f"of {', '.join(FILES)}; all when none is given")
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="three rounds: to see that a case works, not for figures")
    parser.add_argument("--json", type=Path, help="where the figures go (default: benchmarks/results/<date>.json)")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.cases) - set(FILES):
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(FILES)}")
    if arguments.worker:
        worker(arguments.cases[0], arguments.quick)
        return
    about = machine()
    results: dict[str, dict] = {}
    for file in arguments.cases or FILES:
        print(f"measuring {file}", file=sys.stderr, flush=True)
        results |= run(file, arguments.processes, arguments.quick)
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items() if number)
    print(f"{about['cpu']}, {about['cores']} cores, {about['system']}; {versions}")
    if about["settings"]:
        print("with " + ", ".join(f"{name}={value}" for name, value in about["settings"].items()))
    print(f"commit {about['commit']}, {about['date']}, {arguments.processes} processes")
    print(harness.table(results))
    stamp = about["date"].replace(":", "").replace("+0000", "Z")
    target = arguments.json or HERE / "results" / f"{stamp}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    report = about | {"processes": arguments.processes, "quick": arguments.quick, "cases": results}
    target.write_text(json.dumps(report, indent=1) + "\n")
    print(f"written to {target}")


if __name__ == "__main__":
    main()
