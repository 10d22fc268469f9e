"""Running one kernel over many sets of arrays: what each set costs before the launch is what an optimizer's step costs."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint64_t

from flambeau.tensor._core.tensor cimport Tensor
from flambeau.tensor._cuda._launch cimport Kernel, recording

cdef enum:
    MOST_INPUTS = 24
    THREADS = 256  # of a block: pointwise_threads of pointwise.cuh


cdef class _Set:
    """The arrays of a set that the program writes: they stay the same from call to call, as long as nobody replaces them,
    and need to be looked at once."""

    cdef list arrays
    cdef tuple shape
    cdef tuple order  # strides in elements, where they are dense in another order than C's; else None
    cdef int64_t size
    cdef uint64_t at[MOST_INPUTS]


cdef tuple _in_elements(object array):
    cdef int64_t itemsize = array.dtype.itemsize
    return tuple([stride // itemsize for stride in array.strides])


cdef tuple _dense_order(object array):
    """The strides in elements of an array whose elements fill their memory, in whatever order; None for others."""
    cdef int64_t next = 1
    strides = _in_elements(array)
    for stride, n in sorted(zip(strides, array.shape)):
        if n != 1:
            if stride != next:
                return None
            next *= n
    return strides


cdef bint _is_elsewhere(list tensors, object array_type):
    """Whether a set is of another kind of device: the first Tensor says it."""
    return len(tensors) > 0 and isinstance(tensors[0], Tensor) and type((<Tensor>tensors[0]).array) is not array_type


cdef class Sets:
    """A program over sets of arrays of equal shape that are dense in the same order, all on the current device.

    Args:
        dtypes: of the arrays of a set.
        written: which of them the program writes.
        per_block: the elements that a block does.
        kernel: ``kernel(capacity)`` is the kernel for tables of so many sets.
        capacities: for how many sets there are tables, in ascending order.
    """

    cdef list dtypes
    cdef tuple written
    cdef bint steady[MOST_INPUTS]
    cdef int64_t itemsize[MOST_INPUTS]
    cdef int64_t per_block
    cdef object kernel
    cdef tuple capacities
    cdef dict kernels
    cdef list known  # _Set of each set of the last call
    cdef object device  # that they are on

    def __init__(self, list dtypes, tuple written, int64_t per_block, kernel, tuple capacities):
        cdef int k
        self.dtypes, self.written, self.per_block = dtypes, written, per_block
        self.kernel, self.capacities, self.kernels = kernel, capacities, {}
        self.known = []
        for k in range(<int>len(dtypes)):
            self.steady[k] = k in written
            self.itemsize[k] = dtypes[k].itemsize

    def run(self, list sets, bytes numbers):
        """Run over the sets; gives those it ran over, those on other devices, and those it cannot run over.

        ``numbers`` are the values of the kernel's struct of numbers, empty where it has none.
        """
        cdef list ran = [], others = [], left = [], found = []
        cdef int64_t i, count = len(sets)
        cdef object array_type = type((<Tensor>sets[0][0]).array)
        cdef object device = (<Tensor>sets[0][0]).array.data.device_id
        cdef list known = self.known if device == self.device else []
        cdef _Set one
        for i in range(count):
            tensors = <list>sets[i]
            one = <_Set>known[i] if i < len(known) else None
            if not self._is_well_formed(tensors, array_type):
                (others if _is_elsewhere(tensors, array_type) else left).append(tensors)
                continue
            if one is None or not self._is_same(one, tensors):
                if (<Tensor>tensors[0]).array.data.device_id != device:
                    others.append(tensors)
                    continue
                one = self._look_at(tensors, device)
            if one is None or not self._complete(one, tensors, device):
                left.append(tensors)
                continue
            found.append(one)
            ran.append(tensors)
        # Sets that were left out would not be found at their places the next time.
        self.known, self.device = found if len(ran) == count else [], device
        self._launch(found, numbers)
        return ran, others, left

    cdef bint _is_well_formed(self, list tensors, object array_type):
        cdef int k
        if len(tensors) != len(self.dtypes):
            return False
        for k in range(<int>len(tensors)):
            if not isinstance(tensors[k], Tensor) or type((<Tensor>tensors[k]).array) is not array_type:
                return False
        return True

    cdef bint _is_same(self, _Set one, list tensors):
        cdef int j = 0
        for k in self.written:
            if (<Tensor>tensors[k]).array is not one.arrays[j]:
                return False
            j += 1
        return True

    cdef _Set _look_at(self, list tensors, object device):
        """The arrays that are written, of a set not seen before; None for what the program cannot run over."""
        cdef _Set one = _Set.__new__(_Set)
        one.arrays = [(<Tensor>tensors[k]).array for k in self.written]
        first = one.arrays[0]
        one.shape = first.shape
        one.size = first.size
        one.order = None if first._c_contiguous else _dense_order(first)
        for k, array in zip(self.written, one.arrays):
            if not self._fits(one, k, array, device):
                return None
        return one

    cdef bint _fits(self, _Set one, int k, object array, object device) except -1:
        data = array.data
        one.at[k] = data.ptr
        if array.dtype != self.dtypes[k] or data.device_id != device or array.shape != one.shape:
            return False
        return array._c_contiguous if one.order is None else one.order == _in_elements(array)

    cdef bint _complete(self, _Set one, list tensors, object device) except -1:
        """Look at the arrays that are only read; False where the program cannot run over them, or where memory overlaps."""
        cdef int k, count = <int>len(tensors)
        cdef uint64_t start, end
        for k in range(count):
            if not self.steady[k] and not self._fits(one, k, (<Tensor>tensors[k]).array, device):
                return False
        for w in self.written:
            start, end = one.at[<int>w], one.at[<int>w] + <uint64_t>(one.size * self.itemsize[<int>w])
            for k in range(count):
                if k != <int>w and start < one.at[k] + <uint64_t>(one.size * self.itemsize[k]) and one.at[k] < end:
                    return False
        return True

    cdef int _launch(self, list found, bytes numbers) except -1:
        cdef int64_t begin = 0, count = len(found), most = self.capacities[len(self.capacities) - 1]
        while begin < count:
            self._launch_part(found, begin, min(begin + most, count), numbers)
            begin += most
        return 0

    cdef int _launch_part(self, list found, int64_t begin, int64_t end, bytes numbers) except -1:
        """Launch over the sets from ``begin`` to ``end``, with where they are as a parameter of the kernel."""
        cdef int64_t capacity = 0, i, n = 0, blocks = 0
        cdef int k, inputs = <int>len(self.dtypes), parameter = 0
        cdef int64_t* table
        cdef _Set one
        cdef Kernel kernel
        cdef unsigned int grid[3]
        cdef unsigned int block[3]
        cdef void* parameters[2]
        cdef bytes packed
        for size in self.capacities:
            if end - begin <= size:
                capacity = size
                break
        kernel = self.kernels.get(capacity)
        if kernel is None:
            kernel = self.kernels[capacity] = self.kernel(capacity)
        packed = PyBytes_FromStringAndSize(NULL, 8 * (1 + capacity * (2 + inputs)))
        table = <int64_t*>PyBytes_AS_STRING(packed)
        for i in range(begin, end):
            one = <_Set>found[i]
            if one.size == 0:
                continue
            table[1 + n] = blocks
            table[1 + capacity + n] = one.size
            for k in range(inputs):
                table[1 + 2 * capacity + n * inputs + k] = <int64_t>one.at[k]
            blocks += (one.size + self.per_block - 1) // self.per_block
            n += 1
        table[0] = n
        if n == 0:
            return 0
        if recording():
            kernel(blocks, THREADS, 0, *([numbers] if numbers else []), packed)
            return 0
        if numbers:
            parameters[0] = PyBytes_AS_STRING(numbers)
            parameter = 1
        parameters[parameter] = table
        grid[0], grid[1], grid[2] = <unsigned int>blocks, 1, 1
        block[0], block[1], block[2] = THREADS, 1, 1
        kernel.launch(grid, block, 0, parameters)
        return 0
