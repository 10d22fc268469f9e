"""Questions about Tensors and dtypes, and Python functions applied to elements."""

import flambeau.tensor as ft
import numpy as np
import pytest


def test_questions():
    """Each gives what PyTorch's of the same name gives."""
    x = ft.zeros(2, 3)
    assert x.ndimension() == 2 and x.nelement() == 6 and x.element_size() == 4 and x.get_device() == -1
    assert x.is_cpu and not x.is_meta and not x.is_cuda
    assert x.is_same_size(ft.ones(2, 3)) and not x.is_same_size(x.T)
    assert x.is_set_to(x.view(2, 3)) and not x.is_set_to(x.view(6)) and not x.is_set_to(x.view(ft.int32))
    assert (
        x.dim_order() == (0, 1)
        and x.T.dim_order() == (1, 0)
        and ft.zeros(2, 3, 4).permute(1, 0, 2).dim_order() == (1, 0, 2)
    )
    signed = {
        d: ft.zeros(1, dtype=d).is_signed() for d in ("bool", "uint8", "int8", "float32", "bfloat16", "complex64")
    }
    assert signed == {"bool": False, "uint8": False, "int8": True, "float32": True, "bfloat16": True, "complex64": True}
    assert ft.tensor([[2]]).is_nonzero() and not ft.tensor(0.0).is_nonzero()
    with pytest.raises(ValueError) as raised:
        x.is_nonzero()
    assert str(raised.value) == "is_nonzero(): argument 'input': expected a Tensor of one element, got shape (2, 3)"


def test_python_protocols():
    """``len``, ``in``, iteration and numbers, with errors that say why not."""
    x = ft.tensor([[1, 2], [3, 4]])
    assert len(x) == 2 and 3 in x and 5 not in x and [row.tolist() for row in x] == [[1, 2], [3, 4]]
    assert [10, 20][ft.tensor(1)] == 20 and int(ft.tensor([2.5])) == 2 and float(ft.tensor(1)) == 1.0
    for call, message in (
        (lambda: len(ft.tensor(1)), "len(): expected a Tensor with dimensions, got one with none"),
        (lambda: bool(x), "bool(): expected a Tensor of one element, got shape (2, 2); use .any() or .all()"),
        (lambda: [1][ft.tensor(0.0)], "index(): expected a Tensor of one integer, got dtype float32, shape ()"),
        (lambda: int(x), "item(): expected a Tensor of one element, got shape (2, 2)"),
    ):
        with pytest.raises((TypeError, ValueError)) as raised:
            call()
        assert str(raised.value) == message


def test_can_cast():
    """Kinds may rise; signed integers may not become unsigned ones."""
    for source, target, answer in (
        ("float64", "float16", True), ("int64", "bfloat16", True), ("float32", "int64", False), ("bool", "uint8", True),
        ("int8", "uint8", False), ("uint8", "int8", True), ("complex64", "float64", False), ("uint8", "bool", False),
    ):  # fmt: skip
        assert ft.can_cast(source, target) is answer


def test_result_type():
    """What the operands' sum would have."""
    operands = [
        1,
        2.5,
        True,
        1j,
        *(ft.ones(1, dtype=d) for d in ("int8", "uint8", "float16", "bfloat16", "float64", "bool")),
    ]
    for a in operands:
        for b in operands:
            if isinstance(a, ft.Tensor) or isinstance(b, ft.Tensor):
                if ft.bool_ in {getattr(a, "dtype", ft.bool_), getattr(b, "dtype", ft.bool_)} or 1j in (a, b):
                    continue
                assert ft.result_type(a, b) == (a + b).dtype, (a, b)
    assert ft.result_type(1, 2) == ft.int64 and ft.result_type(1, 2.0) == ft.float32 == ft.result_type(2.0, True)
    assert ft.result_type(1, 1j) == ft.complex64 and ft.result_type(ft.ones(1, dtype="bool"), True) == ft.bool_


def test_functions_applied_to_elements():
    """In place, in any layout, counted as one change."""
    x = ft.arange(4.0).reshape(2, 2)
    assert x.T.apply_(lambda v: v * 10 + 1) is not x
    assert x.tolist() == [[1, 11], [21, 31]] and x.version == 1
    assert x.map_(ft.tensor([1.0, 2.0]), lambda a, b: a * b).tolist() == [[1, 22], [21, 62]]
    assert x.map2_(ft.tensor(1.0), ft.zeros(2), lambda a, b, c: b).tolist() == [[1, 1], [1, 1]]
    assert ft.zeros(0).apply_(lambda v: 1 / 0).shape == (0,)
    assert ft.tensor([1, 2]).apply_(lambda v: v + 1).dtype == np.int64
    with pytest.raises(ft.ShapeError, match="expected one that input's"):
        x.map_(ft.zeros(3), lambda a, b: a)
    with pytest.raises(TypeError, match=r"^apply_\(\): argument 'callable': expected a function, got int"):
        x.apply_(3)
