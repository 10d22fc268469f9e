"""The cases, one file per subject; each file has `CASES`, a list of `harness.Case`."""
