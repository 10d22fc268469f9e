"""Datasets, samplers and the DataLoader: from single samples to the batches a model is trained on.

::

    sampler ──▶ batch sampler ──▶ fetch ──▶ collate
    which        how many          read      make one
    index?       at a time?        them      batch

Each stage is an object of its own and can be replaced by your own.
"""

from .collate import default_collate as default_collate
from .collate import default_convert as default_convert
from .collate import register_collate as register_collate
from .dataset import ConcatDataset as ConcatDataset
from .dataset import Dataset as Dataset
from .dataset import StackDataset as StackDataset
from .dataset import Subset as Subset
from .dataset import TensorDataset as TensorDataset
from .dataset import random_split as random_split
from .distributed import DistributedSampler as DistributedSampler
from .iterable import ChainDataset as ChainDataset
from .iterable import IterableDataset as IterableDataset
from .loader import DataLoader as DataLoader
from .padding import PadCollate as PadCollate
from .padding import pad_stack as pad_stack
from .randomness import sample_generator as sample_generator
from .sampler import BatchSampler as BatchSampler
from .sampler import RandomSampler as RandomSampler
from .sampler import Sampler as Sampler
from .sampler import SequentialSampler as SequentialSampler
from .sampler import SubsetRandomSampler as SubsetRandomSampler
from .sampler import WeightedRandomSampler as WeightedRandomSampler
from .shared import SharedDict as SharedDict
from .shared import SharedList as SharedList
from .worker_info import WorkerInfo as WorkerInfo
from .worker_info import get_worker_info as get_worker_info

__version__ = "0.1.0"

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "IterableDataset",
    "PadCollate",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SharedDict",
    "SharedList",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "WorkerInfo",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "pad_stack",
    "random_split",
    "register_collate",
    "sample_generator",
]
