"""What an editor offers after a dot: it reads the stubs and runs nothing."""

from pathlib import Path

import flambeau.tensor as ft
import pytest

jedi = pytest.importorskip("jedi")
beside = Path(ft.__file__).with_name("__init__.pyi")
pytestmark = pytest.mark.skipif(not beside.exists(), reason="an editable installation has its stubs elsewhere")


def offered(code):
    return {found.name for found in jedi.Script(f"import flambeau.tensor as ft\n{code}").complete()}


@pytest.mark.parametrize(
    "code", ["ft.zeros(2).", "ft.tensor([1]).exp().", "(ft.ones(2) + 1)[0].", "ft.sort(ft.ones(2)).values."]
)
def test_methods_are_offered(code):
    """On what functions, methods, operators and indexing give."""
    assert {"exp", "add_", "sum", "reshape", "max", "numpy", "shape", "float"} <= offered(code)


def test_functions_are_offered():
    """All public names."""
    assert set(ft.__all__) <= offered("ft.")


def test_signatures_are_shown():
    """With the names of the arguments."""
    (signature,) = jedi.Script("import flambeau.tensor as ft\nft.ones(2).sum(").get_signatures()
    assert [p.name for p in signature.params][:2] == ["dim", "keepdim"]
