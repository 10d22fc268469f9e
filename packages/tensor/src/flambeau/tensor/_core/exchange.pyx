"""Memory that others hold too: DLPack capsules, and memory shared between processes. Loaded when first needed.

The layouts are those of DLPack 1.0: ``include/dlpack/dlpack.h`` of https://github.com/dmlc/dlpack.
"""

cimport numpy as cnp
from cpython.buffer cimport PyBuffer_FillInfo
from cpython.exc cimport PyErr_SetFromErrno
from cpython.object cimport PyObject, PyTypeObject
from cpython.pycapsule cimport PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New, PyCapsule_SetName
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, strcmp

from flambeau.tensor._core.tensor cimport Tensor, root, wrap

import ml_dtypes
import numpy as np

from flambeau.tensor import errors

cnp.import_array()

include "dlpack.pxi"
include "shared.pxi"
