"""Operator records and the functions made from them: what users, tracers and exporters rely on."""

import copy
import hashlib
import inspect
import pickle
import re
import subprocess
import sys
from pathlib import Path

import flambeau.tensor as ft
import pytest
from flambeau.tensor import _abi, ops
from flambeau.tensor._schema import Kind

SIGNATURES = {
    "exp": "(input, *, out=None)",
    "add": "(input, other, *, alpha=1, out=None)",
    "sum": "(input, dim=None, keepdim=False, *, dtype=None, out=None, axis=None, keepdims=None)",
    "softmax": "(input, dim=None, *, out=None, axis=None)",
    "reshape": "(input, *shape)",
    "permute": "(input, *dims)",
    "zeros": "(*shape, dtype=None, device=None, out=None)",
    "cat": "(tensors, dim=0, *, out=None, axis=None)",
    "sort": "(input, dim=-1, descending=False, *, stable=False, axis=None)",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name):
    """Public signatures are generated as people read them in the documentation."""
    assert str(inspect.signature(getattr(ft, name))) == SIGNATURES[name]


def test_function_is_at_home_in_its_module():
    """A function says it is ``flambeau.tensor.exp``, is documented, and is the method and the record's too."""
    assert (ft.exp.__module__, ft.exp.__name__, ft.exp.__qualname__) == ("flambeau.tensor", "exp", "exp")
    assert inspect.getdoc(ft.exp).startswith("e to the power of each element.")
    assert ft.Tensor.exp is ft.exp
    assert ft.exp.op is ops.exp is ft.Tensor.exp_.op
    assert ops.exp.doc == inspect.getdoc(ft.exp)


@pytest.mark.parametrize("function", [ft.exp, ft.sum, ft.zeros, ft.max, ft.tensor, ft.from_numpy, ft.save])
def test_functions_pickle_and_copy_by_name(function):
    """Functions travel to other processes by name, and copies are the same object."""
    assert pickle.loads(pickle.dumps(function)) is function
    assert copy.deepcopy(function) is function


def test_records_pickle_and_copy_as_themselves():
    """There is one record for each operator, whatever is done to it."""
    for record in ops.records():
        assert pickle.loads(pickle.dumps(record)) is record
        assert copy.copy(record) is record
        assert copy.deepcopy(record) is record


def test_every_public_name_exists():
    """What ``__all__`` promises is there, once."""
    assert len(set(ft.__all__)) == len(ft.__all__)
    assert [name for name in ft.__all__ if not hasattr(ft, name)] == []
    assert [name for name in ops.__all__ if not hasattr(ops, name)] == []


def test_nothing_else_looks_public():
    """Helpers that build the namespace do not show up beside the functions."""
    submodules = {name for name in dir(ft) if inspect.ismodule(getattr(ft, name))}
    typed = {name for name in dir(ft) if name.endswith("Tensor")}  # there from when they are first asked for
    extra = {name for name in dir(ft) if not name.startswith("_")} - set(ft.__all__) - submodules - typed
    assert extra == set()


def test_record_describes_itself():
    """Names, kinds and defaults of the arguments are those of the declaration."""
    record = ops.sum
    assert repr(record) == "<operator sum(input, dim, keepdim, dtype)>"
    assert [p.name for p in record.parameters] == ["input", "dim", "keepdim", "dtype"]
    assert [p.kind for p in record.parameters] == [Kind.ARRAY, Kind.DIMS, Kind.BOOL, Kind.DTYPE]
    assert [p.keyword_only for p in record.parameters] == [False, False, False, True]
    assert record.parameters[0].required and record.parameters[1].default is None
    assert record.outputs == ("result",)
    assert record.differentiable
    assert not ops.argmax.differentiable


def test_import_loads_no_declarations():
    """Records are made from a table: a family of reference kernels is imported when first needed, and only that."""
    code = """
import sys, numpy as np, flambeau.tensor as ft
PREFIX = "flambeau.tensor._reference."
loaded = lambda: sorted(m.removeprefix(PREFIX) for m in sys.modules if m.startswith(PREFIX))
assert ft.from_numpy(np.ones(2)).add(1).exp().sum().item() > 0 and loaded() == [], loaded()
assert ft.ops.argsort.doc and loaded() == ["_helpers", "sorting"], loaded()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "door",
    [
        "x = ft.ones(2, dtype=ft.bfloat16)",
        "x = ft.ones(2, dtype='bfloat16')",
        "x = ft.ones(2).bfloat16()",
        "x = ft.BFloat16Tensor([1, 1])",
        "import ml_dtypes; x = ft.from_numpy(np.ones(2, ml_dtypes.bfloat16))",
        "import ml_dtypes; x = ft.tensor([1, 1], dtype=ml_dtypes.bfloat16)",
        "import ml_dtypes; x = ft.ones(2).mul(ml_dtypes.bfloat16(1)).to(ft.bfloat16)",
        "from flambeau.tensor import *; x = ft.ones(2).to(bfloat16)",
    ],
)
def test_bfloat16_is_imported_when_first_met(door):
    """ml_dtypes takes time to import: nothing does before the first bfloat16, which then works through every door."""
    code = f"""
import sys, numpy as np, flambeau.tensor as ft
assert (ft.ones(2) + ft.arange(2)).sum().item() == 3 and str(ft.ones(1)) and "ml_dtypes" not in sys.modules
{door}
assert "ml_dtypes" in sys.modules and x.dtype == ft.bfloat16 and x.dtype.name == "bfloat16"
assert (x + x).tolist() == [2, 2] and (x + x).dtype == ft.bfloat16
assert (x + ft.ones(2)).dtype == ft.float32 and (ft.ones(2, dtype=ft.int64) * x).dtype == ft.bfloat16
assert x.sum().item() == 2 and x.exp().tolist() == [2.71875, 2.71875]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_compiled_kernels_are_imported_when_first_called():
    """Each module on its own, by any operator of its families, which then have all it gives; import loads none."""
    code = """
import sys, importlib, flambeau.tensor as ft
from flambeau.tensor._backends import CPU
from flambeau.tensor._cpu import LATER
PREFIX = "flambeau.tensor._cpu."
given = lambda: {op.name for op in ft.ops.records() if op.compiled} | set(CPU.kernels)
family = lambda op: op.definition.kernel.__module__.rpartition(".")[2]
assert not {m for m in LATER.values() if PREFIX + m in sys.modules}
x = ft.ones(1, 2, 5, 5)
assert ft.ops.conv2d.kernels["cpu"] is not None and PREFIX + "convolution" in sys.modules
families = {op.name: family(op) for op in ft.ops.records()}
for module in sorted(set(LATER.values())):
    before = given()
    importlib.import_module(PREFIX + module)
    for name in given() - before:
        assert LATER.get(families[name]) == module, (module, name, families[name])
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("attention", "ft.ops.attention(ft.ones(1, 4, 8), ft.ones(1, 4, 8), ft.ones(1, 4, 8))"),
        ("convolution", "ft.conv2d(ft.ones(1, 2, 5, 5), ft.ones(3, 2, 3, 3))"),
        ("losses", "ft.ops.mse_loss(ft.ones(3), ft.zeros(3))"),
        ("linalg", "ft.linalg.solve(ft.eye(3), ft.ones(3))"),
        ("pooling", "ft.max_pool2d(ft.ones(1, 1, 4, 4), 2)"),
        ("sorting", "ft.ones(3).sort()"),
        ("sorting", "ft.argsort(ft.ones(3), out=ft.empty(3, dtype=ft.int64))"),
        ("normalization", "ft.ops.batch_norm(ft.ones(2, 3))"),
    ],
)
def test_calls_find_kernels_that_are_not_there_yet(module, call):
    """As function, in a namespace, with ``out=``, from several threads at once: the same result as ever after."""
    code = f"""
import sys, threading, flambeau.tensor as ft
found, start = [], threading.Barrier(4)
def ask():
    start.wait()
    found.append(str({call}))
assert "flambeau.tensor._cpu.{module}" not in sys.modules
threads = [threading.Thread(target=ask) for _ in range(4)]
[t.start() for t in threads], [t.join() for t in threads]
assert "flambeau.tensor._cpu.{module}" in sys.modules
assert len(found) == 4 and set(found) == {{str({call})}}, found
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_flags_of_records():
    """``native``, ``inplace``, ``view``, ``many`` and ``auxiliary`` say what an operator is."""
    assert ops.add.native and ops.exp.native and not ops.sum.native
    assert ops.add.inplace and not ops.sum.inplace
    assert (ops.sum.view, ops.transpose.view, ops.reshape.view) == (0, 1, 2)
    assert ops.split.many and not ops.sort.many
    assert ops.sort.outputs == ("values", "indices")
    assert ops.cross_entropy.composite is not None


def test_index_counts_the_records():
    """Records are numbered densely in order of declaration, so that others can keep tables beside them."""
    assert [record.index for record in ops.records()] == list(range(len(ops.records())))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ops.exp(), "exp() missing required argument 'input'"),
        (lambda: ops.exp(ft.ones(1), 2), "exp() takes at most 1 arguments (2 given)"),
        (lambda: ops.exp(ft.ones(1), colour=2), "exp() got an unexpected or repeated argument 'colour'"),
        (lambda: ops.exp(ft.ones(1), input=2), "exp() got an unexpected or repeated argument 'input'"),
    ],
)
def test_records_refuse_wrong_arguments(call, message):
    """A record called wrongly says which argument is missing, unknown or too many."""
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == message


def test_records_are_called_like_functions():
    """A record takes positions, names, defaults and ``out=``."""
    x = ft.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert ops.sum(x, keepdim=True, dim=0).tolist() == [[4.0, 6.0]]
    out = ft.zeros(2)
    assert ops.sum(x, 1, out=out) is out
    assert out.tolist() == [3.0, 7.0]


def test_several_outputs_have_names():
    """Several results come as a named tuple."""
    result = ft.sort(ft.tensor([2.0, 1.0]))
    assert type(result).__name__ == "sort"
    assert result.values.tolist() == [1.0, 2.0]
    assert result.indices.tolist() == [1, 0]


def test_aliases_are_the_function_itself():
    """Other names of an operator are no copies."""
    assert ft.swapaxes is ft.transpose
    assert ft.Tensor.broadcast_to is ft.expand


def test_abi_number_is_that_of_the_compiled_interface():
    """Whoever changes the layouts in tensor.pxd counts up ABI, or (before a release) notes the new digest here."""
    assert ft.ABI is _abi.ABI
    pxd = (Path(ft.__file__).parent / "_core" / "tensor.pxd").read_text()
    code = "".join(re.sub(r"#.*", "", pxd).split())
    digest = hashlib.sha256(code.encode()).hexdigest()[:16]
    assert (ft.ABI, digest) == (2, "370db1bee417802e")


def test_composed_functions_are_imported_when_asked_for():
    """As functions, as methods and by star import; from several threads at once everybody gets the real one."""
    code = """
import sys, threading, flambeau.tensor as ft
assert "flambeau.tensor._composed.einsum" not in sys.modules and "einsum" in dir(ft)
assert ft.einsum("i->", ft.ones(3)).item() == 3 and "flambeau.tensor._composed.einsum" in sys.modules
assert "flambeau.tensor._composed.statistics" not in sys.modules and hasattr(ft.Tensor, "nanmean")
found, start = [], threading.Barrier(8)
def ask():
    start.wait()
    found.append((ft.Tensor.vdot, ft.vdot, ft.ones(2).vdot(ft.ones(2)).item()))
threads = [threading.Thread(target=ask) for _ in range(8)]
[t.start() for t in threads], [t.join() for t in threads]
assert set(found) == {(ft.vdot, ft.vdot, 2.0)}, found
from flambeau.tensor import *
assert trapezoid is ft.trapezoid
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_module_that_another_one_imports_first_is_whole():
    """linalg calls composed functions that nobody asked the package for; they are published all the same."""
    code = """
import flambeau.tensor as ft
x = ft.tensor([1.0, 0.0, 0.0])
assert ft.linalg.cross(x, x.roll(1)).tolist() == [0.0, 0.0, 1.0]
assert x.cross(x.roll(1)).tolist() == ft.cross(x, x.roll(1)).tolist() == [0.0, 0.0, 1.0]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
