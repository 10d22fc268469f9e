"""What the namespace says about itself."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft

from ._dtypes import KINDS


class Info:
    """The inspection functions of the standard."""

    def capabilities(self) -> dict[str, Any]:
        """Arrays may be indexed by masks, shapes may depend on data, and dimensions are at most NumPy's 64."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> ft.Device:
        """Where arrays are made when no device is given."""
        return ft.get_default_device()

    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]:
        """The dtypes of arrays when none is given."""
        wide = ft.get_default_dtype() == ft.float64
        return {
            "real floating": ft.get_default_dtype(),
            "complex floating": ft.complex128 if wide else ft.complex64,
            "integral": ft.int64,
            "indexing": ft.int64,
        }

    def dtypes(self, *, device: Any = None, kind: str | tuple[str, ...] | None = None) -> dict[str, Any]:
        """The standard's dtypes, by name: all, or those of some kinds."""
        kinds = ("bool", "numeric") if kind is None else kind if isinstance(kind, tuple) else (kind,)
        unknown = [name for name in kinds if name not in KINDS]
        if unknown:
            ft.errors.value_error("dtypes", "kind", "one of " + ", ".join(map(repr, KINDS)), repr(unknown[0]))
        return {dtype.name: dtype for name in kinds for dtype in KINDS[name]}

    def devices(self) -> tuple[ft.Device, ...]:
        """The devices there are."""
        found = [ft.device("cpu")]
        if ft.cuda.is_available():
            import cupy

            found += [ft.device("cuda", i) for i in range(cupy.cuda.runtime.getDeviceCount())]
        return tuple(found)


def __array_namespace_info__() -> Info:
    """What the namespace can do, and which dtypes and devices it has."""
    return Info()
