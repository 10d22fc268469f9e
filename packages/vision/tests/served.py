"""Datasets that are downloaded from the test's server, where they are small."""

import dataclasses
import hashlib

import pytest
import small
from flambeau.vision.datasets import DownloadedDataset, available

DECLARED = {
    name: kind
    for name, kind in available().items()
    if issubclass(kind, DownloadedDataset) and kind.__module__.startswith("flambeau.")
}
SMALL = small.every()


class Served:
    """A dataset whose declaration names the test's server and small files."""

    def __init__(self, name, server, monkeypatch, root):
        self.kind, self.small, self.root, self.server = DECLARED[name], SMALL[name], root, server
        if self.small.needs is not None:
            pytest.importorskip(self.small.needs, reason=f"{self.small.needs}, which reads it, is not installed")
        self.files = self.small.files()
        about = self.kind.about
        parts = {part: tuple(map(self.file, files)) for part, files in about.parts.items()}
        monkeypatch.setattr(self.kind, "about", dataclasses.replace(about, parts=parts))
        if self.small.by_hand:
            for file, data in self.files.items():
                (root / about.folder).mkdir(exist_ok=True)
                (root / about.folder / file).write_bytes(data)

    def file(self, declared):
        data = self.files[declared.name]
        self.server.files[f"/{declared.name}"] = data
        urls = () if self.small.by_hand else (f"{self.server.url}/{declared.name}",)
        sha256 = None if declared.sha256 is None else hashlib.sha256(data).hexdigest()
        md5 = None if declared.md5 is None else hashlib.md5(data).hexdigest()
        size = None if declared.size is None else len(data)
        return dataclasses.replace(declared, urls=urls, size=size, sha256=sha256, md5=md5)

    def download(self, case):
        if self.small.by_hand:
            return self.kind(self.root, **case, progress=False)
        return self.kind(self.root, **case, download=True, progress=False)
