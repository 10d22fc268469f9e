"""The records of all operators and what is generated from them."""

import doctest
import inspect
import pickle

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import _backends, ops
from flambeau.tensor.testing import opdb

RECORDS = [pytest.param(record, id=record.name) for record in ops.records()]
PUBLIC = [
    pytest.param(name, getattr(ft, name), id=name)
    for name in sorted(ft.__all__)
    if callable(getattr(ft, name)) and not isinstance(getattr(ft, name), type)
]


def test_every_operator_has_an_entry():
    """An operator without an entry in the database is not tested: the message names those missing."""
    missing = sorted({record.name for record in ops.records()} - {info.name for info in opdb.entries()})
    assert not missing, f"operators without an entry in flambeau.tensor.testing.opdb: {', '.join(missing)}"


def test_every_entry_has_an_operator():
    """An entry of an operator that is gone is of no use: the message names those left over."""
    left = sorted({info.name for info in opdb.entries()} - {record.name for record in ops.records()})
    assert not left, f"entries in flambeau.tensor.testing.opdb without an operator: {', '.join(left)}"


@pytest.mark.parametrize("record", RECORDS)
def test_entry_covers_the_usual_suspects(record):
    """The samples of an operator that works element by element have 0-d, empty and non-contiguous Tensors."""
    info = opdb.entry(record.name)
    arrays = []
    for sample in info.generate(info.dtypes[-1]):
        sample.map(lambda v: arrays.append(v) if isinstance(v, np.ndarray) else None)
    if record.definition.cpp is None and record.definition.promote is None:
        return
    if not arrays or record.name in ("linear", "dot", "outer"):
        return
    assert any(a.size == 0 for a in arrays), "no empty sample"
    assert any(not a.flags.c_contiguous for a in arrays), "no sample that is not contiguous"
    if record.definition.cpp is not None:
        assert any(a.ndim == 0 for a in arrays), "no 0-d sample"
        assert any(any(s < 0 for s in a.strides) for a in arrays), "no sample with a negative step"


@pytest.mark.parametrize("record", RECORDS)
def test_record_is_found_everywhere(record):
    """``ops.name``, ``pickle`` and the function's ``.op`` give the one record."""
    assert getattr(ops, record.name) is record
    assert pickle.loads(pickle.dumps(record)) is record
    if record.definition.function and record.definition.inplace != "only":
        assert getattr(ft, record.name).op is record


@pytest.mark.parametrize("record", RECORDS)
def test_kernels_of_all_backends_have_one_signature(record):
    """A kernel of any backend takes what the reference kernel takes."""
    reference = list(inspect.signature(record.kernels["reference"]).parameters)
    for backend in _backends.by_name.values():
        kernel = backend.kernels.get(record.name)
        if kernel is not None:
            assert list(inspect.signature(kernel).parameters) == reference, f"{backend.name} kernel of {record.name}"


def test_backends_have_no_kernels_without_operator():
    """A backend's kernel that stands in for no operator would never run."""
    names = {record.name for record in ops.records()}
    for backend in _backends.by_name.values():
        assert set(backend.kernels) <= names


@pytest.mark.parametrize("name, function", PUBLIC)
def test_public_functions_pickle_by_name(name, function):
    """A function travels between processes by name."""
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("name, function", PUBLIC)
def test_public_functions_have_signature_and_docstring(name, function):
    """``help()`` and editors find the signature, the summary and the arguments."""
    signature = inspect.signature(function)
    doc = inspect.getdoc(function)
    assert doc and doc.split("\n")[0].rstrip().endswith((".", ":"))
    if not hasattr(function, "op") or name.endswith("_"):
        return
    for parameter in function.op.parameters:
        assert parameter.name in signature.parameters, f"{name} lacks {parameter.name}"
    assert "Example:" in doc, f"{name} has no example"
    assert ">>>" in doc


@pytest.mark.parametrize("name, function", PUBLIC)
def test_examples_in_docstrings(name, function):
    """The example of every public function runs and prints what it says."""
    finder = doctest.DocTestFinder(recurse=False)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(verbose=False, optionflags=flags)
    report = []
    ft.manual_seed(0)
    for test in finder.find(function, name, globs={"ft": ft, "np": np}):
        runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)
