#!/usr/bin/env bash
# Check flambeau on a machine with an NVIDIA GPU: build it in place, without a network, and run what needs a GPU.
#
#   scripts/gpu_check.sh                  everything, in about eight minutes
#   scripts/gpu_check.sh smoke opdb       some stages; --help lists them
#
# PYTHON names the interpreter that has CuPy (by default python3).
exec "${PYTHON:-python3}" "$(dirname "$0")/gpu_check" "$@"
