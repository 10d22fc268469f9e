"""How Tensors look: NumPy's body, and a last line with type, size and device."""

import flambeau.tensor as ft
import numpy as np
import pytest


@pytest.mark.parametrize(
    "x, text",
    [
        (ft.tensor([[1.0, 2.0], [3.0, 4.5]]), "[[1.  2. ]\n [3.  4.5]]\n[flambeau.tensor.FloatTensor of size 2x2]"),
        (ft.tensor(2.5), "2.5\n[flambeau.tensor.FloatTensor of size ()]"),
        (ft.tensor([True, False]), "[ True False]\n[flambeau.tensor.BoolTensor of size 2]"),
        (ft.tensor([-1, 10]), "[-1 10]\n[flambeau.tensor.LongTensor of size 2]"),
        (ft.tensor([1j]), "[0.+1.j]\n[flambeau.tensor.ComplexFloatTensor of size 1]"),
        (ft.zeros(0), "[]\n[flambeau.tensor.FloatTensor of size 0]"),
        (ft.zeros(2, 0, 3), "[]\n[flambeau.tensor.FloatTensor of size 2x0x3]"),
        (
            ft.tensor([float("nan"), float("inf"), -float("inf")]),
            "[ nan  inf -inf]\n[flambeau.tensor.FloatTensor of size 3]",
        ),
        (ft.tensor([1.5]).bfloat16(), "[1.5]\n[flambeau.tensor.BFloat16Tensor of size 1]"),
        (ft.tensor(0.1).bfloat16(), "0.10009766\n[flambeau.tensor.BFloat16Tensor of size ()]"),
        (ft.tensor([0.1]).half(), "[0.1]\n[flambeau.tensor.HalfTensor of size 1]"),
        (ft.tensor([1e30, 1e-30]), "[1.e+30 1.e-30]\n[flambeau.tensor.FloatTensor of size 2]"),
    ],
)
def test_text(x, text):
    """Body and last line, for every kind of content; ``str`` and ``repr`` agree."""
    assert repr(x) == str(x) == f"{x}" == text


@pytest.mark.parametrize(
    "dtype, name",
    [
        ("bool", "Bool"), ("uint8", "Byte"), ("int8", "Char"), ("int16", "Short"), ("int32", "Int"), ("int64", "Long"),
        ("uint16", "UInt16"), ("uint32", "UInt32"), ("uint64", "UInt64"), ("float16", "Half"), ("bfloat16", "BFloat16"),
        ("float32", "Float"), ("float64", "Double"), ("complex64", "ComplexFloat"), ("complex128", "ComplexDouble"),
        ("longlong", "Long"),
    ],
)  # fmt: skip
def test_every_dtype_has_a_name(dtype, name):
    """The last line of every dtype; ``long long`` is another name of int64."""
    x = ft.from_numpy(np.zeros(1, dtype)) if dtype == "longlong" else ft.zeros(1, dtype=dtype)
    assert repr(x).split("\n")[-1] == f"[flambeau.tensor.{name}Tensor of size 1]"


def test_huge_tensors_are_summarised():
    """Beyond NumPy's threshold the middle is left out."""
    text = repr(ft.arange(10_000_000))
    assert (
        text == "[      0       1       2 ... 9999997 9999998 9999999]\n[flambeau.tensor.LongTensor of size 10000000]"
    )


def test_numpys_print_options_apply():
    """The body is printed as NumPy is told to print."""
    with np.printoptions(precision=2, suppress=True):
        assert repr(ft.tensor([1 / 3])).startswith("[0.33]\n")


def test_views_print_their_own_elements():
    """Strides and steps are followed."""
    assert (
        repr(ft.arange(6).reshape(2, 3).T[::-1]) == "[[2 5]\n [1 4]\n [0 3]]\n[flambeau.tensor.LongTensor of size 3x2]"
    )


def test_subclasses_print():
    """A Python subclass prints as the Tensor it is."""

    class Sub(ft.Tensor):
        def __operator__(self, op, args, kwargs):
            raise AssertionError("printing computes nothing")

    assert repr(Sub(ft.ones(1))) == "[1.]\n[flambeau.tensor.FloatTensor of size 1]"


def test_format_of_one_element():
    """A format goes to the number of a Tensor without dimensions."""
    assert f"{ft.tensor(3.14159):.2f}" == "3.14"
    assert f"{ft.tensor(7):03d}" == "007"


# Large ones -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1001,), (50, 40), (3, 400), (400, 3), (7, 8, 30), (2, 3, 4, 100), (20, 20, 20, 20)])
@pytest.mark.parametrize("edgeitems", [1, 3])
def test_summaries_are_numpys(shape, edgeitems):
    """What is left out and how the rest is aligned is as NumPy does it."""
    a = np.arange(np.prod(shape), dtype="f4").reshape(shape)
    with np.printoptions(edgeitems=edgeitems):
        assert repr(ft.from_numpy(a)).rpartition("\n")[0] == np.array2string(a)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "complex64"])
def test_printing_reads_the_edges_only(dtype):
    """A Tensor of 2**59 elements, all views of one, prints at once."""
    x = ft.ones(1, dtype=dtype).expand(2**30, 2**28)
    assert repr(x).split("\n")[-1].endswith("Tensor of size 1073741824x268435456]")


def test_many_dimensions_print():
    """Where even the edges are many, fewer are shown, and at last none."""
    assert len(repr(ft.zeros(1).expand(*(10,) * 7))) < 20_000
    text = "[...]\n[flambeau.tensor.FloatTensor of size " + "x".join("4" * 20) + "]"
    assert repr(ft.zeros(1).expand(*(4,) * 20)) == text
    assert repr(ft.zeros(*(1,) * 32)).count("[") == 33


@pytest.mark.parametrize("place", ["strict:0", "strict:1"])
def test_large_tensors_elsewhere_print(place, strict_device):
    """On other devices only the edges come to the CPU, put together where they are."""
    text = repr(ft.arange(10_000, device=place).reshape(100, 100))
    assert text.rpartition("\n")[0] == np.array2string(np.arange(10_000).reshape(100, 100))


# Options ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def options():
    """``set_printoptions``, undone after the test."""
    yield ft.set_printoptions
    ft.set_printoptions(profile="default")


def test_options(options):
    """Each option does what it says, and stays until it is given again."""
    options(precision=2)
    assert repr(ft.tensor([1 / 3])).startswith("[0.33]\n")
    options(threshold=5, edgeitems=1)
    assert repr(ft.arange(6)).startswith("[0 ... 5]\n")
    options(linewidth=10)
    assert repr(ft.arange(5)).startswith("[0 1 2 3\n 4]\n")
    assert ft.get_printoptions() == {
        "precision": 2, "threshold": 5, "edgeitems": 1, "linewidth": 10, "sci_mode": None,
    }  # fmt: skip


def test_profiles(options):
    """A profile forgets what was chosen; what is given with it counts."""
    options(precision=1)
    options(profile="short", edgeitems=1)
    shown = ft.get_printoptions()
    assert (shown["precision"], shown["edgeitems"], shown["linewidth"]) == (2, 1, 80)
    options(profile="full")
    assert "..." not in repr(ft.arange(5000))
    options(profile="default")
    assert repr(ft.tensor([1 / 3])).startswith("[0.33333334]\n")
    assert "..." in repr(ft.arange(5000))


@pytest.mark.parametrize(
    "x, scientific, plain",
    [
        (ft.tensor([1.0, -2.5e-10]), "[ 1.00e+00 -2.50e-10]", "[ 1.00 -0.00]"),
        (
            ft.tensor([1e10, float("nan"), float("inf")]),
            "[1.00e+10      nan      inf]",
            "[10000000000.00            nan            inf]",
        ),
        (ft.tensor(1.5), "1.50e+00", "1.50"),
        (ft.tensor([1 - 2j]), "[1.00e+00-2.00e+00j]", "[1.00-2.00j]"),
        (ft.tensor([1, 10]), "[ 1 10]", "[ 1 10]"),
        (ft.zeros(0), "[]", "[]"),
        (ft.tensor([0.1]).bfloat16(), "[1.00e-01]", "[0.10]"),
    ],
)  # fmt: skip
def test_sci_mode(options, x, scientific, plain):
    """Powers of ten always or never, in one width."""
    options(precision=2, sci_mode=True)
    assert repr(x).rpartition("\n")[0] == scientific
    options(sci_mode=False)
    assert repr(x).rpartition("\n")[0] == plain


@pytest.mark.parametrize(
    "given, exception, text",
    [
        ({"precision": 1.5}, TypeError, "argument 'precision': expected int, got float"),
        ({"threshold": "all"}, TypeError, "argument 'threshold': expected int, got str"),
        ({"edgeitems": -1}, ValueError, "argument 'edgeitems': expected a positive number, got -1"),
        ({"linewidth": 0}, ValueError, "argument 'linewidth': expected a positive number, got 0"),
        ({"profile": "long"}, ValueError, "argument 'profile': expected 'default', 'short' or 'full', got 'long'"),
        ({"sci_mode": 1}, TypeError, "argument 'sci_mode': expected bool or None, got int"),
    ],
)
def test_bad_options(options, given, exception, text):
    """What is no option is refused by name, and changes nothing."""
    before = ft.get_printoptions()
    with pytest.raises(exception) as raised:
        options(**given)
    assert str(raised.value) == f"set_printoptions(): {text}"
    assert ft.get_printoptions() == before


# Notebooks ------------------------------------------------------------------------------------------------------------


def test_html_of_matrices():
    """Vectors and matrices are tables; the last line is the same."""
    last = "<code>[flambeau.tensor.FloatTensor of size {}]</code>"
    row = "<tr><td>1.</td><td>2.5</td></tr>"
    assert ft.tensor([1.0, 2.5])._repr_html_() == f"<table>{row}</table>{last.format(2)}"
    assert ft.tensor([[1.0, 2.5]] * 2)._repr_html_() == f"<table>{row}{row}</table>{last.format('2x2')}"
    assert "<td>1.+0.j</td><td>-2.+3.j</td>" in ft.tensor([1.0, -2 + 3j])._repr_html_()


def test_html_of_large_ones_is_cut():
    """Dots stand for what is left out, in both directions."""
    html = ft.arange(10_000).reshape(100, 100)._repr_html_()
    assert html.count("<tr>") == 7 and html.count("<td>") == 49
    assert "<td>2</td><td>…</td><td>97</td>" in html
    assert f"<tr>{'<td>⋮</td>' * 7}</tr>" in html


@pytest.mark.parametrize("x", [ft.tensor(1.0), ft.zeros(2, 0), ft.zeros(0), ft.zeros(1, 1, 1)])
def test_html_of_others_is_text(x):
    """What is no table is the text."""
    assert x._repr_html_() == f"<pre>{x!r}</pre>"
