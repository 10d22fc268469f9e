"""What a dataset says about itself: where its files are had, what is in it, whose it is, and where that was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flambeau.tensor import errors

from .._files.file import File

__all__ = ["Declaration", "File"]


@dataclass(frozen=True)
class Declaration:
    """What a dataset says about itself.

    A fact that could not be read anywhere is None, and shows as "unverified" in the gallery of datasets.

    Args:
        title: What is in it, in a line.
        homepage: Its own page.
        folder: Where its files lie below ``root``.
        key: What its files are known by to locks and mirrors; None for the name of the class. Datasets that share
            files share it.
        parts: Files by the part of the dataset that needs them.
        classes: What each label means; None where the files say it.
        counts: Number of samples by split.
        image: Size and kind of the images, in words.
        licence: Its licence, or the terms as its authors put them.
        citation: Whom to cite.
        extra: The extra of ``flambeau-vision`` that is needed to read it.
        read_in: Where facts were read, by the names of the facts: ``"files"`` (addresses and formats), ``"sums"``,
            ``"sizes"``, ``"classes"``, ``"counts"``, ``"licence"``, ``"citation"``.

    Raises:
        TypeError: A part that is no tuple of files.
    """

    title: str
    homepage: str | None = None
    folder: str = "."
    key: str | None = None
    parts: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] | None = None
    counts: Mapping[str, int] | None = None
    image: str | None = None
    licence: str | None = None
    citation: str | None = None
    extra: str | None = None
    read_in: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part, files in self.parts.items():
            if not isinstance(files, tuple) or not all(isinstance(file, File) for file in files):
                fix = "write (File(...),)" if isinstance(files, File) else None
                errors.type_error("Declaration", f"parts[{part!r}]", "a tuple of File", type(files).__name__, fix)

    def files(self, parts: Iterable[str] | None = None) -> list[File]:
        """The files of some parts, or of all, each once."""
        chosen = self.parts if parts is None else parts
        return list(dict.fromkeys(file for part in chosen for file in self.parts[part]))

    @property
    def size(self) -> int | None:
        """Bytes to download for all parts; None if some size is not known."""
        sizes = [file.size for file in self.files()]
        return None if None in sizes else sum(size or 0 for size in sizes)
