"""Break each derivative rule and each pointwise row in turn, and see that a test notices: `nox -s mutate`.

A mutant is one small change: a sign flipped, a factor dropped, two arguments swapped. It is made in the running
process, so nothing is built; then the tests of the operators it belongs to run until one fails. Those that no test
notices must stand in ``survivors.txt`` with a reason; anything else there, or missing, is an error.

    python scripts/mutate                      # all
    python scripts/mutate arithmetic row:sinc  # files of rules, and rows, kernels or composites of operators
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "packages/autograd/tests"))

import checks  # noqa: E402  (these need the path above)
import rows  # noqa: E402
import rules  # noqa: E402

SURVIVORS = HERE / "survivors.txt"
# How mutants of a kind are made, and which tests are theirs.
KINDS = {
    "rule": (lambda names: rules.mutants(sorted(names)), checks.of_rule),
    "shared": (rules.shared_mutants, checks.of_rule),
    "row": (rows.row_mutants, checks.of_row),
    "kernel": (rows.kernel_mutants, checks.of_kernel),
    "composite": (rows.composite_mutants, checks.of_composite),
}


REACHED: dict[tuple[str, str, int], list[str]] = {}


def parts(asked: list[str]) -> list[tuple[str, set[str]]]:
    """What to do, in pieces for the processes; the longest ones first."""
    if asked:
        pairs = [a.split(":", 1) if ":" in a else ["rule", a] for a in asked]
        return [(kind, {name}) for kind, name in pairs]
    everything = {op.name for op in rules.ops.records()}
    families = sorted(rules.MODULES, key=lambda f: -len(Path(rules.MODULES[f].__file__).read_text()))
    others = [(kind, everything) for kind in ("kernel", "shared", "row", "composite")]
    return [("rule", {family}) for family in families] + others


def survivors_of(part: tuple[str, set[str]]) -> tuple[str, int, list[str], float]:
    """The mutants of a part that no test notices: their number, the names of those, and how long it took."""
    kind, names = part
    made, tests = KINDS[kind]
    begin, seen, alive = time.perf_counter(), {}, []
    count = 0
    for mutant in made(names):
        count += 1
        seen[mutant.name] = number = seen.get(mutant.name, 0) + 1
        name = mutant.name if number == 1 else f"{mutant.name} (#{number})"
        if not checks.noticed(mutant, tests) and not checks.noticed_by_hand(mutant, REACHED):
            alive.append(name)
    label = kind if len(names) > 1 else f"{kind} {min(names)}"
    return label, count, alive, time.perf_counter() - begin


def explained() -> dict[str, str]:
    """The survivors that are known: a reason, then the mutants it explains, indented."""
    found, reason = {}, ""
    for line in SURVIVORS.read_text().splitlines():
        if line.startswith("    "):
            found[line.strip()] = reason
        elif line and not line.startswith("#"):
            reason = line
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", help="files of rules, or row:, kernel:, shared:, composite: with an operator"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    work = parts(options.parts)
    REACHED.update(checks.reach(rules.FOLDER, rows.FOLDER))  # before the processes: they inherit it
    count, alive, begin = 0, [], time.perf_counter()
    with multiprocessing.get_context("fork").Pool(options.jobs, maxtasksperchild=1) as pool:
        for label, number, names, seconds in pool.imap_unordered(survivors_of, work, chunksize=1):
            count += number
            alive += names
            print(f"{label}: {number} mutants, {number - len(names)} noticed, {seconds:.0f} s", flush=True)
    known = explained()
    unknown = [name for name in alive if name not in known]
    stale = [] if options.parts else [name for name in known if name not in alive]
    for title, names in (("no test notices, and no reason is given for", unknown), ("explained, but noticed", stale)):
        for name in names:
            print(f"{title}: {name}")
    minutes = (time.perf_counter() - begin) / 60
    print(f"{count} mutants, {count - len(alive)} noticed, {len(alive)} not; {minutes:.1f} minutes")
    return 1 if unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main())
