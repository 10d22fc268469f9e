"""Variable, the nodes of the graph, and the engine that runs them backward. The parts are in the .pxi files."""

cimport cython
cimport numpy as cnp
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_REFCNT
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport uint32_t, uint64_t
from libcpp.algorithm cimport sort
from libcpp.pair cimport pair
from libcpp.queue cimport priority_queue
from libcpp.unordered_map cimport unordered_map
from libcpp.unordered_set cimport unordered_set
from libcpp.vector cimport vector

from flambeau.tensor._core.tensor cimport (
    MAX_ARGS,
    Operator,
    Tensor,
    Watcher,
    call,
    call2,
    compute,
    count_change,
    native1,
    native2,
    result_base,
    root,
    version_of,
    wrap,
    write,
)

import linecache
import threading
import weakref

import numpy as np

import flambeau.tensor as ft
from flambeau.tensor import _backends, errors, ops
from flambeau.tensor._core.tensor import normalised
from flambeau.tensor._schema import Kind

cnp.import_array()

cdef extern from "numpy/arrayobject.h":
    tuple PyArray_IntTupleFromIntp(int n, cnp.npy_intp* values)

cdef extern from "Python.h":
    PyObject** PySequence_Fast_ITEMS(object sequence)
    object PyObject_Vectorcall(object function, PyObject** arguments, size_t n, PyObject* names)


cdef extern from "recycling.hpp":
    int serve_variables "flambeau::Recycler<0>::serve"(PyTypeObject* type) except -1
    int serve_nodes "flambeau::Recycler<1>::serve"(PyTypeObject* type) except -1
    object new_variable "flambeau::Recycler<0>::make"()
    object new_node "flambeau::Recycler<1>::make"()


include "source.pxi"
include "rules.pxi"
include "node.pxi"
include "edges.pxi"
include "keeping.pxi"
include "variable.pxi"
include "views.pxi"
include "faults.pxi"
include "saving.pxi"
include "record.pxi"
include "inplace.pxi"
include "backward.pxi"
include "accumulation.pxi"
include "plan.pxi"
include "function.pxi"

serve_variables(<PyTypeObject*>Variable)
serve_nodes(<PyTypeObject*>Node)
