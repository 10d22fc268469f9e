"""The fetch stage: from indices to a batch, and whose sample it was when that fails.

A dataset only needs ``dataset[index]``. Two optional methods make it faster:

``__getitems__(indices)``
    a list of samples, read together (PyTorch's datasets have it too).
``__getbatch__(indices)``
    the finished batch: what :func:`default_collate` would have made of those samples, or ``NotImplemented``. It
    is only asked for when the loader collates with :func:`default_collate`.

A third serves errors: ``__getpath__(index)``, the file that a sample is read from.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from reprlib import repr as short  # a list of many indices, cut after six
from typing import Any

from ._describe import described
from .collate import Place, default_collate
from .padding import PadCollate
from .randomness import begin_sample, reading

__all__ = ["BatchFetcher", "SampleFetcher", "read_batch", "read_sample", "read_samples"]

OnError = str | Callable[[Any, Exception], Any]  # "raise", "skip", or what to take instead of a sample (None: skip it)


class _Nothing:
    """Instead of a batch: all its samples were skipped, or a worker's iterator is at its end."""

    def __init__(self, name: str):
        self.name = name

    def __reduce__(self) -> str:
        return self.name  # by name: a copy that travelled is still the same object


SKIPPED = _Nothing("SKIPPED")
EXHAUSTED = _Nothing("EXHAUSTED")


def read_sample(dataset: Any, index: Any) -> Any:
    """``dataset[index]``; an exception gets a note that names the index, and the file where the dataset knows it."""
    begin_sample(index)
    try:
        return dataset[index]
    except Exception as error:
        error.add_note(_while_reading(dataset, index))
        raise


def read_samples(dataset: Any, indices: Sequence[Any]) -> list[Any]:
    """``[dataset[index] for index in indices]``, in one call where the dataset has ``__getitems__``."""
    if hasattr(dataset, "__getitems__"):
        return list(_read_together(dataset, dataset.__getitems__, indices))
    samples = []
    now = reading()
    index: Any = None
    try:
        for index in indices:
            now.index, now.generator = index, None  # begin_sample(index), which would cost as much as the rest
            samples.append(dataset[index])
    except Exception as error:
        error.add_note(_while_reading(dataset, index))
        raise
    return samples


def _while_reading(dataset: Any, index: Any) -> str:
    path = _path(dataset, index)
    return f"while reading index {index!r} of {type(dataset).__name__}" + (f", file {path}" if path else "")


def _path(dataset: Any, index: Any) -> str | None:
    """The file of a sample, if the dataset says so: by ``__getpath__(index)``, or by a list ``samples`` of paths, or of
    tuples that begin with one, as datasets of folders have it."""
    with contextlib.suppress(Exception):  # only for a note: the error itself is what counts
        if hasattr(dataset, "__getpath__"):
            return os.fspath(dataset.__getpath__(index))
        sample = dataset.samples[index]
        path: str = os.fspath(sample if isinstance(sample, (str, os.PathLike)) else sample[0])
        if os.path.lexists(path) or os.path.isdir(os.path.dirname(path)):  # and no text of another kind
            return path
    return None


def read_batch(dataset: Any, indices: Sequence[Any]) -> Any:
    """The finished batch where the dataset has ``__getbatch__``, else ``NotImplemented``."""
    if hasattr(dataset, "__getbatch__"):
        return _read_together(dataset, dataset.__getbatch__, indices)
    return NotImplemented


def _read_together(dataset: Any, read: Callable[[Sequence[Any]], Any], indices: Sequence[Any]) -> Any:
    begin_sample(indices)
    try:
        return read(indices)
    except Exception as error:
        error.add_note(f"while reading indices {short(indices)} of {type(dataset).__name__}")
        raise


def collate_samples(
    collate_fn: Callable[[list[Any]], Any], samples: list[Any], indices: Sequence[Any], dataset: Any
) -> Any:
    """One batch. Errors name the indices; those of a ``collate_fn`` of the user's also say what it was given."""
    if collate_fn is default_collate or isinstance(collate_fn, PadCollate):
        return collate_fn(samples, indices=indices)
    try:
        return collate_fn(samples)
    except Exception as error:
        error.add_note(
            f"while collating indices {short(indices)} of {type(dataset).__name__}{_made_of(samples, indices)}"
        )
        raise


def convert_sample(collate_fn: Callable[[Any], Any], sample: Any, index: Any, dataset: Any) -> Any:
    """One sample of a loader that does not batch; an error says whose."""
    try:
        return collate_fn(sample)
    except Exception as error:
        error.add_note(f"while converting index {index!r} of {type(dataset).__name__}{_made_of([sample], [index])}")
        raise


def _made_of(samples: list[Any], indices: Sequence[Any]) -> str:
    """``: ndarray (3,) float32``; with whose it is, where samples differ."""
    with contextlib.suppress(Exception):  # only for a note, and samples may be of types that answer in their own way
        kinds = [described(sample) for sample in samples]
        return ": " + (kinds[0] if len(set(kinds)) == 1 else Place("sample", indices).groups(kinds))
    return ""


def _replacement(on_error: OnError, index: Any, error: Exception) -> Any:
    """What stands for a sample that could not be read: None for nothing."""
    if callable(on_error):
        return on_error(index, error)
    return None


class BatchFetcher:
    """Reads the samples of one batch and collates them.

    Args:
        dataset: What is read.
        collate_fn: Makes one batch of a list of samples.
        on_error: What happens when a sample cannot be read: ``"raise"``, ``"skip"``, or a function of the index and the
            exception that gives a sample instead, or None to skip it.
    """

    def __init__(self, dataset: Any, collate_fn: Callable[[list[Any]], Any], on_error: OnError = "raise"):
        self.dataset = dataset
        self.collate_fn = collate_fn
        self.on_error = on_error

    def __call__(self, indices: Sequence[Any]) -> Any:
        if self.on_error != "raise":
            return self._forgiving(indices)
        if self.collate_fn is default_collate:
            batch = read_batch(self.dataset, indices)
            if batch is not NotImplemented:
                return batch
        return collate_samples(self.collate_fn, read_samples(self.dataset, indices), indices, self.dataset)

    def _forgiving(self, indices: Sequence[Any]) -> Any:
        """One by one, as only so it is known which sample failed."""
        samples, there = [], []
        for index in indices:
            try:
                sample = read_sample(self.dataset, index)
            except Exception as error:
                sample = _replacement(self.on_error, index, error)
                if sample is None:
                    continue
            samples.append(sample)
            there.append(index)
        return collate_samples(self.collate_fn, samples, there, self.dataset) if samples else SKIPPED


class SampleFetcher:
    """Reads one sample and converts it, for a loader that does not batch (``batch_size=None``).

    Args:
        dataset: What is read.
        collate_fn: Applied to the sample.
        on_error: As of :class:`BatchFetcher`.
    """

    def __init__(self, dataset: Any, collate_fn: Callable[[Any], Any], on_error: OnError = "raise"):
        self.dataset = dataset
        self.collate_fn = collate_fn
        self.on_error = on_error

    def __call__(self, index: Any) -> Any:
        try:
            sample = read_sample(self.dataset, index)
        except Exception as error:
            if self.on_error == "raise":
                raise
            sample = _replacement(self.on_error, index, error)
            if sample is None:
                return SKIPPED
        return convert_sample(self.collate_fn, sample, index, self.dataset)
