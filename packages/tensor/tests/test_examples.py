"""Every public function and method has an example in its docstring; the documentation runs them."""

import pydoc

import flambeau.tensor as ft
import pytest
from flambeau.tensor import Tensor

OLD_NAMES = "btrifact btrisolve eig gels potrf potri potrs".split()
WITHOUT = {
    "cuda": "there may be no CUDA device",
    "pin_memory": "there may be no CUDA device",
    **dict.fromkeys("btrifact btrisolve eig gels potrf potri potrs".split(), "an old name that only says the new one"),
}


def example(member):
    """Whether a docstring has an example."""
    return ">>> " in (getattr(member, "__doc__", None) or "")


def without_example(holder, names):
    """Those without one; what works in place is covered by the example of its twin."""
    missing = []
    for name in names:
        member = getattr(holder, name)
        twin = getattr(Tensor, name.removesuffix("_"), None) if name.endswith("_") else None
        if callable(member) and not isinstance(member, type) and not example(member) and not example(twin):
            missing.append(name)
    return sorted(set(missing) - set(WITHOUT))


def test_functions_have_examples():
    """All of flambeau.tensor that can be called."""
    assert without_example(ft, ft.__all__) == []


def test_methods_have_examples():
    """All methods of Tensor: its own, and those that operators and functions are."""
    assert without_example(Tensor, [name for name in vars(Tensor) if not name.startswith("_")]) == []


def test_types_have_examples():
    """Classes that are made or given; errors stand in a tree with what they mean."""
    types = {name for name in ft.__all__ if isinstance(getattr(ft, name), type)}
    errors = {name for name in types if issubclass(getattr(ft, name), Exception)}
    assert [name for name in sorted(types - errors) if not example(getattr(ft, name))] == []


@pytest.mark.parametrize("name", WITHOUT)
def test_exceptions_are_still_needed(name):
    """A name leaves the list when it gets an example."""
    assert not example(getattr(Tensor, name))


NAMESPACES = [ft.linalg, ft.fft, ft.special, ft.random, ft.cuda, ft.array_api, ft.array_api.linalg, ft.array_api.fft]
SAME = {ft.array_api, ft.array_api.linalg, ft.array_api.fft}  # the standard's functions, which it explains and we name


@pytest.mark.parametrize("namespace", NAMESPACES, ids=lambda module: module.__name__)
def test_help_of_namespaces(namespace):
    """Each function says what it does, by ``help`` too, and has an example; those of the array API say it at least."""
    for name in namespace.__all__:
        member = getattr(namespace, name)
        if not callable(member) or isinstance(member, type):
            continue
        assert (member.__doc__ or "").strip(), name
        assert namespace in SAME or example(member) or example(getattr(Tensor, name, None)), name
        assert member.__name__ in pydoc.render_doc(member, renderer=pydoc.plaintext)


def test_help_of_everything():
    """``help`` finds signature and text of every public name and of every method."""
    for holder, names in ((ft, ft.__all__), (Tensor, [name for name in vars(Tensor) if not name.startswith("_")])):
        for name in names:
            assert len(pydoc.render_doc(getattr(holder, name), renderer=pydoc.plaintext)) > 20
