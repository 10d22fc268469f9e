"""Shared lists and dicts: what was put in comes out, in every process, and memory stays shared."""

import copy
import gc
import os
import pickle
from pathlib import Path

import pytest
from flambeau.data import DataLoader, SharedDict, SharedList
from hypothesis import given
from hypothesis import strategies as st

METHODS = ("server", "fork", "spawn", "thread")
ELEMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.just("\udcff"),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
KEYS = st.recursive(st.text() | st.binary() | st.integers(), lambda inner: st.tuples(inner, inner), max_leaves=3)


@given(st.lists(ELEMENTS), st.slices(10))
def test_a_list_is_its_elements(elements, part):
    """Indices from either end, slices, iteration, searching, and copies through pickle."""
    shared = SharedList(elements)
    assert list(shared) == elements and shared == elements and len(shared) == len(elements)
    assert [shared[i] for i in range(-len(elements), 0)] == elements
    assert list(shared[part]) == elements[part] and list(reversed(shared)) == elements[::-1]
    assert pickle.loads(pickle.dumps(shared)) == copy.deepcopy(shared) == shared
    assert all(element in shared for element in elements)


@given(st.dictionaries(KEYS, ELEMENTS))
def test_a_dict_is_its_elements(elements):
    """In their order; keys that are not there are not found."""
    shared = SharedDict(elements)
    assert dict(shared) == elements and list(shared) == list(elements) and len(shared) == len(elements)
    again = pickle.loads(pickle.dumps(shared))
    assert again == shared == elements
    for absent in ("not a key of these", 10**30, None, 1.5, ("a", None)):
        assert absent not in shared and shared.get(absent, 7) == 7
        with pytest.raises(KeyError):
            shared[absent]


def test_ints_are_keys_as_in_a_dict():
    """True is 1."""
    assert SharedDict({1: "a"})[True] == "a"


@pytest.mark.parametrize("method", METHODS)
def test_they_travel_to_workers(method):
    """However these are started."""

    class Captions:
        def __init__(self):
            self.names = SharedList(f"{i}.png" for i in range(20))
            self.labels = SharedDict({f"{i}.png": i % 3 for i in range(20)})

        def __len__(self):
            return len(self.names)

        def __getitem__(self, index):
            return self.labels[self.names[index]]

    loader = DataLoader(Captions(), 4, num_workers=2, multiprocessing_context=method)
    assert [label for batch in loader for label in batch.tolist()] == [i % 3 for i in range(20)]


class Touching:
    """Reads all its elements for each sample, and says how many bytes of this process nobody shares."""

    def __init__(self, elements):
        self.elements = elements

    def __len__(self):
        return 2

    def __getitem__(self, index):
        before = private()
        gc.disable()
        for element in self.elements:
            assert element[1] >= 0
        return private() - before


def private():
    """Bytes that only this process has. What workers map of the dataset they were sent is one memory for all."""
    total, counted = 0, True
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, value, *_ = line.split()
        if not name.endswith(":"):
            counted = "memfd:flambeau-data" not in line
        elif name.startswith("Private") and counted:
            total += int(value) * 1024
    return total


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps"), reason="needs Linux's account of shared memory")
@pytest.mark.parametrize("method", ["server", "fork", "spawn"])
def test_reading_does_not_copy(method):
    """A worker that reads 100,000 elements has hardly more memory of its own afterwards; with a list, fork shows the
    copies that it makes."""
    elements = [(f"folder/of/images/{i}.png", i) for i in range(100_000)]
    grown = [n for b in DataLoader(Touching(SharedList(elements)), 1, num_workers=1, multiprocessing_context=method)
             for n in b.tolist()]  # fmt: skip
    assert sum(grown) < 4e6
    if method == "fork":
        plain = [n for b in DataLoader(Touching(elements), 1, num_workers=1, multiprocessing_context=method)
                 for n in b.tolist()]  # fmt: skip
        assert sum(plain) > 8e6


def test_memory_is_that_of_the_bytes():
    """A short text takes its letters, a kind and two bounds, not an object."""
    assert SharedList(["abc"] * 1000).nbytes == 1000 * (3 + 1 + 16)
    assert SharedDict({i: "abc" for i in range(1000)}).nbytes < 1000 * 80


def test_reprs():
    """A few elements, and how many there are."""
    assert repr(SharedList("ab")) == "SharedList(['a', 'b']) of 2"
    assert repr(SharedList(range(9))) == "SharedList([0, 1, 2, ...]) of 9"
    assert repr(SharedDict({"a": 1})) == "SharedDict({'a': 1}) of 1"


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: SharedList("ab")[2],
            IndexError,
            "SharedList(): argument 'index': expected an int from -2 to 1, got 2",
        ),
        (lambda: SharedList("ab")["a"], TypeError, "SharedList(): argument 'index': expected int or slice, got str"),
        (
            lambda: SharedDict({1.5: 0}),
            TypeError,
            "SharedDict(): argument 'elements': expected keys that are text, bytes, ints or tuples of these, got float",
        ),
    ],
)
def test_wrong_arguments(call, kind, text):
    """Indices out of range, and keys whose hash would differ between processes."""
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text
