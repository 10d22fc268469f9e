"""The Tensor type, operator records and the path of a call. The parts are in the .pxi files beside this one."""

cimport cython
cimport numpy as cnp
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.string cimport strcmp

import collections
import operator as _operator

import ml_dtypes
import numpy as np

from flambeau.tensor import _backends, errors
from flambeau.tensor._schema import Definition, Kind, definitions

cnp.import_array()

cdef extern from "Python.h":
    void PyType_Modified(PyTypeObject* type)

cdef extern from "flambeau/pointwise.hpp" namespace "flambeau":
    struct Row:
        const char* name
        const loop_t* loops
    const Row* pointwise_rows() noexcept nogil
    size_t pointwise_count() noexcept nogil


include "operator.pxi"
include "arguments.pxi"
include "dispatch.pxi"
include "native.pxi"
include "type.pxi"
