"""The Tensor type, operator records and the path of a call. The parts are in the .pxi files beside this one."""

cimport cython
cimport numpy as cnp
from cpython.buffer cimport PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.object cimport Py_TYPE, PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_REFCNT
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_New, PyTuple_SET_ITEM
from libc.string cimport memcpy, strcmp
from libcpp.vector cimport vector

from flambeau.tensor._core.kernels cimport (
    BFloat16, Bool, ComputeTypes, Float16, Float32, Float64, Int8, Int16, Int32, Int64, MaxDims, StoredTypes, UInt8,
    UInt16, UInt32, UInt64, apart,
)

import contextvars
import importlib
import os
import operator as _operator

import numpy as np

from flambeau.tensor import _backends, _memory_format, errors

cnp.import_array()

cdef extern from "Python.h":
    void PyType_Modified(PyTypeObject* type)

cdef extern from "flambeau/program.hpp" namespace "flambeau":
    enum:
        MaxArity, MaxOperands, MaxRegisters, MaxSteps, MaxOutputs
    ctypedef unsigned char Type
    enum:
        Mask, Number
    struct Row:
        const char* name
        int arity
        unsigned char kinds[4]
        bint comparison
        int cost
        const loop_t* loops
    ctypedef void (*FusedLoop)(char* const* data, const char (*numbers)[8], ptrdiff_t n)
    struct FusedProgram:
        const char* text
        FusedLoop float32, float64
    struct PointwiseKernels:
        const Row* rows
        const loop_t* casts[15]
        const FusedProgram* fused
    const Row cast_row
    const PointwiseKernels& pointwise_kernels() noexcept nogil
    struct OperandView:
        char* data
        Type type
        ptrdiff_t strides[16]
    struct Layout:
        int ndim, count
        ptrdiff_t shape[16]
        OperandView operands[24]
    struct Register:
        Type type
        signed char operand
        bint constant
        char value[8]
    struct Step:
        const Row* row
        loop_t loop
        unsigned char operands "in"[4]
        unsigned char out
    struct Output:
        unsigned char source
        unsigned char operand
    struct Program:
        int registers, steps, outputs, cost
        Register reg[96]
        Step step[64]
        Output output[8]
    struct Plan:
        const Program* program
        Layout layout
    bint finish(Program& program) noexcept nogil
    struct Item:
        ptrdiff_t start
        char* data[24]
    void run(Plan& plan) noexcept nogil
    void run_items(const Program& program, FusedLoop fused, const Type* types, int operands, const Item* items,
                   ptrdiff_t count, ptrdiff_t total) noexcept nogil

cdef extern from "flambeau/dispatch.hpp" namespace "flambeau":
    int isa_count() noexcept
    const char* isa_name(int index) noexcept
    bint isa_supported(int index) noexcept
    int isa_chosen() noexcept
    void isa_choose(int index) noexcept


include "kinds.pxi"
include "isa.pxi"
include "memory.pxi"
include "operator.pxi"
include "dtypes.pxi"
include "arguments.pxi"
include "checks.pxi"
include "dispatch.pxi"
include "native.pxi"
include "pointwise.pxi"
include "program.pxi"
include "tape.pxi"
include "expressions.pxi"
include "copying.pxi"
include "views.pxi"
include "creation.pxi"
include "type.pxi"
include "operators.pxi"
include "sharing.pxi"
