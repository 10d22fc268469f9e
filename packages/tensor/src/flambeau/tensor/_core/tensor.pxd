# The compiled interface of flambeau.tensor. Layouts and virtual tables in this file are the ABI: see ../_abi.py.
cimport numpy as cnp
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint64_t

cdef enum:
    MAX_ARGS = 12  # arguments of an operator
    TYPES = 13  # NumPy's type numbers from bool to float64

# One row of the pointwise table for one dtype: see cpp/include/flambeau/pointwise.hpp.
ctypedef void (*loop_t)(const void* const* operands, unsigned int scalars, void* out, ptrdiff_t n) noexcept nogil

# A compiled kernel that takes the arguments as the user gave them (Tensors, arrays, numbers, None...): the quick way for
# what is worth it. `into` is None or the array to write, which may be an argument's own. It gives an array, a tuple of
# arrays, or None when the general path must do it: to check arguments, promote, or say what is wrong.
ctypedef object (*native_t)(Operator op, tuple args, object into)


cdef class Operator:
    cdef readonly str name
    cdef readonly int index  # dense, in order of declaration: lets others keep their own table beside the records
    cdef str module  # where it is declared
    cdef object loaded  # the declaration, once somebody needed it
    cdef readonly tuple outputs  # names of all parts of the result
    cdef readonly tuple auxiliary  # those through which no gradient flows
    cdef readonly bint many
    cdef readonly bint differentiable
    cdef readonly bint inplace  # there is a twin `name_`
    cdef readonly bint fused  # it has a composite
    cdef readonly int view  # 0 never, 1 always, 2 maybe
    cdef object result_type  # the namedtuple of several outputs, made on first use
    cdef tuple names  # of the parameters
    cdef bint quiet  # computes nothing that could overflow or divide by zero
    cdef object keyword_names  # of the keyword-only arguments, or None
    cdef int promote  # 0 none, 1 common, 2 float
    cdef int accepts  # 0 all, 1 numeric, 2 float, 3 integral, 4 integers
    cdef bint comparison
    cdef int nargs, positional, first_array
    cdef int kinds[MAX_ARGS]
    cdef const void* row  # of the pointwise table, or NULL
    cdef const loop_t* loops  # the row's, by NumPy type number, or NULL
    cdef native_t native_kernel  # or NULL
    cdef void* vectorcall  # what Python calls a record by
    cdef int optional  # how many numbers may be None: not all of them at once
    cdef signed char absent[MAX_ARGS]  # what None stands for: -1 the least value of the type, 1 the greatest
    cdef void* _reserved0
    cdef void* _reserved1
    cdef object pack(self, tuple parts)
    cdef object declared(self)


# Told when memory that it watches is changed in place: what may need to know who changed it, such as a value that is
# kept. Gives who watches from then on.
cdef class Watcher:
    cdef Watcher changed(self)


cdef class Tensor:
    cdef object array
    cdef readonly Tensor base  # the Tensor this one is a view of: memory and version counter are its
    cdef uint64_t changes  # in-place changes so far (counted on the root)
    cdef Operator changed_by  # the last of them
    cdef object __weakref__
    cdef Watcher watcher  # of this memory (on the root), or None
    cdef void* _reserved0

    # The hook: what an operator does when a subclass is among its arguments. `out` is None, the Tensor to write to,
    # or (for an in-place operation) args[0] itself. NotImplemented passes on to the next argument.
    cdef object dispatch(self, Operator op, tuple args, object out)
    # The same for one or two arguments and no `out`, without the tuple: what pointwise operators call.
    cdef object dispatch1(self, Operator op, object a)
    cdef object dispatch2(self, Operator op, object a, object b)
    cdef void _reserved_method0(self)
    cdef void _reserved_method1(self)


# Have `kernel` tried before the general path; for the modules of _cpu, at import.
cdef object set_native(str name, native_t kernel)

# The same for pointwise operators of which a Tensor's array is of that type, another device's.
cdef int set_device_native(native_t kernel, object array_type) except -1

# The number of an array's type among those that kernels know (flambeau/types.hpp), or -1; and NumPy's number of one.
cdef int stored_type(cnp.ndarray x) noexcept
cdef int numpy_number(int t) noexcept

# The array of a Tensor on the CPU, or of a NumPy array a Tensor may hold; None for anything else.
cdef object cpu_array(object value)

# Calls as a user makes them: dispatch, then compute.
cdef object call1(Operator op, object a)
cdef object call2(Operator op, object a, object b)
cdef object call(Operator op, tuple args, object out)
cdef object made(Operator op, tuple args, object out)  # of no Tensors

# What a hook builds on: arrays in and out, nothing dispatched. `compute` gives an array or a tuple of arrays; `values`
# (an empty list, or None) receives the normalised arguments, or stays empty when they needed no normalising. `native1` and `native2` take bare
# arrays and numbers and give None when the compiled loops cannot do it.
cdef object compute(Operator op, tuple args, list values)
cdef object native1(Operator op, object a, object into)
cdef object native2(Operator op, object a, object b, object into)
cdef object write(Operator op, tuple args, Tensor out, list values)
cdef Tensor wrap(object array, Tensor base)
cdef Tensor root(Tensor x)
cdef object result_base(Operator op, object result, tuple args)
cdef uint64_t version_of(Tensor x)
cdef int count_change(Tensor x, Operator op) except -1

# An array of this shape and dtype, in C order, whose elements are anything: from the pool of memory where it is large.
cdef cnp.ndarray new_array(int ndim, cnp.npy_intp* dims, int typenum)
