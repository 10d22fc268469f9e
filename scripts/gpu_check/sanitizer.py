"""compute-sanitizer over the kernels of all families: its tools side by side, each over kernels.py."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = Path(os.environ["FLAMBEAU_GPU_CHECK"])
PLACES = ("/usr/local/cuda/bin", "/usr/local/cuda/compute-sanitizer", "/opt/cuda/bin")
LIMIT = float(os.environ.get("FLAMBEAU_STAGE_SECONDS", "240"))
SECONDS = max(20.0, LIMIT - 60)  # that kernels.py may go on under a tool, which then sums up
TOOLS = ("memcheck", "racecheck", "synccheck")
SUMMARY = re.compile(r"(?:ERROR SUMMARY: (\d+) error|RACECHECK SUMMARY: (\d+) hazard)")


def main() -> int:
    sanitizer = shutil.which("compute-sanitizer") or shutil.which("compute-sanitizer", path=":".join(PLACES))
    if sanitizer is None:
        print("compute-sanitizer is not installed")
        return 1
    running = {}
    for tool in TOOLS:
        log = WORK / f"sanitizer-{tool}.txt"
        command = [sanitizer, "--tool", tool, "--print-limit", "20", "--error-exitcode", "9", "--nvtx", "no"]
        command += [sys.executable, HERE / "kernels.py", "--seconds", str(SECONDS)]
        with log.open("w") as file:
            running[tool] = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT), log
    figures, good = {}, True
    end = time.monotonic() + LIMIT - 10
    for tool, (process, log) in running.items():
        try:
            code = process.wait(max(1.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            code = "timed out"
        text = log.read_text(errors="replace")
        print(f"--- {tool}\n{text[-100_000:]}")
        found = SUMMARY.search(text)
        count = int(found[1] or found[2]) if found else None
        said = re.findall(r"^RESULT (.+)$", text, re.MULTILINE)
        figures[tool] = f"{count} errors" if found else f"no summary (exit {code})"
        figures[f"{tool} run"] = json.loads(said[-1]) if said else None
        good = good and code == 0 and count == 0
    print("RESULT " + json.dumps(figures))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
