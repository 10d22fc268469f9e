"""What several families need: samples of boxes, and dtypes of results."""

import numpy as np
from flambeau.tensor import DTypeError, ShapeError
from flambeau.tensor.testing import opdb
from flambeau.vision import ops

LAYOUTS = ("transposed", "strided", "reversed")


def info(name, samples, reference, **options):
    """The entry of ``ops.<name>``; its reference gets arrays as they are, and says the very dtype of the result."""
    options = {"dtypes": opdb.NUMERIC, "widen": False, "exact_dtype": True, **options}
    return opdb.FunctionInfo(name=name, calls=getattr(ops, name), samples=samples, reference=reference, **options)


def boxes(make, *shape, layout="contiguous"):
    """Boxes with sides of at least 1 within 16 x 16, of which those of other calls meet some and miss others."""
    corner = make.rng.uniform(0, 8, (*shape, 2))
    found = np.concatenate([corner, corner + make.rng.uniform(1, 8, (*shape, 2))], -1)
    return make.values(found if make.is_float else np.floor(found), layout)


def wide(dtype):
    """The dtype that areas are computed in: it holds them."""
    if opdb.is_float(dtype):
        return np.float64 if dtype == np.float64 else np.float32
    return np.int64


def quotient(dtype):
    """The dtype of a quotient of areas."""
    return wide(dtype) if opdb.is_float(dtype) else np.float32


def each(function, result, *arrays):
    """A function of the last dimensions of arrays, for each place in the others; of what dtype, ``result`` says."""
    rows = [np.asarray(a).astype(np.float64).reshape(-1, a.shape[-1]) for a in arrays]
    found = [function(*numbers) for numbers in zip(*rows, strict=True)]
    inner = np.shape(found[0]) if found else ()
    return np.array(found, np.float64).reshape((*arrays[0].shape[:-1], *inner)).astype(result)


def reduced(losses, reduction):
    """All losses, their sum or their mean; the mean of none is 0."""
    if reduction == "none" or not losses.size:
        return losses if reduction == "none" else losses.dtype.type(0)
    wide = losses.astype(np.float64)
    return (wide.sum() if reduction == "sum" else wide.mean()).astype(losses.dtype)


def not_boxes(name, argument="boxes", *rest):
    """Bad calls of functions of boxes: another last dimension, no Tensor, and dtypes without areas."""

    def errors(make):
        where = f"{name}(): argument '{argument}': expected"
        message = f"{where} (..., 4), the last dimension being x1, y1, x2, y2, got (4, 3)"
        yield opdb.error(ShapeError, message, make((4, 3)), *rest)
        yield opdb.error(TypeError, f"{where} Tensor, got list", [1.0, 2.0, 3.0, 4.0], *rest)
        message = f"{where} integers or floats, got bool"
        yield opdb.error(DTypeError, message, make.bools((2, 4)), *rest)

    return errors
