# Tensor: one array and what the array lacks.

cdef extern from "numpy/arrayobject.h":
    object PyArray_View(cnp.ndarray array, void* dtype, PyTypeObject* subtype)
    tuple PyArray_IntTupleFromIntp(int n, cnp.npy_intp* values)

cdef extern from *:
    """
    static CYTHON_INLINE PyObject* flambeau_type_dict(PyTypeObject* type) { return type->tp_dict; }
    static CYTHON_INLINE bool flambeau_is_python_class(PyObject* x) {
        return PyType_HasFeature(Py_TYPE(x), Py_TPFLAGS_HEAPTYPE);
    }
    """
    PyObject* flambeau_type_dict(PyTypeObject* type)
    bint flambeau_is_python_class(object x)


@cython.freelist(64)
cdef class Tensor:
    """An n-dimensional array of one dtype on one device.

    Tensors are made by functions such as :func:`tensor`, :func:`zeros` and :func:`from_numpy`. Operators, indexing,
    broadcasting and promotion follow NumPy 2; names follow PyTorch; a trailing underscore means in place.

    Example:
        >>> x = ft.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> (x * 2 + 1).sum().item()
        24.0
        >>> x
        [[1. 2.]
         [3. 4.]]
        [flambeau.tensor.FloatTensor of size 2x2]
    """

    __array_priority__ = 1000

    def __init__(self, data=None):
        if data is None:
            errors.type_error("Tensor", "data", "a Tensor or a NumPy array", "nothing", "use ft.empty(shape)")
        if isinstance(data, Tensor):
            self.array = (<Tensor>data).array
            self.base = root(<Tensor>data)
        elif isinstance(data, np.ndarray):
            self.array = _checked_array(np.asarray(data).view(), "Tensor", "data")
        elif _backends.backend_of_array(data) is not None:
            self.array = data
        else:
            errors.type_error("Tensor", "data", "a Tensor or a NumPy array", _type_name(data), "use ft.tensor(data)")

    cdef object dispatch(self, Operator op, tuple args, object out):
        return execute(op, args, out)

    cdef object dispatch1(self, Operator op, object a):
        return self.dispatch(op, (a,), None)

    cdef object dispatch2(self, Operator op, object a, object b):
        return self.dispatch(op, (a, b), None)

    cdef void _reserved_method0(self):
        pass

    cdef void _reserved_method1(self):
        pass

    def __operator__(self, Operator op, tuple args, dict kwargs):
        """Run ``op`` without asking subclasses: what a subclass's own ``__operator__`` calls through ``super()``."""
        out = kwargs.get("out")
        for x in _tensors(args, out):
            if _has_compiled_hook(x):
                return (<Tensor>x).dispatch(op, args, out)  # a compiled subclass among the arguments still decides
        return self.dispatch(op, args, out)

    # What it is -------------------------------------------------------------------------------------------------

    @property
    def shape(self):
        """The sizes of all dimensions, as a tuple."""
        return _shape(self.array)

    def size(self, dim=None):
        """The shape, or the size of one dimension.

        Example:
            >>> ft.zeros(2, 3).size(), ft.zeros(2, 3).size(-1)
            ((2, 3), 3)
        """
        if dim is None:
            return _shape(self.array)
        return self.array.shape[_existing_dim("size", dim, self.array.ndim)]

    @property
    def ndim(self):
        """The number of dimensions."""
        return _ndim(self.array)

    def dim(self):
        """The number of dimensions.

        Example:
            >>> ft.zeros(2, 3).dim()
            2
        """
        return _ndim(self.array)

    def numel(self):
        """The number of elements.

        Example:
            >>> ft.zeros(2, 3).numel()
            6
        """
        return self.array.size

    @property
    def T(self):
        """The Tensor with its dimensions in reverse order."""
        if _ndim(self.array) == 2:
            return call(_op_transpose, (self, 0, 1), None)
        return call(_op_permute, (self, tuple(range(_ndim(self.array) - 1, -1, -1))), None)

    @property
    def dtype(self):
        """The type of the elements, a ``numpy.dtype``."""
        return self.array.dtype

    @property
    def device(self):
        """Where the memory is."""
        return _device_of(self.array)

    @property
    def is_cpu(self):
        """Whether the memory is the CPU's."""
        return type(self.array) is cnp.ndarray

    @property
    def is_cuda(self):
        """Whether the memory is a CUDA device's."""
        return _device_of(self.array).type == "cuda"

    @property
    def itemsize(self):
        """Bytes of one element."""
        return self.array.dtype.itemsize

    def element_size(self):
        """Bytes of one element.

        Example:
            >>> ft.zeros(2).element_size(), ft.zeros(2, dtype=ft.float64).element_size()
            (4, 8)
        """
        return self.array.dtype.itemsize

    @property
    def nbytes(self):
        """Bytes of all elements."""
        return self.array.size * self.array.dtype.itemsize

    def stride(self, dim=None):
        """The steps between neighbours along each dimension, in elements.

        Example:
            >>> ft.zeros(2, 3).stride(), ft.zeros(2, 3).T.stride(0)
            ((3, 1), 1)
        """
        itemsize = self.array.dtype.itemsize
        strides = tuple([s // itemsize for s in self.array.strides])
        return strides if dim is None else strides[_existing_dim("stride", dim, self.array.ndim)]

    def is_contiguous(self, memory_format=None):
        """Whether the elements lie in memory one after the other in logical order.

        Args:
            memory_format: the order, such as ``ft.channels_last``; by default that of the dimensions.

        Example:
            >>> ft.zeros(2, 3).is_contiguous(), ft.zeros(2, 3).T.is_contiguous()
            (True, False)
        """
        if memory_format is None:
            return bool(self.array.flags.c_contiguous)
        _memory_format.check("is_contiguous", memory_format, _shape(self.array))
        return bool(memory_format.arranged(self.array).flags.c_contiguous)

    def is_floating_point(self):
        """Whether the dtype is a floating one.

        Example:
            >>> ft.zeros(1).is_floating_point(), ft.arange(1).is_floating_point()
            (True, False)
        """
        return _is_float(self.array.dtype)

    def is_complex(self):
        """Whether the dtype is a complex one.

        Example:
            >>> ft.zeros(1, dtype=ft.complex64).is_complex(), ft.zeros(1).is_complex()
            (True, False)
        """
        return self.array.dtype.kind == "c"

    def data_ptr(self):
        """The address of the first element.

        Example:
            >>> x = ft.zeros(3)
            >>> x[1:].data_ptr() - x.data_ptr()
            4
        """
        if type(self.array) is cnp.ndarray:
            return <size_t>cnp.PyArray_DATA(<cnp.ndarray>self.array)
        return self.array.data.ptr

    @property
    def version(self):
        """How often this memory was changed in place through Tensors. Writes through NumPy are not counted."""
        return root(self).changes

    @property
    def changed_by(self):
        """The operator that last changed this memory in place, or None."""
        return root(self).changed_by

    @property
    def data(self):
        """A plain Tensor of the same memory; changes through it count as changes of this one."""
        return wrap(self.array, self)

    def _look_at(self, Tensor other, str operation, bint fresh=False):
        """For `set_` and `resize_`: see another Tensor's memory from now on."""
        return look_at(self, other, fresh)

    # Out to Python and NumPy ------------------------------------------------------------------------------------

    def numpy(self):
        """The same memory as a NumPy array; from a GPU, a copy.

        Example:
            >>> x = ft.zeros(2)
            >>> x.numpy()[0] = 5
            >>> x.tolist()
            [5.0, 0.0]
        """
        if type(self.array) is cnp.ndarray:
            return PyArray_View(<cnp.ndarray>self.array, NULL, NULL)
        return _backends.backend_of_array(self.array).asnumpy(self.array)

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        cdef Py_buffer lent
        array = self.numpy() if type(self.array) is cnp.ndarray else None
        if array is None or _is_bfloat16(self.array.dtype):
            raise BufferError(errors.message("buffer", None, "elements on the CPU that the buffer protocol has a format for",
                                             f"{_dtype_name(self.array.dtype)} on {_device_of(self.array)}"))
        PyObject_GetBuffer(array, &lent, flags)
        Py_DECREF(None)  # what Cython put into buffer.obj, which is overwritten
        memcpy(buffer, &lent, sizeof(lent))

    def item(self):
        """The one element as a Python number.

        Raises:
            ValueError: there is not exactly one element.

        Example:
            >>> ft.ones(3).sum().item()
            3.0
        """
        if self.array.size != 1:
            errors.value_error("item", None, "a Tensor of one element", f"shape {tuple(self.array.shape)}")
        value = self.numpy().item()
        return float(value) if _is_bfloat16(self.array.dtype) else value

    def tolist(self):
        """The elements as nested lists of Python numbers (a number when there are no dimensions).

        Example:
            >>> ft.ones(1, 2).tolist(), ft.tensor(3).tolist()
            ([[1.0, 1.0]], 3)
        """
        array = self.numpy()
        return (array.astype(np.float32) if _is_bfloat16(array.dtype) else array).tolist()

    def __bool__(self):
        if self.array.size != 1:
            errors.value_error("bool", None, "a Tensor of one element", f"shape {tuple(self.array.shape)}",
                               "use .any() or .all()")
        return bool(self.item())

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __complex__(self):
        return complex(self.item())

    def __index__(self):
        if self.array.size != 1 or self.array.dtype.kind not in "iu":
            errors.type_error("index", None, "a Tensor of one integer",
                              f"dtype {_dtype_name(self.array.dtype)}, shape {tuple(self.array.shape)}")
        return int(self.item())

    def __len__(self):
        if self.array.ndim == 0:
            errors.type_error("len", None, "a Tensor with dimensions", "one with none")
        return self.array.shape[0]

    def __iter__(self):
        if self.array.ndim == 0:
            errors.type_error("iter", None, "a Tensor with dimensions", "one with none", "use .item()")
        return iter(call2(_op_unbind, self, 0))

    def __contains__(self, value):
        return bool(call2(_op_eq, self, value).any())

    def __hash__(self):
        return <Py_hash_t>(<size_t><PyObject*>self >> 4)

    def __repr__(self):
        from flambeau.tensor import _printing

        return _printing.text(self)

    def __format__(self, spec):
        if spec and self.array.ndim == 0:
            return format(self.item(), spec)
        return format(repr(self), spec)

    def __reduce__(self):
        from flambeau.tensor import _pickling

        data = self.numpy() if type(self) is Tensor else wrap(self.array, self)
        return _pickling.rebuild, (type(self), data, str(self.device), getattr(self, "__dict__", None))

    def __copy__(self):
        from flambeau.tensor import _pickling

        return _pickling.copied(self, getattr(self, "__dict__", None))

    def __deepcopy__(self, memo):
        from flambeau.tensor import _pickling

        return _pickling.deep_copied(self, memo)

    def __dir__(self):
        return sorted(set(object.__dir__(self)))

    # Operators --------------------------------------------------------------------------------------------------

    def __getitem__(self, index):
        if type(self) is Tensor and _observer is None:
            view = _view_by_index(self.array, index)
            if view is not None:
                return wrap(view, self)
        return call2(_op_index, self, index)

    def __setitem__(self, index, value):
        call(_op_index_put, (self, index, value, False), self)

    def __neg__(self):
        return call1(_op_neg, self)

    def __pos__(self):
        return self

    def __abs__(self):
        return call1(_op_abs, self)

    def __invert__(self):
        return call1(_op_bitwise_not, self)

    def __add__(self, other):
        return _binary(_op_add, self, other)

    def __radd__(self, other):
        return _binary(_op_add, other, self)

    def __iadd__(self, other):
        return call(_op_add, (self, other), self)

    def __sub__(self, other):
        return _binary(_op_sub, self, other)

    def __rsub__(self, other):
        return _binary(_op_sub, other, self)

    def __isub__(self, other):
        return call(_op_sub, (self, other), self)

    def __mul__(self, other):
        return _binary(_op_mul, self, other)

    def __rmul__(self, other):
        return _binary(_op_mul, other, self)

    def __imul__(self, other):
        return call(_op_mul, (self, other), self)

    def __truediv__(self, other):
        return _binary(_op_div, self, other)

    def __rtruediv__(self, other):
        return _binary(_op_div, other, self)

    def __itruediv__(self, other):
        return call(_op_div, (self, other), self)

    def __ifloordiv__(self, other):
        return call(_op_floor_divide, (self, other), self)

    def __imod__(self, other):
        return call(_op_remainder, (self, other), self)

    def __ipow__(self, other, modulo):
        return call(_op_pow, (self, other), self)

    def __imatmul__(self, other):
        return call(_op_matmul, (self, other), self)

    def __iand__(self, other):
        return call(_op_bitwise_and, (self, other), self)

    def __ior__(self, other):
        return call(_op_bitwise_or, (self, other), self)

    def __ixor__(self, other):
        return call(_op_bitwise_xor, (self, other), self)

    def __floordiv__(self, other):
        return _binary(_op_floor_divide, self, other)

    def __rfloordiv__(self, other):
        return _binary(_op_floor_divide, other, self)

    def __divmod__(self, other):
        quotient = _binary(_op_floor_divide, self, other)
        return quotient if quotient is NotImplemented else (quotient, _binary(_op_remainder, self, other))

    def __rdivmod__(self, other):
        quotient = _binary(_op_floor_divide, other, self)
        return quotient if quotient is NotImplemented else (quotient, _binary(_op_remainder, other, self))

    def __mod__(self, other):
        return _binary(_op_remainder, self, other)

    def __rmod__(self, other):
        return _binary(_op_remainder, other, self)

    def __pow__(self, other, modulo):
        return _binary(_op_pow, self, other)

    def __rpow__(self, other, modulo):
        return _binary(_op_pow, other, self)

    def __matmul__(self, other):
        return _binary(_op_matmul, self, other)

    def __rmatmul__(self, other):
        return _binary(_op_matmul, other, self)

    def __and__(self, other):
        return _binary(_op_bitwise_and, self, other)

    def __rand__(self, other):
        return _binary(_op_bitwise_and, other, self)

    def __or__(self, other):
        return _binary(_op_bitwise_or, self, other)

    def __ror__(self, other):
        return _binary(_op_bitwise_or, other, self)

    def __xor__(self, other):
        return _binary(_op_bitwise_xor, self, other)

    def __rxor__(self, other):
        return _binary(_op_bitwise_xor, other, self)

    def __lshift__(self, other):
        return _binary(_op_left_shift, self, other)

    def __rlshift__(self, other):
        return _binary(_op_left_shift, other, self)

    def __ilshift__(self, other):
        return call(_op_left_shift, (self, other), self)

    def __rshift__(self, other):
        return _binary(_op_right_shift, self, other)

    def __rrshift__(self, other):
        return _binary(_op_right_shift, other, self)

    def __irshift__(self, other):
        return call(_op_right_shift, (self, other), self)

    def __eq__(self, other):
        return _binary(_op_eq, self, other)

    def __ne__(self, other):
        return _binary(_op_ne, self, other)

    def __lt__(self, other):
        return _binary(_op_lt, self, other)

    def __le__(self, other):
        return _binary(_op_le, self, other)

    def __gt__(self, other):
        return _binary(_op_gt, self, other)

    def __ge__(self, other):
        return _binary(_op_ge, self, other)
