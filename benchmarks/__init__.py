"""Measurements beside rivals: `python -m benchmarks`, or `nox -s bench`. Figures are reported, never asserted."""
