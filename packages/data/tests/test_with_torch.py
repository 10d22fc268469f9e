"""Beside PyTorch: datasets written for its loader in ours, and ours in its."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    StackDataset,
    Subset,
    TensorDataset,
    sample_generator,
)

torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
loaders = torch.utils.data


class Images(loaders.Dataset):
    """As one writes it for PyTorch."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return torch.full((3, 4), index, dtype=torch.float32), {"label": torch.tensor(index), "name": str(index)}


@pytest.mark.parametrize("method", [None, "server", "fork", "thread"])
def test_its_datasets_in_our_loader(method):
    """Its tensors become ours, in the places where they are."""
    arguments = {"num_workers": 2, "multiprocessing_context": method} if method else {}
    for i, (images, rest) in enumerate(DataLoader(Images(), 5, **arguments)):
        assert type(images) is ft.Tensor and images.dtype == ft.float32 and images.shape == (5, 3, 4)
        assert images[:, 0, 0].tolist() == rest["label"].tolist() == list(range(5 * i, 5 * i + 5))
        assert rest["name"] == [str(n) for n in range(5 * i, 5 * i + 5)]


def test_its_tensors_without_batches():
    """They are converted without a copy."""
    image, rest = next(iter(DataLoader(Images(), None)))
    assert type(image) is ft.Tensor and rest["label"].item() == 0


def test_its_wrappers_and_samplers():
    """Subsets, concatenations and samplers are datasets and samplers like any other."""
    dataset = loaders.ConcatDataset([loaders.Subset(Images(), [3, 1]), loaders.TensorDataset(torch.arange(2))])
    loader = DataLoader(dataset, None, sampler=loaders.SequentialSampler(dataset))
    assert [sample[0].reshape(-1)[0].item() for sample in loader] == [3, 1, 0, 1]
    loader = DataLoader(range(6), batch_sampler=loaders.BatchSampler(loaders.SequentialSampler(range(6)), 4, False))
    assert [batch.tolist() for batch in loader] == [[0, 1, 2, 3], [4, 5]]


class Stream(loaders.IterableDataset):
    """Shares its samples out by PyTorch's get_worker_info."""

    def __iter__(self):
        info = loaders.get_worker_info()
        part = range(9) if info is None else range(info.id, 9, info.num_workers)
        return (torch.tensor(n) for n in part)


class Unshared(loaders.IterableDataset):
    def __iter__(self):
        return iter(range(9))


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_its_iterable_datasets(workers):
    """Each sample comes once; who does not share out is refused."""
    loader = DataLoader(Stream(), 2, num_workers=workers)
    assert sorted(n for batch in loader for n in batch.tolist()) == list(range(9))
    if workers < 2:
        assert len(list(DataLoader(Unshared(), 2, num_workers=workers))) == 5
    else:
        with pytest.raises(ValueError, match="expected at most 1 for Unshared, which does not share its samples out"):
            list(DataLoader(Unshared(), 2, num_workers=workers))


class Augmented(loaders.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        return torch.rand(1).item()


def test_its_generator_is_seeded():
    """For each worker and epoch, and the same in the next run."""
    runs = []
    for _ in range(2):
        loader = DataLoader(Augmented(), 1, num_workers=2, generator=ft.Generator(3))
        runs.append([batch.item() for _ in range(2) for batch in loader])
    assert runs[0] == runs[1] and len(set(runs[0])) == 16


class Ours(Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, index):
        noise = ft.rand(2, generator=sample_generator())
        return {"x": ft.full((3,), index), "y": index, "a": np.float32(index), "noise": noise}


@pytest.mark.parametrize("arguments", [{}, {"num_workers": 2}, {"num_workers": 1, "multiprocessing_context": "spawn"}])
def test_our_datasets_in_its_loader(arguments):
    """Tensors become its tensors; random ones differ between samples and workers."""
    noise = set()
    for i, batch in enumerate(loaders.DataLoader(Ours(), 5, **arguments)):
        assert isinstance(batch["x"], torch.Tensor) and batch["x"].shape == (5, 3)
        assert batch["x"][:, 0].tolist() == batch["y"].tolist() == batch["a"].tolist() == list(range(5 * i, 5 * i + 5))
        noise.update(batch["noise"][:, 0].tolist())
    assert len(noise) == 10


def test_our_wrappers_in_its_loader():
    """TensorDataset, Subset, ConcatDataset and StackDataset."""
    rows = TensorDataset(ft.arange(6).reshape(3, 2), ft.arange(3))
    dataset = StackDataset(data=ConcatDataset([Subset(rows, [2]), rows]), number=range(4))
    (batch,) = loaders.DataLoader(dataset, 4)
    assert batch["data"][1].tolist() == [2, 0, 1, 2] and batch["number"].tolist() == [0, 1, 2, 3]


def test_one_seed_gives_its_loader_one_run():
    """Our random samples follow its generator's seed."""
    runs = []
    for _ in range(2):
        generator = torch.Generator().manual_seed(5)
        loader = loaders.DataLoader(Ours(), 5, num_workers=2, generator=generator)
        runs.append([batch["noise"].tolist() for batch in loader])
    assert runs[0] == runs[1]
