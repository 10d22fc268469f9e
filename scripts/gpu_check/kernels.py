"""Launch the kernels of all families on small inputs, for compute-sanitizer: samples of the operator database.

Memory comes straight from the driver, block by block: what a kernel reads or writes beyond an array's end is seen.
"""

import argparse
import json
import time
from collections import Counter

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import _cuda
from flambeau.tensor._cuda import _launch
from flambeau.tensor.testing import opdb

DTYPES = (np.dtype(np.float32), np.dtype(np.float16), ft.bfloat16, np.dtype(np.float64), np.dtype(np.int64))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60, help="when to stop, wherever it is")
    end = time.monotonic() + parser.parse_args().seconds
    ft.cuda.init()
    import cupy

    cupy.cuda.set_allocator(None)  # no pool
    launched: Counter[str] = Counter()
    _launch.record(lambda kernel, *rest: launched.update([kernel.label]))
    failed, done = {}, 0
    samples = {
        (info.name, dtype): info.generate(dtype, **opdb.tensors("cuda:0"))
        for dtype in DTYPES
        for info in opdb.entries()
        if dtype in info.dtypes and has_kernels(info.name)
    }
    # The first sample of every operator in every dtype, then all second ones, and so on: time may end anywhere.
    while samples and time.monotonic() < end:
        for (name, dtype), left in list(samples.items()):
            if time.monotonic() > end:
                break
            try:
                call(opdb.entry(name), next(left))
                done += 1
            except StopIteration:
                del samples[name, dtype]
            except Exception as error:  # of values other stages speak
                failed[f"{name}-{dtype.name}"] = f"{type(error).__name__}: {error}"[:200]
                del samples[name, dtype]
        figures = {"calls": done, "kernels": len(launched), "launches": launched.total(), "failed": failed}
        print("RESULT " + json.dumps(figures), flush=True)


def has_kernels(name: str) -> bool:
    """Whether kernels of ours compute an operator: those of CuPy's, each compiled alone, would take all of the time."""
    return not _cuda.kernels().keys().isdisjoint((name, f"{name}_"))


def call(info, sample) -> None:
    """One call, until the device is done with it."""
    with ft.device("cuda:0"):
        info.function(*sample.args, **sample.kwargs)
    ft.cuda.synchronize()


if __name__ == "__main__":
    main()
