"""What indices mean: their checks, and the index tuples that NumPy and CuPy take for them."""

from .. import errors
from ._helpers import check_bounds, check_integers, check_same_dtype, fit


def entries(index) -> tuple:
    """The parts of ``x[index]``, with an Ellipsis: the result is then an array even where it has no dimensions."""
    parts = index if isinstance(index, tuple) else (index,)
    return parts if any(p is Ellipsis for p in parts) else (*parts, ...)


def _is_array(part) -> bool:
    return hasattr(part, "dtype")


def _width(part) -> int:
    """How many dimensions of the Tensor one part of an index is about."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    return part.ndim if _is_array(part) and part.dtype.kind == "b" else 1


def check_index(operation: str, shape, index) -> None:
    """Every part of the index of ``x[index]`` must fit the dimension it is about."""
    parts = entries(index)
    if sum(p is Ellipsis for p in parts) > 1:
        errors.index_error(operation, "index", "at most one ...", "several")
    used = sum(_width(p) for p in parts)
    if used > len(shape):
        dims = f"{len(shape)} dimension" + ("" if len(shape) == 1 else "s")
        errors.index_error(operation, "index", f"at most {len(shape)} indices for {dims}", str(used))
    dim = 0
    for part in parts:
        if part is Ellipsis:
            dim += len(shape) - used
            continue
        if isinstance(part, slice):
            if part.step == 0:
                errors.value_error(operation, "index", "a step other than 0", "0")
        elif part is not None and not isinstance(part, bool):
            _check_part(operation, shape, dim, part)
        dim += _width(part)
    _check_together(operation, [p for p in parts if _is_array(p) and p.dtype.kind in "iu"])


def _check_part(operation, shape, dim, part) -> None:
    if not _is_array(part):
        if not -shape[dim] <= part < shape[dim]:
            allowed = f"an index in [{-shape[dim]}, {shape[dim] - 1}] for dimension {dim}"
            if shape[dim] == 0:
                allowed = f"no index, dimension {dim} is empty"
            errors.index_error(operation, "index", allowed, str(part))
    elif part.dtype.kind == "b":
        wanted = tuple(shape[dim : dim + part.ndim])
        if tuple(part.shape) != wanted:
            errors.index_error(operation, "index", f"a bool Tensor of shape {wanted}", str(tuple(part.shape)))
    else:
        check_bounds(operation, "index", part, shape[dim], -shape[dim])


def _check_together(operation, arrays) -> None:
    for later in arrays[1:]:
        if not fit(later.shape, arrays[0].shape):
            errors.index_error(
                operation,
                "index",
                f"index Tensors whose shapes broadcast with {tuple(arrays[0].shape)}",
                str(tuple(later.shape)),
            )


# gather, scatter ------------------------------------------------------------------------------------------------


def along(xp, index, dim) -> tuple:
    """The index tuple that takes ``index`` along ``dim`` and each element's own place elsewhere."""
    places = []
    for d, n in enumerate(index.shape):
        if d == dim:
            places.append(index)
        else:
            places.append(xp.arange(n).reshape((1,) * d + (n,) + (1,) * (index.ndim - d - 1)))
    return tuple(places)


def corner(array, shape):
    """The part of an array at its origin, of the given shape."""
    return array[(*(slice(0, n) for n in shape), ...)]


def check_along(operation, input, dim, index, *, source=None) -> None:
    """``index`` may be smaller than ``input``, except along ``dim`` (and than ``source`` everywhere)."""
    check_integers(operation, "index", index)
    if index.ndim != input.ndim:
        errors.shape_error(operation, "index", f"{input.ndim} dimensions as input", f"shape {tuple(index.shape)}")
    for d, n in enumerate(index.shape):
        if d != dim and n > input.shape[d]:
            errors.shape_error(
                operation, "index", f"at most size {input.shape[d]} in dimension {d} as input", str(tuple(index.shape))
            )
    if hasattr(source, "shape") and (
        source.ndim != index.ndim or any(n > m for n, m in zip(index.shape, source.shape, strict=True))
    ):
        errors.shape_error(
            operation, "src", f"at least index's sizes {tuple(index.shape)}", f"shape {tuple(source.shape)}"
        )
    check_bounds(operation, "index", index, input.shape[dim] if input.ndim else 1)


def check_vector_index(operation, input, dim, index, *, from_end: bool = False) -> None:
    """``index`` names slices of a dimension; negative ones where they count from the end."""
    check_integers(operation, "index", index)
    if index.ndim != 1:
        errors.shape_error(operation, "index", "1 dimension", f"shape {tuple(index.shape)}")
    if input.ndim == 0:
        errors.shape_error(operation, "input", "at least 1 dimension", "shape ()")
    check_bounds(operation, "index", index, input.shape[dim], -input.shape[dim] if from_end else 0)


def check_source(operation, input, dim, index, source) -> None:
    """``source`` has a slice like those of ``input`` for each index."""
    wanted = (*input.shape[:dim], index.shape[0], *input.shape[dim + 1 :])
    if tuple(source.shape) != wanted:
        errors.shape_error(operation, "source", f"shape {wanted}", str(tuple(source.shape)))
    check_same_dtype(operation, "source", source.dtype, "input", input.dtype)
