"""The Tensor type, operator records and the path of a call. The parts are in the .pxi files beside this one."""

cimport cython
cimport numpy as cnp
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.string cimport strcmp

import collections
import os
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
    struct PointwiseKernels:
        const Row* rows
        size_t count
    const PointwiseKernels& pointwise_kernels() noexcept nogil

cdef extern from "flambeau/dispatch.hpp" namespace "flambeau":
    int isa_count() noexcept
    const char* isa_name(int index) noexcept
    bint isa_supported(int index) noexcept
    int isa_chosen() noexcept
    void isa_choose(int index) noexcept


include "isa.pxi"
include "operator.pxi"
include "arguments.pxi"
include "dispatch.pxi"
include "native.pxi"
include "type.pxi"
