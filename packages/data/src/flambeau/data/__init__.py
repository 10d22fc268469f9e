"""Datasets, samplers and the DataLoader: from single samples to the batches a model is trained on.

::

    sampler ──▶ batch sampler ──▶ fetch ──▶ collate
    which        how many          read      make one
    index?       at a time?        them      batch

Each stage is an object of its own and can be replaced by your own.
"""

from .collate import default_collate as default_collate
from .collate import default_convert as default_convert
from .dataset import ConcatDataset as ConcatDataset
from .dataset import Dataset as Dataset
from .dataset import Subset as Subset
from .dataset import TensorDataset as TensorDataset
from .dataset import random_split as random_split
from .iterable import ChainDataset as ChainDataset
from .iterable import IterableDataset as IterableDataset
from .loader import DataLoader as DataLoader
from .randomness import sample_generator as sample_generator
from .sampler import BatchSampler as BatchSampler
from .sampler import RandomSampler as RandomSampler
from .sampler import Sampler as Sampler
from .sampler import SequentialSampler as SequentialSampler
from .sampler import SubsetRandomSampler as SubsetRandomSampler
from .worker_info import WorkerInfo as WorkerInfo
from .worker_info import get_worker_info as get_worker_info

__version__ = "0.1.0"

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WorkerInfo",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
    "sample_generator",
]
