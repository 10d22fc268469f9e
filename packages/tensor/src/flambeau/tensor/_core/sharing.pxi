# Whose memory a Tensor sees, for what changes that: `set_`, `resize_` and their like.

def look_at(Tensor x, Tensor other, bint fresh):
    """Let `x` see another Tensor's memory, in its shape, from now on: a change of both, as of all that shares either.

    ``fresh``: nobody else sees that memory, and `other` is about to go.
    """
    cdef Tensor own = root(x)
    cdef Tensor owner = x if fresh else root(other)
    cdef uint64_t before = own.changes
    count_change(own, _by_name["copy"])
    if owner is not own:
        if owner.watcher is None:
            owner.watcher = own.watcher
        else:
            owner.watcher = owner.watcher.changed()
        owner.changed_by = own.changed_by
        owner.changes += before + 1  # never again a version that something was kept with
    x.array = other.array
    x.base = None if owner is x else owner
    return x


def room(Tensor x):
    """How many elements the memory has from the first one on, and whether nobody else sees it."""
    from flambeau.tensor._extent import memory_around, owner_of

    array = x.array
    owner = owner_of(array)
    # The references are those of this Tensor, of the array to its owner, and of the names here.
    alone = owner.base is None and Py_REFCNT(array) == (3 if owner is array else 2) and (
        owner is array or Py_REFCNT(owner) == 2)
    return memory_around(array)[1] // array.dtype.itemsize, alone


def strided_view(Tensor base, dtype, tuple shape, tuple strides, offset):
    """A Tensor of the memory of a contiguous `base`, its strides and offset in bytes: for who has checked that it fits."""
    xp = _backends.backend_of_array(base.array).xp
    first = base.array.reshape(-1).view(np.uint8)[offset:offset + dtype.itemsize].view(dtype)
    # A view of what as_strided gives: the array in between then owns the memory, in NumPy's eyes.
    return wrap(xp.lib.stride_tricks.as_strided(first, shape, strides).view(), base)
