"""The CUDA backend's sources, and the element types each is compiled for, as its families declare them."""

from __future__ import annotations

import importlib
import os
import pkgutil
from dataclasses import dataclass, field
from types import ModuleType

import ml_dtypes
import numpy as np
from flambeau.tensor import _cuda
from flambeau.tensor._cuda._source import FOLDER, Source

USUAL = ("bool", "int64", "float16", "bfloat16", "float32")  # the element types that differ most


@dataclass
class Family:
    """One source, with what the modules that use it say of its kernels."""

    source: Source
    # kernel -> element types, each a tuple of names: INSTANCES
    instances: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    # kernel -> why it keeps arrays in local memory: STACK_FRAMES
    stack_frames: dict[str, str] = field(default_factory=dict)

    def element_types(self) -> list[tuple[str, ...]]:
        """What the source is compiled for: once for each, with all its kernels."""
        return sorted({types for found in self.instances.values() for types in found})

    def element_types_among(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Those of which the first is one of these; all, where none is."""
        return [types for types in self.element_types() if types[0] in names] or self.element_types()

    def text(self, types: tuple[str, ...]) -> str:
        return self.source.instance(tuple(dtype_of(t) for t in types))


def everything() -> bool:
    """Whether all element types and all generations of GPUs are asked for, not just those that differ most."""
    return os.environ.get("FLAMBEAU_CUDA_TESTS") == "all"


def dtype_of(name: str) -> np.dtype:
    return np.dtype(getattr(ml_dtypes, name) if name == "bfloat16" else name)


def modules() -> list[ModuleType]:
    """Every module of the backend that can be imported without CuPy."""
    names = [m.name for m in pkgutil.iter_modules(_cuda.__path__) if m.name != "_runtime"]
    return [importlib.import_module(f"{_cuda.__name__}.{name}") for name in names]


def families() -> dict[str, Family]:
    """The sources by name."""
    found: dict[str, Family] = {}
    for module in modules():
        for source in vars(module).values():
            if not isinstance(source, Source):
                continue
            family = found.setdefault(source.name, Family(source))
            if family.source is not source:
                raise ValueError(f"two sources are named {source.name}")
            for name, types in getattr(module, "INSTANCES", {}).items():
                if name in source.parameters:
                    family.instances[name] = tuple((t,) if isinstance(t, str) else tuple(t) for t in types)
            family.stack_frames |= getattr(module, "STACK_FRAMES", {})
    return found


def files() -> list[str]:
    """The names of the source files."""
    return sorted(path.stem for path in FOLDER.glob("*.cu"))
