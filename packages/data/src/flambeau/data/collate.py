"""Collating: one batch out of a list of samples."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, NoReturn

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from ._describe import shape_and_dtype

__all__ = ["default_collate", "default_convert", "register_collate"]

_NUMBERS = (bool, int, float, complex, np.number, np.bool_)
_NOT_NUMERIC = "OSUMmV"  # kinds of NumPy dtypes no Tensor holds: objects, text, dates, records
_SHOWN = 4  # kinds of samples that an error lists
_TAKEN = "Tensors, NumPy arrays, numbers, text, dicts, lists, tuples or dataclasses"

Collate = Callable[[list[Any]], Any]


class _Memory(threading.local):
    """Where big batches go: in a worker process, straight into the memory it shares with the training process."""

    allocate: Callable[[tuple[int, ...], np.dtype], np.ndarray | None] | None = None


memory = _Memory()


def default_collate(samples: Sequence[Any], *, indices: Sequence[Any] | None = None) -> Any:
    """One batch of a list of samples that are built alike.

    ==================  =======================================================================
    samples             batch
    ==================  =======================================================================
    Tensors             their ``ft.stack``: a new first dimension
    NumPy arrays        the same, as a Tensor of their dtype
    other arrays        the same: whatever has ``__dlpack__``, such as PyTorch's tensors
    numbers             a 1-d Tensor: bool, int64, float64 (Python), or their dtype (NumPy)
    str, bytes          a list
    mappings            a mapping of the same type: each value collated
    named tuples        a named tuple of the same type: each field collated
    dataclasses         a dataclass of the same type: each field collated
    lists, tuples       a list: each position collated
    ==================  =======================================================================

    Types of your own can be added with :func:`register_collate`. Arrays of different shapes are an error;
    :class:`PadCollate` makes them equal.

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
    return collated(samples, Place("sample", indices))


def register_collate(kind: type, collate: Collate) -> None:
    """Teach :func:`default_collate` a type of your own, and its subclasses. It reaches workers, too.

    Args:
        kind: The type of the samples, or of a part of them.
        collate: Makes a batch of a list of them. It may call :func:`default_collate` for what they are made of.

    Raises:
        TypeError: ``kind`` is no type, or ``collate`` no function.

    Example:
        >>> from flambeau.data import default_collate, register_collate
        >>> class Sentence:
        ...     def __init__(self, words):
        ...         self.words = words
        >>> register_collate(Sentence, lambda sentences: [sentence.words for sentence in sentences])
        >>> default_collate([(Sentence(["a", "cat"]), 0), (Sentence(["it"]), 1)])[0]
        [['a', 'cat'], ['it']]
    """
    if not isinstance(kind, type):
        errors.type_error("register_collate", "kind", "a type", type(kind).__name__)
    if not callable(collate):
        errors.type_error("register_collate", "collate", "a function", type(collate).__name__)
    registered[kind] = collate
    _row.cache_clear()


registered: dict[type, Collate] = {}


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
    if isinstance(sample, ft.Tensor):
        return sample
    if hasattr(sample, "__dlpack__") and not isinstance(sample, (np.ndarray, np.generic)):
        return ft.from_dlpack(sample)
    if (converted := with_parts(sample, default_convert)) is not None:
        return converted
    if isinstance(sample, Sequence) and not isinstance(sample, (str, bytes, bytearray)):
        return [default_convert(value) for value in sample]
    return sample


def stacked(samples: list[Any], place: Place) -> ft.Tensor:
    """Tensors or arrays of one shape, as one Tensor."""
    first = samples[0]
    try:
        if memory.allocate is not None and len({sample.dtype for sample in samples}) == 1:
            out = memory.allocate((len(samples), *first.shape), first.dtype)
            if out is not None:
                return ft.stack(samples, out=ft.from_numpy(out))
        return ft.stack(samples)
    except (ValueError, TypeError):
        check_shapes(samples, place)
        raise


@dataclass(frozen=True)
class Place:
    """Where in the samples we are, which samples they are (what an error has to name), and how arrays are stacked."""

    path: str
    indices: Sequence[Any] | None
    stack: Callable[[list[Any], Place], Any] = stacked

    def down(self, step: str) -> Place:
        return replace(self, path=self.path + step)

    def name(self, positions: list[int]) -> str:
        """``dataset index 17``, or ``dataset indices 4, 5, 6, 7, 8 and 27 more``."""
        one, several = ("position", "positions") if self.indices is None else ("dataset index", "dataset indices")
        names = [repr(position if self.indices is None else self.indices[position]) for position in positions]
        rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return f"{one if len(names) == 1 else several} {', '.join(names[:5])}{rest}"

    def groups(self, values: Sequence[Hashable]) -> str:
        """``(1, 8, 8) float32 from dataset indices 4, 5 and (1, 8, 9) float32 from dataset index 17``."""
        groups: dict[Hashable, list[int]] = {}
        for position, value in enumerate(values):
            groups.setdefault(value, []).append(position)
        texts = [f"{value} from {self.name(positions)}" for value, positions in groups.items()]
        rest = [f"{len(texts) - _SHOWN} others"] if len(texts) > _SHOWN else []
        return " and ".join(texts[:_SHOWN] + rest)


def collated(samples: Sequence[Any], place: Place) -> Any:
    """The batch of samples at a place."""
    samples = list(samples)
    if not samples:
        errors.value_error("default_collate", "samples", "at least one sample", "none")
    return _collate(samples, place)


def _collate(samples: list[Any], place: Place) -> Any:
    types = set(map(type, samples))
    collate = _row(type(samples[0]))  # type: ignore[arg-type]  # types are hashable
    if len(types) > 1 and any(_row(kind) is not collate for kind in types):
        got = place.groups([type(sample).__name__ for sample in samples])
        errors.type_error("default_collate", "samples", f"samples of one type at {place.path}", got)
    if collate is None:
        fix = "convert it in the dataset, register_collate its type, or give DataLoader a collate_fn"
        got = f"{type(samples[0]).__name__} from {place.name([0])}"
        errors.type_error("default_collate", "samples", f"{_TAKEN} at {place.path}", got, fix)
    return collate(samples, place)


@lru_cache(maxsize=512)
def _row(kind: type) -> Callable[[list[Any], Place], Any] | None:
    """What collates samples of a type: the nearest registered base, else the first of the table that fits."""
    for base in kind.__mro__:
        if base in registered:
            return _own(registered[base])
    for types, collate in _COLLATORS:
        if issubclass(kind, types):
            return collate
    if is_dataclass(kind):
        return _dataclasses
    return _others if hasattr(kind, "__dlpack__") else None


@lru_cache(maxsize=512)
def _own(collate: Collate) -> Callable[[list[Any], Place], Any]:
    def call(samples: list[Any], place: Place) -> Any:
        try:
            return collate(samples)
        except Exception as error:
            error.add_note(f"while collating {type(samples[0]).__name__} at {place.path}")
            raise

    return call


def _tensors(samples: list[Any], place: Place) -> Any:
    if samples[0].device.type != "cpu":
        refuse_device(samples[0], place.path)
    if any(type(sample) is not ft.Tensor for sample in samples):
        check_shapes(samples, place)
        return ft.stack(samples)
    return place.stack(samples, place)


def _arrays(samples: list[Any], place: Place) -> Any:
    if any(type(sample) is not np.ndarray for sample in samples):  # memory maps, matrices
        samples = [np.asarray(sample) for sample in samples]
    if samples[0].dtype.kind in _NOT_NUMERIC:
        _not_numbers([sample.dtype for sample in samples], place)
    if not samples[0].dtype.isnative:
        samples = [sample.astype(sample.dtype.newbyteorder("=")) for sample in samples]
    return place.stack(samples, place)


def _others(samples: list[Any], place: Place) -> Any:
    """Arrays of another library, without a copy but that into the batch."""
    return _tensors([ft.from_dlpack(sample) for sample in samples], place)


def refuse_device(tensor: ft.Tensor, where: str) -> None:
    """A worker reads; the device is the training process's, and a forked worker could not even use it."""
    if memory.allocate is not None:
        fix = "read on the CPU and move batches in the training loop: batch.to(device)"
        errors.value_error(
            "DataLoader", "dataset", f"CPU tensors in a worker at {where}", f"one on {tensor.device}", fix
        )


def _numbers(samples: list[Any], place: Place) -> Any:
    array = np.array(samples)
    if array.dtype.kind in _NOT_NUMERIC:
        _not_numbers([np.asarray(sample).dtype for sample in samples], place)
    return ft.from_numpy(array)


def _not_numbers(dtypes: list[np.dtype], place: Place) -> NoReturn:
    got = place.groups([f"dtype {dtype}" for dtype in dtypes])
    errors.type_error("default_collate", "samples", f"numbers at {place.path}", got)


def _texts(samples: list[Any], place: Place) -> list[Any]:
    return samples


def _mappings(samples: list[Any], place: Place) -> Any:
    keys = samples[0].keys()
    if any(sample.keys() != keys for sample in samples):
        # Sorted by text: the same keys in another order are the same keys, and keys may be of any type.
        got = place.groups([str(sorted(sample, key=repr)) for sample in samples])
        errors.value_error("default_collate", "samples", f"mappings of the same keys at {place.path}", got)
    batch = {key: _collate([sample[key] for sample in samples], place.down(f"[{key!r}]")) for key in keys}
    return mapping_like(samples[0], batch)


def _sequences(samples: list[Any], place: Place) -> Any:
    first = samples[0]
    if len(set(map(len, samples))) > 1:
        got = place.groups([f"{type(sample).__name__} of {len(sample)}" for sample in samples])
        errors.value_error("default_collate", "samples", f"lists or tuples of one length at {place.path}", got)
    steps = [f".{field}" for field in first._fields] if is_namedtuple(first) else [f"[{i}]" for i in range(len(first))]
    columns = zip(*samples, strict=True)
    parts = [_collate(list(column), place.down(step)) for column, step in zip(columns, steps, strict=True)]
    return type(first)(*parts) if is_namedtuple(first) else parts


def _dataclasses(samples: list[Any], place: Place) -> Any:
    if len(set(map(type, samples))) > 1:
        got = place.groups([type(sample).__name__ for sample in samples])
        errors.type_error("default_collate", "samples", f"dataclasses of one type at {place.path}", got)
    names = [field.name for field in fields(samples[0])]
    batch = {name: _collate([getattr(sample, name) for sample in samples], place.down(f".{name}")) for name in names}
    return dataclass_like(samples[0], batch)


# The first row whose types fit decides; text comes before sequences, because text is one.
_COLLATORS: list[tuple[type | tuple[type, ...], Callable[[list[Any], Place], Any]]] = [
    (ft.Tensor, _tensors),
    (np.ndarray, _arrays),
    (_NUMBERS, _numbers),
    ((str, bytes), _texts),
    (Mapping, _mappings),
    (Sequence, _sequences),
]


def check_shapes(samples: list[Any], place: Place) -> None:
    if len({tuple(sample.shape) for sample in samples}) > 1:
        got = place.groups([shape_and_dtype(sample) for sample in samples])
        fix = "make them equal in the dataset, or give DataLoader a collate_fn that pads them, such as PadCollate()"
        errors.shape_error("default_collate", "samples", f"arrays of one shape at {place.path}", got, fix)


def with_parts(value: Any, change: Callable[[Any], Any]) -> Any:
    """A mapping, named tuple or dataclass with each of its parts changed; None of anything else."""
    if isinstance(value, Mapping):
        return mapping_like(value, {key: change(part) for key, part in value.items()})
    if is_namedtuple(value):
        return type(value)(*map(change, value))
    if is_dataclass(value) and not isinstance(value, type):
        return dataclass_like(value, {field.name: change(getattr(value, field.name)) for field in fields(value)})
    return None


def is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def mapping_like(original: Any, values: dict[Any, Any]) -> Any:
    """A mapping of the original's type, where its type can be built from a dict; else a dict."""
    try:
        return type(original)(values)
    except TypeError:
        return values


def dataclass_like(original: Any, values: dict[str, Any]) -> Any:
    """A copy with other values. Neither ``__init__`` nor ``__post_init__`` runs: what they check or convert in one
    sample need not hold for a batch."""
    new = copy.copy(original)
    for name, value in values.items():
        object.__setattr__(new, name, value)
    return new
