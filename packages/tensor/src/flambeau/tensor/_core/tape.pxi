# What a function of Tensors does, written down once and compared with what it does later: how updates become programs.

class Changed(Exception):
    """An update that was repeated did something else than the first time."""


cdef class Tape:
    """The operations of an update, one after the other, and a place among them while it is repeated."""

    cdef readonly list calls  # of (operator, what is expected of each argument, which are numbers, out, result)
    cdef readonly list numbers  # those found while it was repeated
    cdef Py_ssize_t place  # -1 when it is not being repeated

    def __cinit__(self):
        self.calls = []
        self.numbers = []
        self.place = -1

    def record(self, op, args, out):
        """Write down one operation; gives its result."""
        raise NotImplementedError

    cdef object compare(self, Operator op, tuple args, object out):
        """Compare one operation with what was written down, and take the numbers it has now; gives the same result."""
        cdef tuple call
        cdef list expected, changes
        cdef Py_ssize_t i
        if self.place == len(self.calls):
            raise Changed
        call = <tuple>self.calls[self.place]
        self.place += 1
        expected, changes = <list>call[1], <list>call[2]
        if op is not call[0] or out is not call[3] or len(args) != len(expected):
            raise Changed
        for i in range(len(args)):
            value = args[i]
            if changes[i]:
                if type(value) is not expected[i]:
                    raise Changed
                self.numbers.append(value)
            elif value is not expected[i] and (isinstance(value, Tensor) or value != expected[i]):
                raise Changed
        return call[4]

    def start(self):
        """From now on operations are compared, from the first on."""
        self.numbers = []
        self.place = 0

    def stop(self):
        """From now on operations are written down again; gives whether all of them were repeated."""
        place, self.place = self.place, -1
        return place == len(self.calls)


cdef class Recorded(Tensor):
    """A Tensor on which operations are written down, or compared with what was."""

    cdef readonly Tape tape

    def __init__(self, Tape tape, array):
        Tensor.__init__(self, array)
        self.tape = tape

    def __operator__(self, Operator op, tuple args, dict kwargs):
        """Run ``op`` without asking subclasses: what a subclass's own ``__operator__`` calls through ``super()``."""
        return self.dispatch(op, args, kwargs.get("out"))

    cdef object dispatch(self, Operator op, tuple args, object out):
        return self.tape.record(op, args, out) if self.tape.place < 0 else self.tape.compare(op, args, out)
