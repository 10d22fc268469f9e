"""Collating: one batch out of a list of samples."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

__all__ = ["default_collate", "default_convert"]

_NUMBERS = (bool, int, float, complex, np.number, np.bool_)
_NOT_NUMERIC = "OSUMm"  # kinds of NumPy dtypes no Tensor holds: objects, text, dates
_TAKEN = "Tensors, NumPy arrays, numbers, text, dicts, lists or tuples"


class _Memory(threading.local):
    """Where new batches go: in a worker process, straight into the memory it shares with the training process."""

    allocate: Callable[[tuple[int, ...], np.dtype], np.ndarray] = staticmethod(np.empty)  # type: ignore[assignment]  # NumPy's signature says more


memory = _Memory()


def default_collate(samples: Sequence[Any], *, indices: Sequence[Any] | None = None) -> Any:
    """One batch of a list of samples that are built alike.

    ==================  =======================================================================
    samples             batch
    ==================  =======================================================================
    Tensors             their ``ft.stack``: a new first dimension
    NumPy arrays        the same, as a Tensor of their dtype
    numbers             a 1-d Tensor: bool, int64, float64 (Python), or their dtype (NumPy)
    str, bytes          a list
    mappings            a mapping of the same type: each value collated
    named tuples        a named tuple of the same type: each field collated
    lists, tuples       a list: each position collated
    ==================  =======================================================================

    Args:
        samples: The samples, at least one.
        indices: The dataset indices they were read from, to name them in errors. None: their positions are named.

    Returns:
        The batch.

    Raises:
        ShapeError: Tensors or arrays of different shapes.
        ValueError: Lists of different lengths, mappings of different keys, or no samples.
        TypeError: Samples of different types, or of a type not listed above.

    Example:
        >>> from flambeau.data import default_collate
        >>> batch = default_collate([{"x": ft.tensor([1.0, 2.0]), "y": 0}, {"x": ft.tensor([3.0, 4.0]), "y": 1}])
        >>> batch["x"].tolist(), batch["y"].tolist()
        ([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    """
    samples = list(samples)
    if not samples:
        errors.value_error("default_collate", "samples", "at least one sample", "none")
    return _collate(samples, _Place("sample", indices))


def default_convert(sample: Any) -> Any:
    """The sample with its NumPy arrays as Tensors (sharing memory) and everything else as it is.

    Lists and tuples become lists, as they do in :func:`default_collate`.

    Args:
        sample: What a dataset returned.

    Returns:
        The converted sample.

    Example:
        >>> from flambeau.data import default_convert
        >>> sample = default_convert({"x": np.array([1.0, 2.0]), "name": "first"})
        >>> sample["x"].tolist(), sample["name"]
        ([1.0, 2.0], 'first')
    """
    if isinstance(sample, np.ndarray) and sample.dtype.kind not in _NOT_NUMERIC:
        return ft.from_numpy(sample)
    if isinstance(sample, Mapping):
        return _mapping_like(sample, {key: default_convert(value) for key, value in sample.items()})
    if _is_namedtuple(sample):
        return type(sample)(*map(default_convert, sample))
    if isinstance(sample, Sequence) and not isinstance(sample, (str, bytes, bytearray)):
        return [default_convert(value) for value in sample]
    return sample


@dataclass(frozen=True)
class _Place:
    """Where in the samples we are, and which samples they are: what an error has to name."""

    path: str
    indices: Sequence[Any] | None

    def down(self, step: str) -> _Place:
        return _Place(self.path + step, self.indices)

    def name(self, positions: list[int]) -> str:
        """``dataset index 17``, or ``dataset indices 4, 5, 6, 7, 8 and 27 more``."""
        one, several = ("position", "positions") if self.indices is None else ("dataset index", "dataset indices")
        names = [repr(position if self.indices is None else self.indices[position]) for position in positions]
        rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return f"{one if len(names) == 1 else several} {', '.join(names[:5])}{rest}"

    def groups(self, values: Sequence[Hashable]) -> str:
        """``(1, 8, 8) from dataset indices 4, 5 and (1, 8, 9) from dataset index 17``."""
        groups: dict[Hashable, list[int]] = {}
        for position, value in enumerate(values):
            groups.setdefault(value, []).append(position)
        return " and ".join(f"{value} from {self.name(positions)}" for value, positions in groups.items())


def _collate(samples: list[Any], place: _Place) -> Any:
    first = samples[0]
    for types, collate in _COLLATORS:
        if isinstance(first, types):
            if not all(isinstance(sample, types) for sample in samples):
                got = place.groups([type(sample).__name__ for sample in samples])
                errors.type_error("default_collate", "samples", f"samples of one type at {place.path}", got)
            return collate(samples, place)
    fix = "convert it in the dataset, or give DataLoader a collate_fn"
    got = f"{type(first).__name__} from {place.name([0])}"
    errors.type_error("default_collate", "samples", f"{_TAKEN} at {place.path}", got, fix)


def _tensors(samples: list[Any], place: _Place) -> Any:
    _check_shapes(samples, place)
    if any(type(sample) is not ft.Tensor or sample.dtype != samples[0].dtype for sample in samples):
        return ft.stack(samples)
    if samples[0].device.type != "cpu":
        _refuse_device(samples[0], place)
        return ft.stack(samples)
    return _stacked([sample.numpy() for sample in samples])


def _arrays(samples: list[Any], place: _Place) -> Any:
    _check_shapes(samples, place)
    dtype = samples[0].dtype
    if dtype.kind not in "biufc" or any(sample.dtype != dtype for sample in samples):
        return _from_array(np.stack(samples), place)
    return _stacked(samples)


def _stacked(arrays: list[np.ndarray]) -> ft.Tensor:
    batch = memory.allocate((len(arrays), *arrays[0].shape), arrays[0].dtype)
    np.stack(arrays, out=batch)
    return ft.from_numpy(batch)


def _refuse_device(sample: ft.Tensor, place: _Place) -> None:
    if memory.allocate is not np.empty:
        fix = "read on the CPU and move batches in the training loop: batch.to(device)"
        errors.value_error(
            "default_collate", "samples", f"CPU tensors in a worker at {place.path}", str(sample.device), fix
        )


def _numbers(samples: list[Any], place: _Place) -> Any:
    return _from_array(np.array(samples), place)


def _texts(samples: list[Any], place: _Place) -> list[Any]:
    return samples


def _mappings(samples: list[Any], place: _Place) -> Any:
    keys = list(samples[0])
    if any(sample.keys() != samples[0].keys() for sample in samples):
        # Sorted by text: the same keys in another order are the same keys, and keys may be of any type.
        got = place.groups([str(sorted(sample, key=repr)) for sample in samples])
        errors.value_error("default_collate", "samples", f"mappings of the same keys at {place.path}", got)
    batch = {key: _collate([sample[key] for sample in samples], place.down(f"[{key!r}]")) for key in keys}
    return _mapping_like(samples[0], batch)


def _sequences(samples: list[Any], place: _Place) -> Any:
    first = samples[0]
    if any(len(sample) != len(first) for sample in samples):
        got = place.groups([f"{type(sample).__name__} of {len(sample)}" for sample in samples])
        errors.value_error("default_collate", "samples", f"lists or tuples of one length at {place.path}", got)
    steps = [f".{field}" for field in first._fields] if _is_namedtuple(first) else [f"[{i}]" for i in range(len(first))]
    columns = [list(column) for column in zip(*samples, strict=True)]
    parts = [_collate(column, place.down(step)) for column, step in zip(columns, steps, strict=True)]
    return type(first)(*parts) if _is_namedtuple(first) else parts


# The first row whose types fit decides; text comes before sequences, because text is one.
_COLLATORS: list[tuple[type | tuple[type, ...], Callable[[list[Any], _Place], Any]]] = [
    (ft.Tensor, _tensors),
    (np.ndarray, _arrays),
    (_NUMBERS, _numbers),
    ((str, bytes), _texts),
    (Mapping, _mappings),
    (Sequence, _sequences),
]


def _check_shapes(samples: list[Any], place: _Place) -> None:
    shape = samples[0].shape
    if any(sample.shape != shape for sample in samples):
        got = place.groups([tuple(sample.shape) for sample in samples])
        fix = "make them equal in the dataset, or give DataLoader a collate_fn that pads them"
        errors.shape_error("default_collate", "samples", f"arrays of one shape at {place.path}", got, fix)


def _from_array(array: np.ndarray, place: _Place) -> Any:
    if array.dtype.kind in _NOT_NUMERIC:
        errors.type_error("default_collate", "samples", f"numbers at {place.path}", f"dtype {array.dtype}")
    return ft.from_numpy(array)


def _is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _mapping_like(original: Any, values: dict[Any, Any]) -> Any:
    """A mapping of the original's type, where its type can be built from a dict; else a dict."""
    try:
        return type(original)(values)
    except TypeError:
        return values
