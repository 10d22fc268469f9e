"""Memory and devices of CUDA as far as they are Python's: what is done when there is no memory left, which device is
the current one again."""

import pytest
from flambeau.tensor._cuda._allocator import Allocator
from flambeau.tensor.cuda import _devices
from flambeau.tensor.cuda._sizes import rounded


class Refused(Exception):
    pass


class Memory:
    """So many bytes, part of which is kept for later."""

    def __init__(self, free, kept):
        self.free, self.kept, self.looks = free, kept, 0
        self.allocator = Allocator(self.malloc, Refused, self.make_room, lambda size: MemoryError(f"{size} bytes"))
        self.allocate = self.allocator.allocate

    def malloc(self, size):
        if size > self.free:
            raise Refused
        self.free -= size
        return size

    def make_room(self):
        self.free, self.kept = self.free + self.kept, 0

    def look(self):
        self.looks += 1


def test_what_is_kept_is_given_up_before_memory_is_refused():
    memory = Memory(free=100, kept=50)
    assert memory.allocate(60) == 60
    assert memory.kept == 50
    assert memory.allocate(80) == 80
    assert memory.kept == 0
    with pytest.raises(MemoryError, match=r"^20 bytes$") as raised:
        memory.allocate(20)
    assert raised.value.__suppress_context__


def test_who_watches_is_told_of_memory_that_was_given():
    memory = Memory(free=100, kept=50)
    memory.allocate(10)
    memory.allocator.watch = memory.look
    memory.allocate(10)
    memory.allocate(120)
    with pytest.raises(MemoryError):
        memory.allocate(120)
    assert memory.looks == 2


@pytest.fixture
def chosen(monkeypatch):
    """The devices that were made the current one, the latest last; the first one is it to begin with."""
    chosen = [0]

    class Api:
        getDevice = staticmethod(lambda: chosen[-1])
        setDevice = staticmethod(chosen.append)

    monkeypatch.setattr(_devices, "_api", lambda: Api)
    return chosen


def test_the_device_before_is_the_current_one_again(chosen):
    """Also where another was chosen inside, and after errors; what changes nothing is not asked for."""
    with _devices.Current(0):
        pass
    assert chosen == [0]
    with _devices.Current(1), _devices.Current(0):
        pass
    assert chosen == [0, 1, 0, 1, 0]
    for index in (0, 1):
        with pytest.raises(KeyError), _devices.Current(index):
            chosen.append(2)
            raise KeyError
        assert chosen[-1] == 0


def test_one_context_can_be_entered_twice(chosen):
    context = _devices.Current(1)
    with context:
        chosen.append(2)
        with context:
            assert chosen[-1] == 1
        assert chosen[-1] == 2
    assert chosen[-1] == 0


def test_few_sizes_of_locked_memory():
    """None is too small, none much too large, and there are eight for each power of two."""
    for size in (*range(70_000), *(2**n + d for n in range(17, 50) for d in (-1, 0, 1))):
        assert size <= rounded(size) <= size + max(size // 8, 512) and rounded(size) > 0
    assert len({rounded(size) for size in range(1 << 14, 1 << 15)}) == 9
