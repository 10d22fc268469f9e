"""The digits example on the CPU and on the GPU: the same accuracy, to a few of the 450 test pictures."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ["FLAMBEAU_GPU_CHECK"])
LEAST = 96.0  # percent; the example reaches 98 to 99
APART = 1.5  # percent, at most: rounding leads training elsewhere


def main() -> int:
    runs = {}
    for device in ("cpu", "cuda"):
        command = [sys.executable, ROOT / "docs/examples/train_digits.py", "--device", device]
        command += ["--out", WORK / f"digits-{device}"]
        runs[device] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    figures = {}
    for device, process in runs.items():
        text, _ = process.communicate()
        print(f"--- {device}\n{text}")
        found = re.search(r"Test accuracy ([\d.]+)% in ([\d.]+) s", text)
        if found:
            figures |= {f"{device} accuracy": float(found[1]), f"{device} seconds": float(found[2])}
    print("RESULT " + json.dumps(figures))
    accuracies = [figures.get(f"{device} accuracy", 0.0) for device in runs]
    return 0 if min(accuracies) >= LEAST and abs(accuracies[0] - accuracies[1]) <= APART else 1


if __name__ == "__main__":
    sys.exit(main())
