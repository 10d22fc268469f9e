"""What CuPy asks for memory: compiled, because every new array does."""


cdef class Allocator:
    """Gives memory; where there is not enough, makes room, and says in words of ours if that is in vain.

    Args:
        malloc: ``malloc(size)`` gives the memory.
        refused: the type of the error that it raises where there is not enough.
        make_room: ``make_room()`` lets go what nobody needs, before memory is asked for once more.
        explained: ``explained(size)`` is the error to raise instead.

    ``watch()``, if it is not None, is called whenever memory was given.
    """

    cdef object malloc, refused, make_room, explained
    cdef public object watch

    def __init__(self, malloc, refused, make_room, explained):
        self.malloc, self.refused, self.make_room, self.explained = malloc, refused, make_room, explained

    def allocate(self, size):
        """Memory of so many bytes. A method, as Python calls it in half the time that ``__call__`` takes."""
        try:
            memory = self.malloc(size)
        except self.refused:
            memory = self._once_more(size)
        if self.watch is not None:
            self.watch()
        return memory

    cdef object _once_more(self, size):
        self.make_room()
        try:
            return self.malloc(size)
        except self.refused:
            raise self.explained(size) from None
