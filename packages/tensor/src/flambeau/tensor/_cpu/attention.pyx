"""Scaled dot-product attention on the CPU: floats of 16 bits are computed in float32."""

cimport numpy as cnp
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool

from flambeau.tensor._core.tensor cimport new_array, stored_type

import numpy as np

from flambeau.tensor import _backends

cnp.import_array()

cdef extern from "flambeau/attention.hpp" namespace "flambeau" nogil:
    struct Place:
        uint64_t seed, offset

    struct Matrices:
        const void* data
        const ptrdiff_t* at
        ptrdiff_t row

    struct AttentionMask:
        const void* data
        const ptrdiff_t* at
        ptrdiff_t row, column
        cbool boolean

    struct Attention:
        ptrdiff_t batch, queries, keys, width, value_width
        Matrices query, key, value
        AttentionMask mask
        cbool causal
        double scale
        double dropout
        Place place
        void* out
        void* logsumexp
        Matrices grad
        void* grad_query
        void* grad_key
        void* grad_value

    struct AttentionKernels:
        cbool (*forward[15])(const Attention& attention) noexcept nogil
        cbool (*backward[15])(const Attention& attention) noexcept nogil

    const AttentionKernels& attention_kernels() noexcept


cdef class _Call:
    """What one call gives the kernels, and the arrays that own its memory."""

    cdef Attention attention
    cdef list kept
    cdef tuple batch
    cdef int typenum

    cdef const ptrdiff_t* _places(self, cnp.ndarray x, int trailing):
        """Where each item of the batch begins, in elements; `x` has the batch's dimensions and `trailing` more."""
        cdef cnp.npy_intp count = self.attention.batch
        cdef cnp.ndarray places = new_array(1, &count, cnp.NPY_INTP)
        cdef ptrdiff_t* at = <ptrdiff_t*>cnp.PyArray_DATA(places)
        cdef ptrdiff_t step, i, j, filled = 1
        cdef int d
        self.kept.append(places)
        if count:
            at[0] = 0
            for d in range(<int>len(self.batch) - 1, -1, -1):  # what is filled, once more for each further index
                step = x.strides[d] // x.itemsize if x.shape[d] > 1 else 0
                for i in range(1, <ptrdiff_t>self.batch[d]):
                    for j in range(filled):
                        at[i * filled + j] = at[j] + i * step
                filled *= <ptrdiff_t>self.batch[d]
        return at

    cdef cnp.ndarray _aligned(self, cnp.ndarray x, trailing):
        """With as many dimensions as the batch has, and `trailing`."""
        if cnp.PyArray_NDIM(x) == len(self.batch) + trailing:
            return x
        return x.reshape((1,) * (len(self.batch) + trailing - x.ndim) + (<object>x).shape)

    cdef Matrices matrices(self, cnp.ndarray x):
        cdef Matrices m
        if cnp.PyArray_TYPE(x) != self.typenum:
            x = x.astype("float32")
        cdef int d, last = cnp.PyArray_NDIM(x) - 1
        cdef ptrdiff_t size = cnp.PyArray_ITEMSIZE(x)
        cdef bint whole = cnp.PyArray_DIM(x, last) == 1 or cnp.PyArray_STRIDE(x, last) == size
        for d in range(last + 1):
            whole = whole and cnp.PyArray_STRIDE(x, d) % size == 0
        if not whole:
            x = np.ascontiguousarray(x)
        x = self._aligned(x, 2)
        self.kept.append(x)
        m.data = cnp.PyArray_DATA(x)
        m.row = cnp.PyArray_STRIDE(x, cnp.PyArray_NDIM(x) - 2) // size
        m.at = self._places(x, 2)
        return m

    def __init__(self, query, key, value, attn_mask, is_causal, scale, dropout):
        cdef Attention* a = &self.attention
        self.kept = []
        leading = query.shape[:-2], key.shape[:-2], value.shape[:-2]
        same = leading[0] == leading[1] and leading[0] == leading[2]
        self.batch = leading[0] if same else np.broadcast_shapes(*leading)
        self.typenum = cnp.NPY_DOUBLE if query.dtype.char == "d" else cnp.NPY_FLOAT
        a.batch = 1
        for n in self.batch:
            a.batch *= n
        a.queries, a.width = query.shape[-2:]
        a.keys, a.value_width = value.shape[-2:]
        a.query, a.key, a.value = self.matrices(query), self.matrices(key), self.matrices(value)
        a.causal = is_causal
        a.scale = max(a.width, 1) ** -0.5 if scale is None else scale
        a.dropout = 0
        if dropout is not None:
            a.dropout, a.place.seed, a.place.offset = dropout[0], dropout[1] % 2**64, dropout[2] % 2**64
        a.mask.data = NULL
        if attn_mask is not None:
            self.add_mask(attn_mask)

    cdef void add_mask(self, mask):
        cdef AttentionMask* m = &self.attention.mask
        m.boolean = mask.dtype.kind == "b"
        if not m.boolean and mask.dtype.num != self.typenum:
            mask = mask.astype("float32" if self.typenum == cnp.NPY_FLOAT else "float64")
        if any([s % mask.itemsize for s in mask.strides]):
            mask = np.ascontiguousarray(mask)
        mask = self._aligned(mask, 2)
        self.kept.append(mask)
        m.data = cnp.PyArray_DATA(<cnp.ndarray>mask)
        m.row = mask.strides[mask.ndim - 2] // mask.itemsize if mask.shape[mask.ndim - 2] > 1 else 0
        m.column = mask.strides[mask.ndim - 1] // mask.itemsize if mask.shape[mask.ndim - 1] > 1 else 0
        m.at = self._places(mask, 2)

    cdef cnp.ndarray empty(self, tuple trailing):
        cdef cnp.npy_intp dims[32]
        sizes = self.batch + trailing
        for d, n in enumerate(sizes):
            dims[d] = n
        result = new_array(len(sizes), dims, self.typenum)
        self.kept.append(result)
        return result


def attention(xp, query, key, value, attn_mask, is_causal, scale, dropout):
    cdef _Call call = _Call(query, key, value, attn_mask, is_causal, scale, dropout)
    cdef Attention* a = &call.attention
    cdef cnp.ndarray out = call.empty((a.queries, a.value_width)), logsumexp = call.empty((a.queries,))
    cdef bint done
    a.out, a.logsumexp = cnp.PyArray_DATA(out), cnp.PyArray_DATA(logsumexp)
    run = attention_kernels().forward[stored_type(out)]
    with nogil:
        done = run(a[0])
    if not done:
        raise MemoryError
    return out.astype(query.dtype, copy=False), logsumexp


def attention_backward(xp, grad_output, query, key, value, attn_mask, result, logsumexp, is_causal, scale, dropout):
    cdef _Call call = _Call(query, key, value, attn_mask, is_causal, scale, dropout)
    cdef Attention* a = &call.attention
    cdef cnp.ndarray grad_query = call.empty((a.queries, a.width)), grad_key = call.empty((a.keys, a.width))
    cdef cnp.ndarray grad_value = call.empty((a.keys, a.value_width)), out, sums
    cdef bint done
    out = np.ascontiguousarray(result, grad_query.dtype)
    sums = np.ascontiguousarray(logsumexp, grad_query.dtype)
    a.grad = call.matrices(grad_output)
    a.out, a.logsumexp = cnp.PyArray_DATA(out), cnp.PyArray_DATA(sums)
    a.grad_query, a.grad_key = cnp.PyArray_DATA(grad_query), cnp.PyArray_DATA(grad_key)
    a.grad_value = cnp.PyArray_DATA(grad_value)
    run = attention_kernels().backward[stored_type(grad_query)]
    with nogil:
        done = run(a[0])
    if not done:
        raise MemoryError
    return tuple([grad.astype(query.dtype, copy=False) for grad in (grad_query, grad_key, grad_value)])


for _kernel in (attention, attention_backward):
    _backends.CPU.kernels[_kernel.__name__] = _kernel
