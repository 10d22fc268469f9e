"""Workers: the same batches as without them, however they are started and whatever is kept."""

import gc
import os
import pickle
import random
import resource
import subprocess
import sys
import textwrap
import time

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import (
    ChainDataset,
    DataLoader,
    IterableDataset,
    TensorDataset,
    default_collate,
    get_worker_info,
    sample_generator,
)
from flambeau.data.workers import arena
from processes import descriptors

METHODS = ("server", "fork", "spawn", "thread")


class Augmented:
    """Images with random changes."""

    def __init__(self, n=50):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        noise = ft.rand(2, 3, generator=sample_generator())
        return {"image": np.full((3, 8, 8), index, np.int64), "noise": noise, "name": str(index), "label": index}


def epochs(loader, count=2):
    return [[{key: as_plain(value) for key, value in batch.items()} for batch in loader] for _ in range(count)]


def as_plain(value):
    return (value.dtype, value.tolist()) if isinstance(value, ft.Tensor) else value


@pytest.fixture(scope="module")
def expected():
    return epochs(DataLoader(Augmented(), 8, shuffle=True, generator=ft.Generator(5)))


@pytest.mark.parametrize(
    ("method", "workers"), [("server", n) for n in range(1, 9)] + [(m, n) for m in METHODS[1:] for n in (1, 3)]
)
def test_batches_do_not_depend_on_workers(expected, method, workers):
    """Same seed: bit-identical batches, random augmentation included, and another epoch is another one."""
    loader = DataLoader(
        Augmented(), 8, shuffle=True, generator=ft.Generator(5), num_workers=workers, multiprocessing_context=method
    )
    assert epochs(loader) == expected
    assert expected[0] != expected[1]


def test_out_of_order_gives_every_batch():
    """With in_order=False batches come as they are ready; none is lost."""

    class Uneven(Augmented):
        def __getitem__(self, index):
            time.sleep(0.02 if index == 0 else 0)
            return index

    loader = DataLoader(Uneven(40), 4, num_workers=2, in_order=False)
    assert sorted(index for batch in loader for index in batch.tolist()) == list(range(40))


def test_kept_batches_stay_as_they_were():
    """A consumer who keeps batches gets memory that nobody writes to any more, also when the arenas are full."""
    loader = DataLoader(TensorDataset(ft.arange(400).reshape(400, 1).expand(400, 100_000)), 4, num_workers=2)
    kept = [batch for (batch,) in loader]
    for i, batch in enumerate(kept):
        assert batch[:, 0].tolist() == [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3]
        assert bool((batch == batch[:, :1]).all())
    kept[0].add_(1)  # and it may be written to


def test_dropped_batches_give_their_memory_back():
    """Places in the arena are used again: an epoch of far more bytes than an arena holds needs no copies."""
    loader = DataLoader(TensorDataset(ft.zeros(64, 100_000)), 8, num_workers=1)
    for _ in range(30):
        for (batch,) in loader:
            del batch
    pool = loader._crew._idle[0]
    gc.collect()
    pool._take_back(0)
    assert pool.workers[0].arena.lent == 0


def test_two_tensors_in_one_place(monkeypatch):
    """A batch may hold two views of one memory: it is whole, and its place free when both are gone."""
    monkeypatch.setattr(arena, "limit", lambda workers: 1 << 20)  # so that half of the batches are copied

    def collate(samples):
        batch = default_collate(samples)
        return batch, batch.reshape(-1)

    loader = DataLoader([np.full(10_000, i, np.float32) for i in range(40)], 2, num_workers=1, collate_fn=collate)
    kept = list(loader)
    assert [(one[:, 0].tolist(), other[::10_000].tolist()) for one, other in kept] == [
        ([i, i + 1], [i, i + 1]) for i in range(0, 40, 2)
    ]
    del kept
    pool = loader._crew._idle[0]
    gc.collect()
    pool._take_back(0)
    assert pool.workers[0].arena.lent == 0


def test_many_kept_batches_need_few_descriptors():
    """A batch costs no descriptor: thousands are kept with room for 64."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    now = descriptors()
    resource.setrlimit(resource.RLIMIT_NOFILE, (now + 64, hard))
    try:
        kept = list(DataLoader(TensorDataset(ft.zeros(5000, 300)), 1, num_workers=2))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(kept) == 5000


@pytest.mark.parametrize("method", METHODS)
def test_a_changed_dataset_is_noticed(method):
    """Workers last over epochs, and read what was changed between them: an attribute, an element of an array, a
    collate_fn; one that sees all changes as it is need not be begun anew."""
    dataset = Augmented(4)
    dataset.offsets = np.zeros(1000)
    processes = method != "thread"

    def collate(samples):
        return len(samples), float(dataset.offsets[999]), os.getpid()

    def epoch():
        return list(loader), [id(pool) for pool in loader._crew._idle]

    loader = DataLoader(dataset, 2, num_workers=1, collate_fn=collate, multiprocessing_context=method)
    first = epoch()
    assert epoch() == first and (first[0][0][2] != os.getpid()) == processes
    dataset.n = 6
    second = epoch()
    assert [batch[:2] for batch in second[0]] == [(2, 0.0)] * 3
    dataset.offsets[999] = 1.5
    third = epoch()
    assert [batch[:2] for batch in third[0]] == [(2, 1.5)] * 3
    assert (len({run[0][0][2] for run in (first, second, third)}) == 3) == processes


def test_generators_are_seeded_per_worker_and_epoch():
    """Python's, NumPy's and the default generator differ between workers and epochs, and are the same in the next
    run, however fast each worker is."""

    class Random:
        def __init__(self, slow):
            self.slow = slow

        def __len__(self):
            return 16

        def __getitem__(self, index):
            time.sleep(0.01 if (index in (0, 5)) == self.slow else 0)
            return np.array([random.random(), np.random.rand(), ft.rand(1).item()])

    runs = []
    for slow in (True, False):
        loader = DataLoader(Random(slow), 1, num_workers=2, generator=ft.Generator(1))
        runs.append([[batch.tolist() for batch in loader] for _ in range(2)])
    assert runs[0] == runs[1]
    values = [value for epoch in runs[0] for batch in epoch for value in batch[0]]
    assert len(set(values)) == len(values)


def test_worker_info_and_init():
    """A worker knows who it is, and worker_init_fn runs first, in each."""

    class Who:
        def __len__(self):
            return 4

        def __getitem__(self, index):
            info = get_worker_info()
            return info.id, info.num_workers, type(info.dataset).__name__, os.environ["SEEN"]

    def init(number):
        os.environ["SEEN"] = str(number)

    loader = DataLoader(Who(), None, num_workers=2, worker_init_fn=init)
    assert sorted(loader) == [[0, 2, "Who", "0"]] * 2 + [[1, 2, "Who", "1"]] * 2
    assert get_worker_info() is None


@pytest.mark.parametrize("method", METHODS)
def test_two_loops_over_one_loader(method):
    """Each loop has its own workers; a loop that is left early disturbs no later one."""
    loader = DataLoader(TensorDataset(ft.arange(40)), 4, num_workers=2, multiprocessing_context=method)
    pairs = [(a[0].tolist(), b[0].tolist()) for a, b in zip(loader, loader, strict=True)]
    assert all(a == b for a, b in pairs) and len(pairs) == 10
    for batch in loader:
        assert batch[0].tolist() == [0, 1, 2, 3]
        break
    assert [index for (batch,) in loader for index in batch.tolist()] == list(range(40))


def test_a_left_loop_is_collected_while_the_next_begins():
    """It gives its workers back then, in the middle of the search for some."""
    code = """
        import gc
        from flambeau.data import DataLoader
        from flambeau.data.workers import pool
        class Collecting(pool.ThreadPool):
            def __init__(self, work):
                gc.collect()
                super().__init__(work)
        pool.ThreadPool = Collecting
        gc.disable()
        loader = DataLoader(range(8), num_workers=1, multiprocessing_context="thread")
        left = [iter(loader)]
        next(left[0])
        left.append(left)
        del left
        print(len(list(loader)), len(loader._crew._idle))
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60)
    assert run.stdout == "8 2\n", run.stderr


class Numbers(IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


class Sharded(Numbers):
    def shard(self, index, count):
        return range(index, self.n, count)


class SharedAsInPyTorch(Numbers):
    """As a dataset for PyTorch's loader does it."""

    def __iter__(self):
        info = get_worker_info()
        return iter(range(self.n)) if info is None else iter(range(info.id, self.n, info.num_workers))


@pytest.mark.parametrize("kind", [Sharded, SharedAsInPyTorch, lambda n: ChainDataset([Sharded(n)])])
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_iterable_datasets_are_shared_out(kind, workers):
    """Each sample comes once; workers take turns."""
    loader = DataLoader(kind(11), 2, num_workers=workers)
    for _ in range(2):
        batches = [batch.tolist() for batch in loader]
        assert sorted(index for batch in batches for index in batch) == list(range(11))
    if workers < 2:
        assert batches == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10]]
    else:
        assert batches == [[0, 2], [1, 3], [4, 6], [5, 7], [8, 10], [9]]


def test_iterable_datasets_that_do_not_share_are_refused():
    """With several workers each would give every sample: an error says what to do."""
    assert [batch.tolist() for batch in DataLoader(Numbers(5), 3, num_workers=1)] == [[0, 1, 2], [3, 4]]
    with pytest.raises(ValueError) as error:
        list(DataLoader(Numbers(5), 2, num_workers=2))
    assert str(error.value) == (
        "DataLoader(): argument 'num_workers': expected at most 1 for Numbers, which does not share its samples out, "
        "got 2; define shard(index, count), or let __iter__ ask get_worker_info() which part to give"
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_iterable_datasets_are_shared_out_to_training_processes(monkeypatch, workers):
    """All that a launcher started together read each sample once; a dataset that cannot be shared out is refused."""
    monkeypatch.setenv("WORLD_SIZE", "3")
    seen = []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        loader = DataLoader(ChainDataset([Sharded(11)]), 2, num_workers=workers)
        seen += [index for batch in loader for index in batch.tolist()]
    assert sorted(seen) == list(range(11))
    with pytest.raises(ValueError) as error:
        list(DataLoader(SharedAsInPyTorch(5), 2, num_workers=workers))
    assert str(error.value) == (
        "DataLoader(): argument 'dataset': expected samples shared out among training processes, got "
        "SharedAsInPyTorch, "
        "which each of the 3 that WORLD_SIZE says would read whole; define shard(index, count)"
    )


SCRIPT = """
import flambeau.tensor as ft
from flambeau.data import DataLoader

class Squares:
    def __len__(self):
        return 10
    def __getitem__(self, index):
        return transform(index)

transform = lambda x: x * x
print([batch.tolist() for batch in DataLoader(Squares(), 5, num_workers=2, collate_fn=lambda s: ft.tensor(s))])
"""


@pytest.mark.parametrize("method", ["server", "fork", "spawn"])
def test_scripts_need_no_guard(tmp_path, method):
    """Classes and lambdas of a script without ``if __name__ == "__main__"`` travel to the workers; it runs once."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("num_workers=2", f"num_workers=2, multiprocessing_context={method!r}"))
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "[[0, 1, 4, 9, 16], [25, 36, 49, 64, 81]]\n" and run.stderr == ""


def test_modules_beside_a_script_are_found(tmp_path):
    """A dataset in a module that only the script's folder has."""
    (tmp_path / "mine.py").write_text("class Three(list):\n    pass\n")
    script = tmp_path / "script.py"
    script.write_text(
        "from mine import Three\nfrom flambeau.data import DataLoader\n"
        "print([b.tolist() for b in DataLoader(Three([7, 8, 9]), 3, num_workers=1)])\n"
    )
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True, cwd="/")
    assert run.stdout == "[[7, 8, 9]]\n"


def test_batches_of_own_types():
    """What a collate_fn makes, classes of a script included, arrives as it is."""
    code = textwrap.dedent("""
        import dataclasses, collections
        import flambeau.tensor as ft
        from flambeau.data import DataLoader
        @dataclasses.dataclass
        class Batch:
            x: ft.Tensor
            names: list
        Pair = collections.namedtuple("Pair", "a b")
        collate = lambda s: Batch(ft.tensor(s), [Pair(n, str(n)) for n in s])
        loader = DataLoader(range(4), 2, num_workers=2, collate_fn=collate)
        print([(type(b) is Batch, b.x.tolist(), b.names) for b in loader])
    """)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == (
        "[(True, [0, 1], [Pair(a=0, b='0'), Pair(a=1, b='1')]), (True, [2, 3], [Pair(a=2, b='2'), Pair(a=3, b='3')])]\n"
    )


def test_loaders_travel_without_their_workers():
    """A loader that has workers can be copied and pickled."""
    loader = DataLoader(TensorDataset(ft.arange(4)), 2, num_workers=1)
    list(loader)
    other = pickle.loads(pickle.dumps(loader))
    assert [batch[0].tolist() for batch in other] == [[0, 1], [2, 3]]


@pytest.mark.parametrize("workers", [0, 2])
def test_on_error(workers):
    """Samples that cannot be read are skipped, or replaced; a batch of which nothing is left is not delivered."""

    class Broken:
        def __len__(self):
            return 8

        def __getitem__(self, index):
            if index in (1, 4, 5):
                raise OSError("cannot be read")
            return index

    skipping = DataLoader(Broken(), 2, num_workers=workers, on_error="skip")
    assert [batch.tolist() for batch in skipping] == [[0], [2, 3], [6, 7]]
    replacing = DataLoader(
        Broken(), 2, num_workers=workers, on_error=lambda index, error: -index if index != 5 else None
    )
    assert [batch.tolist() for batch in replacing] == [[0, -1], [2, 3], [-4], [6, 7]]
    single = DataLoader(Broken(), None, num_workers=workers, on_error="skip")
    assert list(single) == [0, 2, 3, 6, 7]


def test_forks_while_other_workers_are_being_closed():
    """Workers of a loader that is gone are closed by another thread: a fork meanwhile must not see half of that."""
    for _ in range(15):
        assert len(list(DataLoader(range(4), 2, num_workers=2))) == 2  # whose workers are ended from here on
        assert len(list(DataLoader(range(4), 2, num_workers=2, multiprocessing_context="fork"))) == 2
