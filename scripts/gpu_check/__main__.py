"""Check flambeau on a machine with an NVIDIA GPU.

It builds the packages where they are, without a network, with the Python that runs this, and then goes through stages,
each with a log and a time limit of its own; one that fails holds up none of the others. The results, with commit, date,
device and versions, go to one file, gpu-DATE-COMMIT.json, beside one with all logs.
"""

import argparse
import datetime
import importlib.util
import json
import os
import sys
import time
from pathlib import Path

import build
import machine
from stages import Outcome, run, together

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# Stage: what it does, and its limit in seconds.
STAGES = {
    "smoke": ("a call of each kind, and what compiling costs", 90),
    "bench": ("the benchmarks beside PyTorch", 240),
    "opdb": ("every operator and its derivatives, CPU = GPU", 240),
    "nn": ("every layer, loss and optimizer, and the loader, CPU = GPU", 180),
    "digits": ("training on real digits, CPU and GPU", 120),
    "sanitizer": ("compute-sanitizer over the kernels of all families", 180),
}
TOGETHER = ("opdb", "nn", "digits", "sanitizer")  # side by side; nothing runs beside the benchmarks


def arguments() -> argparse.Namespace:
    listed = "\n".join(f"  {name:10} {what}" for name, (what, _) in STAGES.items())
    parser = argparse.ArgumentParser(
        prog="scripts/gpu_check.sh",
        description=__doc__,
        epilog=f"stages:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stages", nargs="*", metavar="stage", help="which to run; all by default")
    parser.add_argument("--budget", type=float, default=560, help="seconds for everything (default 560)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes to build and test with")
    parser.add_argument("--commit", help="what is checked, where git cannot say")
    parser.add_argument("--only", help="a pytest -k expression for the stages opdb and nn")
    parser.add_argument("--rows", help="which benchmarks: names, or parts of them, by commas")
    parser.add_argument("--build-only", action="store_true", help="build, and stop: needs no GPU")
    parser.add_argument("--out", type=Path, help="folder of the results (default $OUT or benchmarks/results)")
    work = Path(os.environ.get("FLAMBEAU_GPU_CHECK", "/tmp/flambeau-gpu-check"))
    parser.add_argument("--work", type=Path, default=work, help=f"folder to build in (default {work})")
    chosen = parser.parse_args()
    if unknown := set(chosen.stages) - set(STAGES):
        parser.error(f"no stage {', '.join(sorted(unknown))}; there are {', '.join(STAGES)}")
    chosen.stages = [name for name in STAGES if name in (chosen.stages or STAGES)]
    chosen.out = chosen.out or Path(os.environ.get("OUT") or ROOT / "benchmarks" / "results")
    return chosen


class Check:
    """One run: what was asked for, and what came of it so far."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.chosen = chosen
        self.end = time.monotonic() + chosen.budget
        now = datetime.datetime.now(datetime.UTC)
        commit = machine.commit(ROOT, chosen.commit)
        self.about = {
            "commit": commit,
            "date": now.isoformat(timespec="seconds"),
            "device": machine.gpu(),
            "cores": os.cpu_count(),
            "versions": machine.versions(),
        }
        self.title = f"gpu-{now:%Y-%m-%dT%H%M%SZ}-{commit[:12]}"
        self.outcomes: dict[str, Outcome] = {}
        self.logs = chosen.work / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        if not chosen.build_only:  # which writes no logs, and may be the first part of a run that does
            for old in self.logs.iterdir():
                old.unlink()
        chosen.out.mkdir(parents=True, exist_ok=True)

    def environment(self, site: Path) -> dict[str, str]:
        """Of every stage."""
        return os.environ | {
            "PYTHONPATH": str(site),
            "PYTHONUNBUFFERED": "1",
            "PYTHONFAULTHANDLER": "1",
            "CUPY_CACHE_DIR": str(self.chosen.work / "kernels"),
            "FLAMBEAU_GPU_CHECK": str(self.chosen.work),
        }

    def command(self, name: str) -> list:
        python = sys.executable
        if name in ("opdb", "nn"):
            packages = {"opdb": ("tensor", "autograd"), "nn": ("nn", "data")}[name]
            files = [f for p in packages for f in sorted((ROOT / "packages" / p / "tests").glob("test_gpu_*.py"))]
            command = [python, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"]
            command += ["--junitxml", self.logs / f"{name}.xml", *files]
            if importlib.util.find_spec("xdist"):
                share = 0.6 if name == "opdb" else 0.25
                command += ["-n", str(max(1, round(self.chosen.jobs * share))), "--max-worker-restart", "40"]
            if importlib.util.find_spec("pytest_timeout"):
                command += ["--timeout", "60"]
            return command + (["-k", self.chosen.only] if self.chosen.only else [])
        if name == "bench":
            return [python, "-m", "benchmarks.gpu", *(["--only", self.chosen.rows] if self.chosen.rows else [])]
        return [python, HERE / f"{name}.py"]

    def stage(self, name: str, site: Path) -> tuple:
        """The arguments of :func:`stages.run` for a stage."""
        limit = max(1.0, min(STAGES[name][1], self.end - time.monotonic()))
        environment = self.environment(site) | {"FLAMBEAU_STAGE_SECONDS": f"{limit:.0f}"}
        return self.command(name), environment, self.logs / f"{name}.log", limit, ROOT

    def note(self, outcomes: dict[str, Outcome]) -> None:
        """Say how stages ended, and write it down: a run that is cut short leaves what it had."""
        for name, outcome in outcomes.items():
            self.outcomes[name] = outcome
            print(outcome.line(name), flush=True)
            for line in outcome.details(self.logs / f"{name}.log"):
                print(f"  {line}", flush=True)
        report = self.about | {"stages": {name: vars(outcome) for name, outcome in self.outcomes.items()}}
        (self.chosen.out / f"{self.title}.json").write_text(json.dumps(report, indent=1) + "\n")
        with (self.chosen.out / f"{self.title}.log").open("w") as file:
            for log in sorted(self.logs.glob("*.log")):
                text = log.read_text(errors="replace")
                file.write(f"===== {log.stem}\n{text[-2_000_000:]}\n")

    def run(self) -> int:
        chosen = self.chosen
        print(f"flambeau {self.about['commit'][:12]} on {self.about['device'] or 'no GPU'}", flush=True)
        if reason := machine.no_gpu():
            print(f"there is no GPU here: {reason}; nothing was checked (--build-only tries the build)")
            return 2
        for line in machine.lacking(machine.BUILD | machine.RUN):
            print(f"needs: {line}")
        command = [sys.executable, HERE, "--build-only", "--work", chosen.work, "--jobs", chosen.jobs]
        built = run("build", command, os.environ.copy(), self.logs / "build.log", chosen.budget, ROOT)
        self.note({"build": built})
        if built.outcome != "passed":
            return 1
        site = chosen.work / "site"
        for name in chosen.stages:
            if name in self.outcomes:
                continue
            group = [n for n in chosen.stages if n in TOGETHER] if name in TOGETHER else [name]
            self.note(together({n: self.stage(n, site) for n in group}))
        print(f"written to {chosen.out / self.title}.json and .log")
        return 0 if all(outcome.outcome == "passed" for outcome in self.outcomes.values()) else 1


def main() -> int:
    chosen = arguments()
    if not chosen.build_only:
        return Check(chosen).run()
    for line in machine.lacking(machine.BUILD):
        print(f"needs: {line}")
    print(f"built in {build.build(ROOT, chosen.work, chosen.jobs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
