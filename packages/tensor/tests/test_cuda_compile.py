"""NVRTC compiles every kernel for every element type and GPU without warnings, and nothing spills to memory.

By default for the H100's generation in the dtypes that differ most, and in two of them for the oldest that CUDA 13
knows; for all generations in all dtypes with ``FLAMBEAU_CUDA_TESTS=all``.
"""

import importlib.util
import re

import cuda_sources
import pytest
from flambeau.tensor._cuda import _compile

ARCHITECTURES = ("sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120")
DEFAULT = {"sm_90": cuda_sources.USUAL, "sm_75": ("int64", "float32")}  # architecture -> element types
OPTIONS = ("-Werror=all-warnings", "--ptxas-options=-v")
STATIC_SHARED = 48 << 10  # bytes that every GPU grants a block without being asked

FAMILIES = cuda_sources.families()
CASES = [
    pytest.param(family, types, architecture, id=f"{name}-{'-'.join(types)}-{architecture}")
    for name, family in FAMILIES.items()
    for types in family.element_types()
    for architecture in (ARCHITECTURES if cuda_sources.everything() else DEFAULT)
    if cuda_sources.everything() or types in family.element_types_among(DEFAULT[architecture])
]
ENTRY = re.compile(r"Compiling entry function '(\w+)'")
FRAME = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
SHARED = re.compile(r"Used \d+ registers.*?(\d+) bytes smem")


def why_not():
    if importlib.util.find_spec("cuda") is None or importlib.util.find_spec("cuda.bindings") is None:
        return "cuda-bindings is not installed"
    try:
        _compile._compiler_version()
    except Exception as error:
        return f"NVRTC does not load: {error}"
    return None


WHY_NOT = why_not()
with_nvrtc = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))


def log_of(text, architecture):
    """What NVRTC says of code that compiles."""
    try:
        return _compile.cubin(text, architecture, *OPTIONS)[1]
    except _compile.CompilationError as error:
        raise AssertionError(str(error)) from None


def check(family, types, architecture):
    parts = ENTRY.split(log_of(family.text(types), architecture))[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    assert found.keys() == family.source.parameters.keys()
    for name, properties in found.items():
        for frame, stores, loads in FRAME.findall(properties):
            assert (int(stores), int(loads)) == (0, 0), f"{name} spills {stores} bytes"
            assert int(frame) == 0 or name in family.stack_frames, f"{name} has {frame} bytes of local memory"
        for shared in SHARED.findall(properties):
            assert int(shared) <= STATIC_SHARED, f"{name} has {shared} bytes of shared memory"


@with_nvrtc
@pytest.mark.parametrize("family, types, architecture", CASES)
def test_compiles(family, types, architecture):
    """No warning, no spilled register; arrays in local memory only where the family says why."""
    check(family, types, architecture)


FAULTS = {
    "never referenced": "int unused;",
    "pointless comparison": "x[0] = unsigned(n) < 0;",
    "bytes of local memory": "T y[99]; for (int i = 0; i < n; ++i) y[int(x[i])] += x[i]; x[0] = y[n];",
    "expected a": "x[0] = ;",
    "spills": "double y[60];\n#pragma unroll\nfor (int i = 0; i < 60; ++i) y[i] = x[i * n];\n"
    "__syncthreads();\n#pragma unroll\nfor (int i = 0; i < 60; ++i) x[i * n] = y[59 - i] * y[(i * 7) % 60];",
}


@with_nvrtc
@pytest.mark.parametrize("message, code", FAULTS.items(), ids=FAULTS)
def test_faults_are_found(message, code):
    """What the test of the kernels is there to find is found in a kernel made for it."""
    source = cuda_sources.Source("faulty", f"KERNEL(1024) faulty(T* x, int n) {{ {code} }}")
    family = cuda_sources.Family(source, {"faulty": (("float32",),)})
    with pytest.raises(AssertionError, match=message):
        check(family, ("float32",), "sm_90")


def test_every_file_belongs_to_a_family():
    """Each kernels/NAME.cu is some module's ``Source("NAME")``."""
    assert set(cuda_sources.files()) <= FAMILIES.keys()


@pytest.mark.parametrize("name", FAMILIES)
def test_every_kernel_is_declared(name):
    """INSTANCES says for each kernel of a source for which element types it is compiled, and names no other."""
    family = FAMILIES[name]
    assert family.instances.keys() == family.source.parameters.keys()
    assert all(family.instances.values())


def test_declared_kernels_exist():
    """Every name in a module's INSTANCES and STACK_FRAMES is that of a kernel."""
    kernels = {name for family in FAMILIES.values() for name in family.source.parameters}
    for module in cuda_sources.modules():
        for table in ("INSTANCES", "STACK_FRAMES"):
            assert set(getattr(module, table, {})) <= kernels, module.__name__
