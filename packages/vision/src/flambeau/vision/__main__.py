"""``python -m flambeau.vision``: which datasets there are, and their files fetched and verified without a program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from flambeau.tensor.errors import FileCorrupt

from ._files.download import DownloadError
from ._files.progress import bytes_text
from .datasets import DownloadedDataset, available, data_home


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (DownloadError, FileCorrupt, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; what has come is kept", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flambeau.vision", description="Image datasets.")
    commands = parser.add_subparsers(required=True, metavar="list|download|verify")
    listing = commands.add_parser("list", help="show which datasets there are")
    listing.set_defaults(run=_list)
    for name, run, words in (
        ("download", _download, "get the files of a dataset, verify and unpack them"),
        ("verify", _verify, "read all files of a dataset again and compare them with what was published"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument("name", help="of the dataset, in capitals or not")
        command.add_argument("parts", nargs="*", help="which parts of it; all if none is named")
        command.add_argument("--root", type=Path, help=f"the folder of all datasets (default: {data_home()})")
        command.set_defaults(run=run)
        if name == "download":
            command.add_argument("--quiet", action="store_true", help="do not report progress")
            command.add_argument(
                *("--accept-hash", "--accept"),
                metavar="KIND:HEX",
                action="append",
                default=[],
                help="take a file with this checksum, such as md5:9fb6..., too",
            )
    return parser


def _list(options: argparse.Namespace) -> int:
    for name, kind in available().items():
        about = kind.about
        assert about is not None
        size = "no download" if not about.parts else "size unverified" if about.size is None else bytes_text(about.size)
        parts = f" ({', '.join(about.parts)})" if 1 < len(about.parts) <= 8 else ""
        print(f"{name:16} {size:>16}  {about.title}{parts}")
    return 0


def _chosen(options: argparse.Namespace) -> tuple[type[DownloadedDataset], list[str]]:
    """The dataset and the parts that are meant."""
    known = {name: kind for name, kind in available().items() if issubclass(kind, DownloadedDataset)}
    kind = {name.lower(): kind for name, kind in known.items()}.get(options.name.lower())
    if kind is None:
        raise ValueError(f"{options.name!r} is no dataset with files; there are {', '.join(known)}")
    strangers = [part for part in options.parts if part not in kind.about.parts]
    if strangers:
        raise ValueError(f"{kind.__name__} has no part {strangers[0]!r}; it has {', '.join(kind.about.parts)}")
    return kind, options.parts or list(kind.about.parts)


def _root(options: argparse.Namespace) -> Path:
    return Path(options.root or data_home()).expanduser()


def _download(options: argparse.Namespace) -> int:
    kind, parts = _chosen(options)
    wrong = [text for text in options.accept_hash if text.partition(":")[0].lower() not in ("md5", "sha256")]
    if wrong:
        raise ValueError(f"--accept-hash: expected md5:... or sha256:..., got {wrong[0]}")
    store = kind.store(_root(options), not options.quiet, options.accept_hash)
    store.prepare(kind.about.files(parts), may_download=True)
    print(f"{kind.__name__} is in {store.home}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    kind, parts = _chosen(options)
    faults = 0
    for name, complaint in kind.store(_root(options)).verify(kind.about.files(parts)):
        faults += complaint is not None
        print(f"{name}: {complaint or 'as published'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
