"""Collating: what becomes of each type of sample, and what ragged ones are told."""

import dataclasses
from collections import OrderedDict, defaultdict, namedtuple
from types import MappingProxyType

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import DataLoader, collate, default_collate, default_convert, register_collate

Point = namedtuple("Point", "x y")


def test_tensors_are_stacked():
    """Tensors get a new first dimension and keep their dtype."""
    batch = default_collate([ft.tensor([1, 2]), ft.tensor([3, 4])])
    assert (batch.dtype, batch.tolist()) == (np.dtype("int64"), [[1, 2], [3, 4]])


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "bool"])
def test_arrays_are_stacked(dtype):
    """NumPy arrays become one Tensor of their dtype, 0-d ones included."""
    batch = default_collate([np.zeros((2, 3), dtype), np.ones((2, 3), dtype)])
    assert isinstance(batch, ft.Tensor)
    assert (batch.dtype, batch.shape) == (np.dtype(dtype), (2, 2, 3))
    assert default_collate([np.array(1, dtype), np.array(0, dtype)]).shape == (2,)


def test_the_batch_is_a_copy():
    """Changing a batch leaves the dataset's arrays alone."""
    array = np.zeros(2)
    default_collate([array])[0] = 5
    assert array.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("samples", "dtype"),
    [
        ([True, False], "bool"),
        ([1, 2], "int64"),
        ([1.5, 2.5], "float64"),
        ([1, 2.5], "float64"),
        ([1 + 2j, 0], "complex128"),
        ([np.float32(1), np.float32(2)], "float32"),
        ([np.uint8(1), np.uint8(2)], "uint8"),
    ],
)
def test_numbers(samples, dtype):
    """Numbers become a 1-d Tensor; Python floats are float64, as they are in Python."""
    batch = default_collate(samples)
    assert (batch.dtype, batch.tolist()) == (np.dtype(dtype), samples)


def test_text_stays():
    """Text becomes a list."""
    assert default_collate(["a", "b"]) == ["a", "b"]
    assert default_collate([b"a", b"b"]) == [b"a", b"b"]


def test_lists_and_tuples():
    """Each position is collated; the batch is a list, which can be changed in place."""
    for kind in (list, tuple):
        batch = default_collate([kind((1, "a")), kind((2, "b"))])
        assert type(batch) is list
        assert (batch[0].tolist(), batch[1]) == ([1, 2], ["a", "b"])


def test_namedtuples():
    """Each field is collated; the type stays."""
    batch = default_collate([Point(1, 2.0), Point(3, 4.0)])
    assert type(batch) is Point
    assert (batch.x.tolist(), batch.y.tolist()) == ([1, 3], [2, 4])


def test_mappings():
    """Each value is collated; the type stays where it can be built from a dict."""
    for kind in (dict, OrderedDict, MappingProxyType):
        batch = default_collate([kind({"x": 1}), kind({"x": 2})])
        assert type(batch) is kind
        assert batch["x"].tolist() == [1, 2]
    assert type(default_collate([defaultdict(int, x=1)])) is dict


def test_nesting():
    """Containers nest."""
    samples = [{"image": np.full((1, 2), i), "boxes": [(i, Point(i, i))]} for i in range(3)]
    batch = default_collate(samples)
    assert batch["image"].shape == (3, 1, 2)
    assert batch["boxes"][0][1].y.tolist() == [0, 1, 2]


def test_empty_containers():
    """Containers without anything in them stay so."""
    assert default_collate([{}, {}]) == {}
    assert default_collate([(), ()]) == []


def test_keys_in_another_order():
    """The order of keys does not matter."""
    batch = default_collate([{"a": 1, "b": 2}, {"b": 4, "a": 3}])
    assert {key: value.tolist() for key, value in batch.items()} == {"a": [1, 3], "b": [2, 4]}


FIX_SHAPES = "make them equal in the dataset, or give DataLoader a collate_fn that pads them, such as PadCollate()"
FIX_TYPE = "convert it in the dataset, register_collate its type, or give DataLoader a collate_fn"


@pytest.mark.parametrize(
    ("samples", "kind", "text"),
    [
        ([], ValueError, "expected at least one sample, got none"),
        (
            [np.zeros((1, 8)), np.zeros((1, 9)), np.zeros((1, 8))],
            ft.ShapeError,
            "expected arrays of one shape at sample, "
            "got (1, 8) float64 from dataset indices 10, 12 and (1, 9) float64 from dataset index 11; "
            f"{FIX_SHAPES}",
        ),
        (
            [{"x": [0, ft.zeros(2)]}, {"x": [0, ft.zeros(3, dtype=ft.float64)]}],
            ft.ShapeError,
            "expected arrays of one shape at sample['x'][1], "
            "got (2,) float32 from dataset index 10 and (3,) float64 from dataset index 11; "
            f"{FIX_SHAPES}",
        ),
        (
            [np.zeros(n, np.uint8) for n in range(20)],
            ft.ShapeError,
            "expected arrays of one shape at sample, "
            "got (0,) uint8 from dataset index 10 and (1,) uint8 from dataset index 11 and "
            f"(2,) uint8 from dataset index 12 and (3,) uint8 from dataset index 13 and 16 others; {FIX_SHAPES}",
        ),
        (
            [Point(0, np.zeros(1))] * 7 + [Point(0, np.zeros(()))],
            ft.ShapeError,
            "expected arrays of one shape at sample.y, "
            "got (1,) float64 from dataset indices 10, 11, 12, 13, 14 and 2 more and () float64 from dataset index 17; "
            f"{FIX_SHAPES}",
        ),
        (
            [(1, 2), (1, 2, 3)],
            ValueError,
            "expected lists or tuples of one length at sample, "
            "got tuple of 2 from dataset index 10 and tuple of 3 from dataset index 11",
        ),
        (
            [{"a": 1}, {"a": 1, "b": 2}],
            ValueError,
            "expected mappings of the same keys at sample, "
            "got ['a'] from dataset index 10 and ['a', 'b'] from dataset index 11",
        ),
        (
            [[1], ["one"]],
            TypeError,
            "expected samples of one type at sample[0], got int from dataset index 10 and str from dataset index 11",
        ),
        (
            [{"mask": np.zeros(1)}, {"mask": None}],
            TypeError,
            "expected samples of one type at sample['mask'], "
            "got ndarray from dataset index 10 and NoneType from dataset index 11",
        ),
        (
            [(0, None), (0, None)],
            TypeError,
            "expected Tensors, NumPy arrays, numbers, text, dicts, lists, tuples or dataclasses at sample[1], "
            f"got NoneType from dataset index 10; {FIX_TYPE}",
        ),
        (
            [np.array(["a"]), np.array(["b"])],
            TypeError,
            "expected numbers at sample, got dtype <U1 from dataset indices 10, 11",
        ),
        (
            [{"id": 2}, {"id": 2**70}],
            TypeError,
            "expected numbers at sample['id'], "
            "got dtype int64 from dataset index 10 and dtype object from dataset index 11",
        ),
    ],
)
def test_errors_name_the_samples(samples, kind, text):
    """An error says where in the sample, which dataset indices, and what each of them has."""
    with pytest.raises(kind) as error:
        default_collate(samples, indices=range(10, 30))
    assert str(error.value) == f"default_collate(): argument 'samples': {text}"


def test_errors_without_indices():
    """Called by itself, default_collate names positions."""
    with pytest.raises(ft.ShapeError) as error:
        default_collate([np.zeros(2), np.zeros(3), np.zeros(3)])
    assert str(error.value) == (
        "default_collate(): argument 'samples': expected arrays of one shape at sample, "
        f"got (2,) float64 from position 0 and (3,) float64 from positions 1, 2; {FIX_SHAPES}"
    )


def test_convert():
    """Arrays become Tensors that share memory; the rest stays."""
    array = np.zeros(2)
    sample = default_convert({"x": (array, "text", 3), "point": Point(array, None), "words": np.array(["a"])})
    assert type(sample["x"]) is list
    assert isinstance(sample["x"][0], ft.Tensor)
    assert sample["x"][1:] == ["text", 3]
    assert type(sample["point"]) is Point
    assert sample["words"].tolist() == ["a"]
    array[0] = 1
    assert sample["point"].x.tolist() == [1, 0]


@dataclasses.dataclass(frozen=True)
class Scene:
    image: np.ndarray
    label: int = 0

    def __post_init__(self):
        assert self.label in (0, 1), "checks a sample"


@dataclasses.dataclass
class Other:
    image: np.ndarray


def test_dataclasses():
    """Each field is collated; the type stays, and its checks of a sample do not run on the batch."""
    batch = default_collate([Scene(np.zeros(2), 1), Scene(np.ones(2), 0)])
    assert type(batch) is Scene
    assert (batch.image.tolist(), batch.label.tolist()) == ([[0, 0], [1, 1]], [1, 0])
    converted = default_convert(Scene(np.zeros(2)))
    assert isinstance(converted.image, ft.Tensor) and type(converted) is Scene
    with pytest.raises(ft.ShapeError, match=r"at sample\.image, got \(2,\) float64 from position 0"):
        default_collate([Scene(np.zeros(2)), Scene(np.zeros(3))])
    with pytest.raises(
        TypeError, match=r"expected dataclasses of one type at sample, got Scene from position 0 and Other"
    ):
        default_collate([Scene(np.zeros(2)), Other(np.zeros(2))])


def test_memory_maps(tmp_path):
    """Rows of a file that is mapped are arrays like others."""
    np.save(tmp_path / "x.npy", np.arange(6.0).reshape(3, 2))
    rows = np.load(tmp_path / "x.npy", mmap_mode="r")
    batch = default_collate([rows[0], rows[2]])
    assert type(batch) is ft.Tensor and batch.tolist() == [[0, 1], [4, 5]]


@pytest.mark.parametrize("dtype", [">f4", "uint16", "uint64", "float16", "complex64"])
def test_unusual_dtypes(dtype):
    """Arrays from files in another byte order, and dtypes that few use."""
    batch = default_collate([np.array([1, 2], dtype), np.array([3, 4], dtype)])
    assert batch.tolist() == [[1, 2], [3, 4]] and batch.dtype == np.dtype(dtype).newbyteorder("=")


def test_mixed_dtypes_are_promoted():
    """As ft.stack does it."""
    batch = default_collate([np.array([1]), np.array([0.5])])
    assert batch.dtype == ft.float64 and batch.tolist() == [[1], [0.5]]


class Box:
    def __init__(self, corners):
        self.corners = corners


class Small(Box):
    pass


@pytest.fixture
def registered():
    before = dict(collate.registered)
    register_collate(Box, lambda boxes: default_collate([box.corners for box in boxes]))
    yield
    collate.registered.clear()
    collate.registered.update(before)
    collate._row.cache_clear()


def test_own_types(registered):
    """A registered type and its subclasses, anywhere in a sample; what it says when it fails."""
    batch = default_collate([(0, Box([1, 2])), (1, Small([3, 4]))])
    assert [part.tolist() for part in batch[1]] == [[1, 3], [2, 4]]
    with pytest.raises(ValueError) as error:
        default_collate([{"boxes": Box([1, 2])}, {"boxes": Box([3])}])
    assert error.value.__notes__ == ["while collating Box at sample['boxes']"]


@pytest.mark.parametrize("method", ["server", "fork", "spawn", "thread"])
def test_own_types_in_workers(registered, method):
    """What was registered here is known there, too."""
    loader = DataLoader([Box([i]) for i in range(4)], 2, num_workers=2, multiprocessing_context=method)
    assert [batch[0].tolist() for batch in loader] == [[0, 1], [2, 3]]


def test_registering_what_is_no_type():
    """The arguments are easily exchanged."""
    with pytest.raises(TypeError, match=r"register_collate\(\): argument 'kind': expected a type, got function"):
        register_collate(lambda boxes: boxes, Box)
    with pytest.raises(TypeError, match=r"register_collate\(\): argument 'collate': expected a function, got list"):
        register_collate(Box, [])
