"""Side by side with PyTorch, where a program has it: datasets of either for the loader of the other.

Nothing here imports PyTorch. What it needs to know is told it when a dataset is made, or a worker begins, and PyTorch
is there already.
"""

from __future__ import annotations

import sys
from typing import Any

import flambeau.tensor as ft

from .worker_info import WorkerInfo, current


def _module(name: str) -> Any:
    """A module of PyTorch, if it is loaded whole."""
    module = sys.modules.get(name)
    return None if module is None or getattr(module.__spec__, "_initializing", False) else module


# Our datasets, its loader -----------------------------------------------------------------------------------------


def introduce() -> None:
    """Tell PyTorch's ``default_collate`` how Tensors are made a batch: as its own, whose memory they become."""
    loaders = _module("torch.utils.data")
    if loaders is not None:
        loaders._utils.collate.default_collate_fn_map.setdefault(ft.Tensor, _collate)


def _collate(batch: list[Any], *, collate_fn_map: Any = None) -> Any:
    torch = sys.modules["torch"]
    return torch.from_dlpack(ft.stack(batch))


_generators: dict[tuple[Any, Any], ft.Generator] = {}


def worker_generator() -> ft.Generator | None:
    """In a worker of PyTorch's loader, a generator of its seed, which is another in each worker and epoch."""
    loaders = sys.modules.get("torch.utils.data")
    info = None if loaders is None or current.info is not None else getattr(loaders, "get_worker_info", lambda: None)()
    if info is None:
        return None
    key = info.id, info.seed
    if key not in _generators:
        _generators.clear()
        _generators[key] = ft.Generator(info.seed)
    return _generators[key]


# Its datasets, our loader -----------------------------------------------------------------------------------------


def is_iterable_dataset(dataset: Any) -> bool:
    """PyTorch's iterable datasets inherit a ``__getitem__``, which only raises."""
    loaders = _module("torch.utils.data")
    return loaders is not None and isinstance(dataset, loaders.IterableDataset)


def use_one_thread() -> None:
    """A worker computes on its one core; and OpenMP's threads, of which PyTorch's may be, do not survive a fork."""
    torch = _module("torch")
    if torch is not None:
        torch.set_num_threads(1)


def seed(word: int) -> None:
    """Seed PyTorch's generator, which a new process would begin with the same state as any other."""
    torch = _module("torch")
    if torch is not None:
        torch.manual_seed(word)


class _Info(WorkerInfo):
    """What PyTorch's ``get_worker_info`` gives in our workers; whoever looks into it shares its samples out."""

    def __getattribute__(self, name: str) -> Any:
        current.asked = True
        return super().__getattribute__(name)


def set_worker_info(info: WorkerInfo) -> None:
    """Let PyTorch's ``get_worker_info`` answer in this worker process."""
    loaders = _module("torch.utils.data")
    if loaders is not None:
        loaders._utils.worker._worker_info = _Info(info.id, info.num_workers, info.seed, info.dataset)
