"""The DataLoader: its stages together, its arguments, and whose sample it was when something failed."""

import dataclasses
import pathlib
from collections import namedtuple
from itertools import chain

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import BatchSampler, DataLoader, IterableDataset, SequentialSampler, Subset, TensorDataset
from hypothesis import given
from hypothesis import strategies as st


class Squares:
    """A dataset by its methods alone; counts how often it is read."""

    def __init__(self, n):
        self.n = n
        self.reads = 0

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        self.reads += 1
        return np.array([index]), index**2


class Together(Squares):
    """The same, reading samples together as PyTorch's loader asks for."""

    def __getitems__(self, indices):
        return [self[index] for index in indices]


def batches(loader):
    return [[part.tolist() for part in batch] for batch in loader]


@given(st.integers(0, 40), st.integers(1, 10), st.booleans(), st.booleans())
def test_an_epoch_reads_every_sample(n, batch_size, shuffle, drop_last):
    """Every sample comes once, apart from a dropped last batch; len() tells the number of batches."""
    loader = DataLoader(TensorDataset(ft.arange(n)), batch_size, shuffle=shuffle, drop_last=drop_last)
    epoch = [batch for (batch,) in batches(loader)]
    assert len(epoch) == len(loader)
    seen = list(chain(*epoch))
    assert len(set(seen)) == len(seen) == (n - n % batch_size if drop_last else n)
    assert shuffle or seen == sorted(seen)


@pytest.mark.parametrize("kind", [Squares, Together])
def test_samples_are_collated(kind):
    """Samples are read and collated in order, whether one by one or together."""
    dataset = kind(5)
    assert batches(DataLoader(dataset, batch_size=3)) == [
        [[[0], [1], [2]], [0, 1, 4]],
        [[[3], [4]], [9, 16]],
    ]
    assert dataset.reads == 5


def test_reading_at_once_equals_reading_one_by_one():
    """The fast path of TensorDataset, and of a subset of it, gives what collating its samples gives."""
    dataset = TensorDataset(ft.randn(11, 2, 3), ft.arange(11))
    for data in (dataset, Subset(dataset, [7, 1, 1, 10, 3])):
        slow = [data[index] for index in range(len(data))]
        for fast, usual in zip(DataLoader(data, batch_size=4), DataLoader(slow, batch_size=4), strict=True):
            assert type(fast) is type(usual) is list
            assert [part.tolist() for part in fast] == [part.tolist() for part in usual]
            assert [part.dtype for part in fast] == [part.dtype for part in usual]


def test_own_collate_gets_samples():
    """With a collate_fn of one's own, the samples come one by one even where the dataset could read at once."""
    loader = DataLoader(TensorDataset(ft.arange(3)), batch_size=2, collate_fn=len)
    assert list(loader) == [2, 1]


def test_shuffle_is_reproducible():
    """The same seed gives the same epochs, and the epochs differ."""
    first, second = (DataLoader(Squares(50), 8, shuffle=True, generator=ft.Generator(5)) for _ in range(2))
    epochs = [batches(first), batches(first)]
    assert epochs == [batches(second), batches(second)]
    assert epochs[0] != epochs[1]


def test_shuffle_follows_manual_seed():
    """Without a generator the default one decides."""
    epochs = []
    for _ in range(2):
        ft.manual_seed(0)
        epochs.append(batches(DataLoader(Squares(50), 8, shuffle=True)))
    assert epochs[0] == epochs[1]


def test_iterators_are_independent():
    """Two loops over one loader do not disturb each other."""
    loader = DataLoader(TensorDataset(ft.arange(4)), batch_size=2)
    assert [(a[0].tolist(), b[0].tolist()) for a, b in zip(loader, loader, strict=True)] == [
        ([0, 1], [0, 1]),
        ([2, 3], [2, 3]),
    ]


def test_any_iterable_is_a_sampler():
    """A list of indices decides the order, and a dataset then needs no length."""
    dataset = {"a": 1, "b": 2, "c": 3}
    loader = DataLoader(dataset, batch_size=2, sampler=["c", "a", "b"])
    assert len(loader) == 2
    assert [batch.tolist() for batch in loader] == [[3, 1], [2]]


def test_batch_sampler():
    """A batch sampler decides the batches."""
    loader = DataLoader(range(4), batch_sampler=[[3], [0, 1, 2]])
    assert len(loader) == 2
    assert [batch.tolist() for batch in loader] == [[3], [0, 1, 2]]


def test_without_batches():
    """With batch_size=None samples come one by one, arrays as Tensors."""
    loader = DataLoader(Squares(3), batch_size=None)
    assert len(loader) == 3
    assert [(x.tolist(), y) for x, y in loader] == [([0], 0), ([1], 1), ([2], 4)]
    assert list(DataLoader("abc", batch_size=None, collate_fn=str.upper)) == ["A", "B", "C"]


def test_stages_are_there_to_see():
    """Each stage is an attribute."""
    loader = DataLoader(Squares(3), batch_size=2, drop_last=True)
    assert isinstance(loader.sampler, SequentialSampler)
    assert isinstance(loader.batch_sampler, BatchSampler)
    assert loader.fetch([2])[1].tolist() == [4]


def test_unused_arguments_of_workers_are_accepted():
    """Arguments that only matter with workers or a GPU do no harm."""
    loader = DataLoader(Squares(1), pin_memory=True, timeout=5.0, worker_init_fn=print, in_order=False)
    assert len(list(loader)) == 1


def test_length_needs_the_samplers_length():
    """A sampler without a length is fine until len() is asked for."""

    class Endless:
        def __iter__(self):
            return iter([0, 1])

    loader = DataLoader(range(2), sampler=Endless())
    assert len(list(loader)) == 2
    with pytest.raises(TypeError) as error:
        len(loader)
    assert str(error.value) == "object of type 'Endless' has no len()"


class Broken(Squares):
    def __getitem__(self, index):
        if index == 3:
            raise OSError("cannot read the file")
        return index


class BrokenTogether(Broken):
    def __getitems__(self, indices):
        return [self[index] for index in indices]


@pytest.mark.parametrize(
    ("dataset", "batch_size", "notes"),
    [
        (Broken(10), 4, ["while reading index 3 of Broken"]),
        (Broken(10), None, ["while reading index 3 of Broken"]),
        (BrokenTogether(10), 8, ["while reading indices [0, 1, 2, 3, 4, 5, ...] of BrokenTogether"]),
        (
            Subset(Broken(10), [1, 3]),
            2,
            ["while reading index 3 of Broken", "while reading indices [0, 1] of Subset"],
        ),
    ],
)
def test_errors_while_reading_name_the_index(dataset, batch_size, notes):
    """The dataset's own exception arrives, with a note that says which index it was."""
    with pytest.raises(OSError) as error:
        list(DataLoader(dataset, batch_size))
    assert str(error.value) == "cannot read the file"
    assert error.value.__notes__ == notes


class Folder:
    """Keeps its files as datasets of folders do."""

    def __init__(self, samples):
        self.samples = samples

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        raise OSError("cannot read the file")


class Named(Folder):
    def __getpath__(self, index):
        return pathlib.PurePath("elsewhere", f"{index}.png")


def test_errors_while_reading_name_the_file(tmp_path):
    """Where the dataset knows it; text that is no file is not taken for one."""
    there, gone = tmp_path / "a.png", str(tmp_path / "gone.png")
    there.touch()
    for dataset, file in [
        (Folder([there]), there),
        (Folder([(gone, 3)]), gone),
        (Named([0]), "elsewhere/0.png"),
        (Folder(["a sentence and/or two"]), None),
        (Folder([(5, 3)]), None),
        (Folder([b"bytes"]), None),
    ]:
        for loader in (DataLoader(dataset), DataLoader(Subset(dataset, [0]), None)):
            with pytest.raises(OSError) as error:
                list(loader)
            where = f"while reading index 0 of {type(dataset).__name__}"
            assert error.value.__notes__[0] == (where if file is None else f"{where}, file {file}")


def test_errors_while_reading_at_once_name_the_indices():
    """An index outside of a TensorDataset is named too."""
    with pytest.raises(IndexError) as error:
        list(DataLoader(TensorDataset(ft.arange(3)), sampler=[1, 7], batch_size=2))
    assert error.value.__notes__ == ["while reading indices [1, 7] of TensorDataset"]


Point = namedtuple("Point", "x y")


def fails(samples):
    raise ZeroDivisionError


@dataclasses.dataclass
class Scene:
    image: object
    names: list


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        ([(1, "a"), (2, "b")], "(int, str)"),
        (
            [{"x": ft.ones(2, 3), "y": np.float32(1)}, {"x": ft.ones(2, 3), "y": 1}],
            "{'x': Tensor (2, 3) float32, 'y': int} from dataset index 1 and "
            "{'x': Tensor (2, 3) float32, 'y': float32} from dataset index 0",
        ),
        ([Scene(np.zeros(2, np.uint8), ["a"] * 9)] * 2, "Scene(image=ndarray (2,) uint8, names=[9 parts])"),
        ([Point(1, None)] * 2, "Point(x=int, y=NoneType)"),
        ([{"a": [[[[1]]]]}] * 2, "{'a': [[[1 parts]]]}"),
    ],
)
def test_errors_in_collate_fn_name_the_indices_and_samples(samples, text):
    """An error in one's own collate_fn: which samples it was given, and what they are made of."""
    with pytest.raises(ZeroDivisionError) as error:
        list(DataLoader(samples, batch_size=2, sampler=[1, 0], collate_fn=fails))
    assert error.value.__notes__ == [f"while collating indices [1, 0] of list: {text}"]


def test_errors_in_converting_name_the_index():
    """So does an error of one that gets single samples."""
    with pytest.raises(ZeroDivisionError) as error:
        list(DataLoader(range(4), batch_size=None, sampler=[2], collate_fn=fails))
    assert error.value.__notes__ == ["while converting index 2 of range: int"]


def test_samples_that_answer_in_their_own_way():
    """What cannot be described keeps no error from arriving."""

    class Odd:
        @property
        def shape(self):
            raise LookupError

    with pytest.raises(ZeroDivisionError) as error:
        list(DataLoader([Odd()], collate_fn=fails))
    assert error.value.__notes__ == ["while collating indices [0] of list"]


class Stream(IterableDataset):
    def shard(self, index, count):
        return (np.zeros(2 if number < 5 else 3) for number in range(index, 8, count))

    def __iter__(self):
        return self.shard(0, 1)


@pytest.mark.parametrize("workers", [0, 2])
def test_errors_in_collating_an_iterable_dataset_name_the_samples(workers):
    """By their numbers, in the order of the dataset."""
    with pytest.raises(ft.ShapeError) as error:
        list(DataLoader(Stream(), 2, num_workers=workers))
    (a, b) = (4, 5) if workers == 0 else (4, 6)
    assert f"got (2,) float64 from dataset index {a} and (3,) float64 from dataset index {b};" in str(error.value)
    with pytest.raises(ZeroDivisionError) as error:
        list(DataLoader(Stream(), 3, collate_fn=fails, num_workers=workers))
    first = [0, 1, 2] if workers == 0 else [0, 2, 4]
    assert error.value.__notes__[0] == f"while collating indices {first} of Stream: ndarray (2,) float64"
    with pytest.raises(ZeroDivisionError) as error:
        list(DataLoader(Stream(), None, collate_fn=fails, num_workers=workers))
    assert error.value.__notes__[0] == "while converting index 0 of Stream: ndarray (2,) float64"


def test_ragged_samples_name_the_dataset_indices():
    """Ragged samples are named by their index in the dataset, not by their place in the batch."""
    dataset = [np.zeros(2), np.zeros(2), np.zeros(3)]
    with pytest.raises(ft.ShapeError) as error:
        list(DataLoader(dataset, batch_size=2, sampler=[2, 1]))
    assert str(error.value) == (
        "default_collate(): argument 'samples': expected arrays of one shape at sample, "
        "got (3,) float64 from dataset index 2 and (2,) float64 from dataset index 1; "
        "make them equal in the dataset, or give DataLoader a collate_fn that pads them, such as PadCollate()"
    )


SAMPLER_DECIDES = "the sampler alone decides the order"
BATCHES_DECIDED = "the batch_sampler alone decides the batches"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"batch_size": 0}, "'batch_size': expected a positive int, got 0"),
        ({"num_workers": -1}, "'num_workers': expected 0 or more, got -1"),
        ({"num_workers": 1, "prefetch_factor": 0}, "'prefetch_factor': expected a positive int, got 0"),
        (
            {"num_workers": 1, "multiprocessing_context": "forks"},
            "'multiprocessing_context': expected one of 'server', 'fork', 'spawn', 'thread', got 'forks'",
        ),
        (
            {"on_error": "ignore"},
            "'on_error': expected 'raise', 'skip' or a function of an index and an exception, got 'ignore'",
        ),
        ({"timeout": -1}, "'timeout': expected at least 0 seconds, got -1"),
        ({"prefetch_factor": 2}, "'prefetch_factor': expected None with num_workers=0, got 2"),
        ({"persistent_workers": True}, "'persistent_workers': expected False with num_workers=0, got True"),
        (
            {"multiprocessing_context": "spawn"},
            "'multiprocessing_context': expected None with num_workers=0, got 'spawn'",
        ),
        ({"sampler": [0], "shuffle": True}, f"'shuffle': expected False with a sampler, got True; {SAMPLER_DECIDES}"),
        (
            {"batch_sampler": [[0]], "batch_size": 2},
            f"'batch_size': expected its default 1 with a batch_sampler, got 2; {BATCHES_DECIDED}",
        ),
        (
            {"batch_sampler": [[0]], "shuffle": True},
            f"'shuffle': expected False with a batch_sampler, got True; {BATCHES_DECIDED}",
        ),
        (
            {"batch_sampler": [[0]], "sampler": [0]},
            f"'sampler': expected None with a batch_sampler, got list; {BATCHES_DECIDED}",
        ),
        (
            {"batch_sampler": [[0]], "drop_last": True},
            f"'drop_last': expected False with a batch_sampler, got True; {BATCHES_DECIDED}",
        ),
        (
            {"batch_size": None, "drop_last": True},
            "'drop_last': expected False with batch_size=None, got True; without batches there is no last one to drop",
        ),
        (
            {"sampler": iter([0])},
            "'sampler': expected an iterable that starts anew every epoch, got list_iterator; "
            "an iterator would be empty from the second epoch on; give a list or a Sampler",
        ),
    ],
)
def test_contradictions_are_refused(arguments, text):
    """Arguments that contradict one another are refused when the loader is made."""
    with pytest.raises(ValueError) as error:
        DataLoader(range(4), **arguments)
    assert str(error.value) == f"DataLoader(): argument {text}"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"dataset": iter([1])}, "'dataset': expected a dataset with __getitem__, got list_iterator"),
        ({"batch_size": "4"}, "'batch_size': expected int, got str"),
        ({"batch_size": True}, "'batch_size': expected int, got bool"),
        ({"shuffle": 1}, "'shuffle': expected bool, got int"),
        ({"drop_last": None}, "'drop_last': expected bool, got NoneType"),
        ({"pin_memory": 1}, "'pin_memory': expected bool, got int"),
        ({"in_order": 1}, "'in_order': expected bool, got int"),
        ({"persistent_workers": 1}, "'persistent_workers': expected bool, got int"),
        ({"num_workers": 0.0}, "'num_workers': expected int, got float"),
        ({"timeout": "1"}, "'timeout': expected a number of seconds, got str"),
        ({"collate_fn": 1}, "'collate_fn': expected a function or None, got int"),
        ({"worker_init_fn": 1}, "'worker_init_fn': expected a function or None, got int"),
        ({"sampler": 5}, "'sampler': expected an iterable of indices, got int"),
        (
            {"generator": 0},
            "'generator': expected flambeau.tensor.Generator or None, got int; use ft.Generator(seed)",
        ),
    ],
)
def test_wrong_types_are_refused(arguments, text):
    """Arguments of the wrong type are refused when the loader is made."""
    with pytest.raises(TypeError) as error:
        DataLoader(**{"dataset": range(4), **arguments})
    assert str(error.value) == f"DataLoader(): argument {text}"


def test_a_dataset_without_length_needs_a_sampler():
    """The error says what to do."""

    class NoLength:
        def __getitem__(self, index):
            return index

    with pytest.raises(TypeError) as error:
        DataLoader(NoLength())
    assert str(error.value) == (
        "DataLoader(): argument 'dataset': expected a dataset with __len__, got NoLength; "
        "define __len__, or give a sampler"
    )
