"""What CuPy asks for memory: compiled, because every new array does."""


cdef class Allocator:
    """A function that gives memory, and says in words of ours when there is not enough.

    Args:
        malloc: ``malloc(size)`` gives the memory.
        refused: the type of the error that it raises where there is not enough.
        explained: ``explained(size)`` is the error to raise instead.
    """

    cdef object malloc, refused, explained

    def __init__(self, malloc, refused, explained):
        self.malloc, self.refused, self.explained = malloc, refused, explained

    def __call__(self, size):
        try:
            return self.malloc(size)
        except self.refused:
            raise self.explained(size) from None
