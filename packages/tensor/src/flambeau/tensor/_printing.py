"""How a Tensor looks: a body as NumPy prints it, and a last line with type, size and device."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from . import errors
from ._backends import backend_of_array
from ._composed import composed
from ._core.tensor import Tensor
from ._dtypes import TENSOR_TYPES

__all__ = ["get_printoptions", "set_printoptions"]

_chosen: dict[str, Any] = {}  # what set_printoptions was given; the rest is NumPy's

_PROFILES: dict[str, dict[str, Any]] = {
    "default": {},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"threshold": math.inf},
}
_MOST = 10_000  # elements of a summary: beyond, it gets fewer edge items


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how Tensors are printed. What is not given stays as it is, at first as NumPy prints arrays.

    Args:
        precision: digits after the point, at most; exactly so many where ``sci_mode`` is given.
        threshold: Tensors of more elements are summarised; ``math.inf`` for none.
        edgeitems: how many elements a summary shows at the beginning and at the end of each dimension.
        linewidth: characters in a line.
        profile: ``"default"``, as NumPy prints; ``"short"``, with 2 digits and 2 edge items; or ``"full"``, which
            never summarises. What was chosen before is forgotten.
        sci_mode: True for ``1.5e+00``, False for ``1.5``; until it is given, whichever suits the numbers.

    Raises:
        TypeError, ValueError: an option has no such value.

    Example:
        >>> ft.set_printoptions(precision=2)
        >>> ft.tensor([1 / 3])
        [0.33]
        [flambeau.tensor.FloatTensor of size 1]
        >>> ft.set_printoptions(profile="default")
    """
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    for name, value in given.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole or (name == "threshold" and value == math.inf)):
            errors.type_error("set_printoptions", name, "int", type(value).__name__)
        if value is not None and value < (1 if name == "linewidth" else 0):
            errors.value_error("set_printoptions", name, "a positive number", str(value))
    if sci_mode is not None and not isinstance(sci_mode, bool):
        errors.type_error("set_printoptions", "sci_mode", "bool or None", type(sci_mode).__name__)
    if profile is not None:
        if profile not in _PROFILES:
            errors.value_error("set_printoptions", "profile", "'default', 'short' or 'full'", repr(profile))
        _chosen.clear()
        _chosen.update(_PROFILES[profile])
    given["sci_mode"] = sci_mode
    _chosen.update({name: value for name, value in given.items() if value is not None})


def get_printoptions() -> dict[str, Any]:
    """What Tensors are printed with: precision, threshold, edgeitems, linewidth and sci_mode.

    Example:
        >>> ft.get_printoptions()["edgeitems"]
        3
    """
    numpys = np.get_printoptions()
    names = ("precision", "threshold", "edgeitems", "linewidth")
    return {name: numpys[name] for name in names} | {"sci_mode": None} | _chosen


def text(x: Tensor) -> str:
    options = get_printoptions()
    shown, edge = _shown(x.data, options)
    options["edgeitems"] = edge
    return f"{_body(shown, options, shown.size < x.numel())}\n{last_line(x)}"


def last_line(x: Tensor) -> str:
    return f"[{type_string(x)} of size {_size(x)}{_place(x)}]"


def type_string(x: Tensor) -> str:
    """``flambeau.tensor.cuda.FloatTensor``."""
    place = "" if x.device.type == "cpu" else f"{x.device.type}."
    return f"flambeau.tensor.{place}{TENSOR_TYPES[x.dtype.name]}"


def _size(x: Tensor) -> str:
    return "x".join(map(str, x.shape)) if x.ndim else "()"


def _place(x: Tensor) -> str:
    if x.device.type == "cpu":
        return ""
    return f" (GPU {x.device.index})" if x.device.type == "cuda" else f" ({x.device})"


def _shown(x: Tensor, options: dict[str, Any]) -> tuple[np.ndarray, int]:
    """The elements that are printed, as an array, and how many at each edge. Of a large Tensor no others are read.

    Where a dimension is cut, one element more than its edges is left, for which NumPy puts the dots.
    """
    edge = options["edgeitems"]
    if x.numel() <= options["threshold"]:
        array = x.numpy()
    else:
        from ._core.exchange import array_inside

        while edge > 0 and math.prod(min(n, 2 * edge + 1) for n in x.shape) > _MOST:
            edge -= 1
        array = array_inside(x)
        backend = backend_of_array(array)
        with backend.within(backend.device_index(array)):
            array = backend.asnumpy(_edges(backend.xp, array, edge, ()))
    return (array.astype(np.float32) if array.dtype.name == "bfloat16" else array), edge


def _edges(xp: Any, array: Any, edge: int, index: tuple[slice, ...]) -> Any:
    """The elements at the edges, piece by piece: no copy is larger than what is wanted."""
    dim = len(index)
    if dim == array.ndim:
        return array[index]
    size = array.shape[dim]
    if size <= 2 * edge + 1:
        return _edges(xp, array, edge, (*index, slice(None)))
    before = _edges(xp, array, edge, (*index, slice(edge + 1)))
    if edge == 0:
        return before
    return xp.concatenate([before, _edges(xp, array, edge, (*index, slice(size - edge, None)))], axis=dim)


def _body(array: np.ndarray, options: dict[str, Any], cut: bool, separator: str = " ") -> str:
    if cut and options["edgeitems"] == 0:
        return "[...]"
    return np.array2string(
        array,
        max_line_width=options["linewidth"],
        precision=options["precision"],
        threshold=0 if cut else sys.maxsize,
        edgeitems=options["edgeitems"],
        separator=separator,
        formatter=_formatter(array, options),
    )


def _formatter(array: np.ndarray, options: dict[str, Any]) -> dict[str, Callable[[Any], str]] | None:
    """How NumPy writes each number where ``sci_mode`` is chosen: all in one width."""
    if options["sci_mode"] is None or array.dtype.kind not in "fc":
        return None
    spec = f".{options['precision']}{'e' if options['sci_mode'] else 'f'}"

    def real(number: Any) -> str:
        return format(float(number), spec)

    def complex_(number: Any) -> str:
        return f"{number.real:{spec}}{number.imag:+{spec}}j"

    write, kind = (complex_, "complex_kind") if array.dtype.kind == "c" else (real, "float_kind")
    width = max(map(len, map(write, array.flat)), default=0)
    return {kind: lambda number: write(number).rjust(width)}


@composed(function=False)
def _repr_html_(self: Tensor) -> str:
    """What a notebook shows: vectors and matrices as tables, cut like text where they are large."""
    import html

    last = repr(self).rpartition("\n")[2]
    if self.ndim not in (1, 2) or self.numel() == 0:
        return f"<pre>{html.escape(repr(self))}</pre>"
    options = get_printoptions()
    shown, edge = _shown(self.data, options)
    line = _body(shown.reshape(-1), options | {"linewidth": sys.maxsize}, False, separator="|")
    cells = [cell.replace(" ", "") for cell in line[1:-1].split("|")]
    width = shown.shape[-1]
    table = [cells[i : i + width] for i in range(0, len(cells), width)]
    if shown.shape[-1] < self.shape[-1]:
        for row in table:
            row[edge] = "…"
    if self.ndim == 2 and shown.shape[0] < self.shape[0]:
        table[edge] = ["⋮"] * width
    rows = "".join(f"<tr>{''.join(f'<td>{html.escape(c)}</td>' for c in row)}</tr>" for row in table)
    return f"<table>{rows}</table><code>{html.escape(last)}</code>"
