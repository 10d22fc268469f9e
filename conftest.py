"""For the tests of every package: profiles of the property tests, and the GPU.

`pytest --hypothesis-profile soak` looks longer. `FLAMBEAU_GPU_TESTS=strict:0 pytest ...` runs the tests that need a GPU
on arrays that only pretend to be on one, which shows that the tests themselves work; `FLAMBEAU_GPU_TESTS=fibres` with
the kernels of the CUDA backend, run on the CPU.
"""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # the first call of an operator may take longer than the others
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.load_profile("house")


@pytest.fixture
def strict_device():
    """The devices ``strict:0`` and ``strict:1``, whose arrays refuse what a GPU's would; gone after the test."""
    from flambeau.tensor import _backends
    from flambeau.tensor.testing import strict

    strict.register()
    yield "strict:0"
    del _backends.by_name["strict"]
    del _backends.by_array_type[strict.StrictArray]


@pytest.fixture
def gpu(request):
    """The name of the first CUDA device; where there is none, the test is skipped.

    What a test left running there ends with it. An error that the device does not get over (an address out of bounds)
    ends the process, since all later calls would fail: with pytest-xdist the tests go on in another one.
    """
    import flambeau.tensor as ft

    stand_in = os.environ.get("FLAMBEAU_GPU_TESTS")
    if stand_in == "fibres":
        sys.path.append(str(Path(__file__).parent / "packages/tensor/tests"))
        import fibres

        with fibres.device() as name:
            yield name
        return
    if stand_in:
        request.getfixturevalue("strict_device")
        yield stand_in
        return
    if not ft.cuda.is_available():
        pytest.skip("needs a CUDA device")
    yield "cuda:0"
    try:
        ft.cuda.synchronize()
    except Exception as error:
        print(f"the CUDA device is lost: {error}", file=sys.stderr, flush=True)
        if "PYTEST_XDIST_WORKER" in os.environ:
            os._exit(70)
        pytest.exit(f"the CUDA device is lost: {error}", 70)
