"""Places in sorted sequences, and elements without their repetitions."""

import bisect

import numpy as np

from ...errors import DTypeError, ShapeError
from ._helpers import LAYOUTS
from ._info import OpInfo
from ._make import error, sample


def insertion_samples(make):
    ends = [0, 1, 1] if make.dtype == bool else [0, 1, 1, 3, 5]
    yield sample(make.values(ends), make.values([[0, 1, 2], [3, 9, 5]]))
    yield sample(make.values(ends), make.values([[0, 1, 2], [3, 9, 5]]), True)
    yield sample(make.values(ends)[::-1][::-1], make.values(1), right=True)
    yield sample(make.values([]), make.values([1, 2]))
    yield sample(make.values(ends), make.values([]))
    rows = make.values([[0, 1, 1], [0, 0, 1]])
    for right in (False, True):
        yield sample(rows, make.values([[0, 1], [1, 0]]), right)
        yield sample(make.values([[[0, 1]], [[1, 2]], [[0, 0]]]), make((3, 1, 5), layout="reversed"), right)
    yield sample(make((2, 0)), make((2, 3)))
    yield sample(rows, make((2, 0)))
    if make.is_float:
        sequence = [-np.inf, 0.0, np.nan, np.nan]
        for right in (False, True):
            yield sample(make.values(sequence), make.values([np.nan, np.inf, -np.inf]), right)
            yield sample(make.values([sequence] * 2), make.values([[np.nan, np.inf], [-np.inf, -0.0]]), right)


def insertion_points(sequence, values, right=False):
    def key(x):
        return (bool(x != x), 0.0 if x != x else float(x))  # nan after everything

    find = bisect.bisect_right if right else bisect.bisect_left
    result = np.empty(values.shape, np.int64)
    for place in np.ndindex(values.shape):
        row = sequence if sequence.ndim == 1 else sequence[place[:-1]]
        result[place] = find([key(x) for x in row], key(values[place]))
    return result


def insertion_errors(make):
    message = "insertion_points(): argument 'input': expected sorted_sequence's dtype float32, got int64"
    yield error(DTypeError, message, make((3,)), make.array([1]))
    message = "insertion_points(): argument 'sorted_sequence': expected at least 1 dimension, got shape ()"
    yield error(ShapeError, message, make(()), make((1,)))
    message = "insertion_points(): argument 'input': expected shape (2, *) as sorted_sequence, got (3, 1)"
    yield error(ShapeError, message, make((2, 3)), make((3, 1)))


def element_samples(make):
    for inverse in (False, True):
        for counts in (False, True):
            yield sample(make.values([1, 0, 0, 2, 1, 1, 1]), None, inverse, counts)
            rows = make.values([[1, 2, 1], [1, 0, 1], [1, 0, 1], [1, 2, 1]])
            yield sample(rows, 0, inverse, counts)
            yield sample(rows, dim=-1, return_inverse=inverse, return_counts=counts)
            yield sample(make.values([[[1, 2], [1, 2]], [[0, 2], [0, 2]]]), 1, inverse, counts)
    for layout in LAYOUTS:
        yield sample(make((3, 4), 0, 2, layout), None, True, True)
        yield sample(make((3, 4), 0, 1, layout), 0, True, True)
    for shape, dim in [((), None), ((), 0), ((0,), None), ((0, 2), 0), ((3, 0), 0), ((3, 0), 1), ((1,), None)]:
        yield sample(make(shape), dim, True, True)
    if make.is_float:
        yield sample(make.values([np.nan, 1.0, -0.0, 0.0, np.nan, -np.inf]), None, True, True)
        yield sample(make.values([[1.0, np.nan], [1.0, 0.0], [1.0, np.nan]]), 0, True, True)


def _as_slices(x, dim):
    """A list of slices (of elements as slices without dimensions)."""
    return list(x.reshape(-1) if dim is None or x.ndim == 0 else np.moveaxis(x, dim, 0))


def _parts(x, dim, chosen, inverse, counts, return_inverse, return_counts):
    if dim is None or x.ndim == 0:
        values, inverse = np.asarray(chosen, x.dtype), np.reshape(inverse, x.shape)
    else:
        rest = np.moveaxis(x, dim, 0).shape[1:]
        values = np.moveaxis(np.reshape(np.asarray(chosen, x.dtype), (len(chosen), *rest)), 0, dim)
    parts = [values]
    parts += [np.asarray(inverse, np.int64)] if return_inverse else []
    return (*parts, np.asarray(counts, np.int64)) if return_counts else tuple(parts)


def _runs(slices, order):
    chosen, counts, inverse = [], [], [0] * len(slices)
    for i in order:
        if chosen and np.array_equal(chosen[-1], slices[i]):  # nan equals nothing
            counts[-1] += 1
        else:
            chosen.append(slices[i])
            counts.append(1)
        inverse[i] = len(chosen) - 1
    return chosen, inverse, counts


def unique_elements(x, dim=None, return_inverse=False, return_counts=False):
    slices = _as_slices(x, dim)
    keys = [[(bool(v != v), 0.0 if v != v else float(v)) for v in np.ravel(s)] for s in slices]
    order = sorted(range(len(slices)), key=keys.__getitem__)
    return _parts(x, dim, *_runs(slices, order), return_inverse, return_counts)


def consecutive_elements(x, dim=None, return_inverse=False, return_counts=False):
    slices = _as_slices(x, dim)
    return _parts(x, dim, *_runs(slices, range(len(slices))), return_inverse, return_counts)


def element_errors(name):
    def errors(make):
        message = f"{name}(): argument 'dim': expected a dimension in [-2, 1], got 2"
        yield error(IndexError, message, make((2, 3)), 2)

    return errors


ENTRIES = (
    OpInfo("insertion_points", insertion_samples, insertion_points, errors=insertion_errors),
    OpInfo("unique_elements", element_samples, unique_elements, errors=element_errors("unique_elements")),
    OpInfo(
        "consecutive_elements",
        element_samples,
        consecutive_elements,
        errors=element_errors("consecutive_elements"),
    ),
)
