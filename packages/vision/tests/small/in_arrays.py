"""Datasets whose files are arrays."""

import bz2
import io
import lzma
import pickle

import numpy as np
from PIL import Image

from . import Small, idx, lines, mat, noise, packed, tar, zipped


def labels(count, classes, seed=0):
    """Every class, then chance."""
    chance = np.random.default_rng(seed).integers(0, classes, count)
    chance[: min(count, classes)] = np.arange(min(count, classes))
    return chance.astype(np.uint8)


def mnist():
    parts = {"train": 23, "t10k": 12}
    files = {f"{p}-images-idx3-ubyte.gz": packed(idx(noise(n, 28, 28, seed=n))) for p, n in parts.items()}
    return files | {f"{p}-labels-idx1-ubyte.gz": packed(idx(labels(n, 10, n))) for p, n in parts.items()}


def emnist():
    classes = {"byclass": 62, "bymerge": 47, "balanced": 47, "letters": 26, "digits": 10, "mnist": 10}
    files = {}
    for number, (split, count) in enumerate(classes.items()):
        for part in ("train", "test"):
            some = labels(count, count, number) + (split == "letters")
            files[f"gzip/emnist-{split}-{part}-images-idx3-ubyte.gz"] = packed(idx(noise(count, 28, 28, seed=number)))
            files[f"gzip/emnist-{split}-{part}-labels-idx1-ubyte.gz"] = packed(idx(some))
            files[f"gzip/emnist-{split}-mapping.txt"] = b"0 48\n"
    return {"gzip.zip": zipped(files)}


def qmnist():
    files = {}
    for part, count in {"train": 12, "test": 10_020}.items():
        known = np.arange(count * 8, dtype=np.int32).reshape(count, 8)
        known[:, 0] = labels(count, 10)
        images = np.zeros((count, 28, 28), dtype=np.uint8)
        images[:, 3, 5] = np.arange(count) % 251
        files[f"qmnist-{part}-images-idx3-ubyte.gz"] = packed(idx(images))
        files[f"qmnist-{part}-labels-idx2-int.gz"] = packed(idx(known))
    files["xnist-images-idx3-ubyte.xz"] = lzma.compress(idx(noise(5, 28, 28, seed=3)))
    files["xnist-labels-idx2-int.xz"] = lzma.compress(idx(np.arange(40, dtype=np.int32).reshape(5, 8)))
    return files


def usps():
    files = {}
    for name, count in {"usps.bz2": 11, "usps.t.bz2": 10}.items():
        values = np.random.default_rng(count).integers(-1000, 1001, (count, 256)) / 1000
        rows = [
            f"{label + 1} " + " ".join(f"{i + 1}:{value:g}" for i, value in enumerate(row))
            for label, row in zip(labels(count, 10), values, strict=True)
        ]
        files[name] = bz2.compress(lines(*rows))
    return files


def semeion():
    pixels, some = noise(12, 256, seed=1) % 2, labels(12, 10)
    rows = [
        " ".join(f"{pixel:.4f}" for pixel in row) + " " + " ".join(str(int(digit == label)) for digit in range(10))
        for label, row in zip(some, pixels, strict=True)
    ]
    return {"semeion.data": lines(*(f"{row} " for row in rows))}


def cifar10():
    names = "airplane automobile bird cat deer dog frog horse ship truck".split()
    files = {"cifar-10-batches-py/batches.meta": pickle.dumps({"label_names": names}, protocol=2)}
    for number, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
        batch = {"data": noise(4, 3072, seed=number), "labels": labels(4, 10, number).tolist(), "batch_label": name}
        files[f"cifar-10-batches-py/{name}"] = pickle.dumps(batch, protocol=2)
    return {"cifar-10-python.tar.gz": tar(files, "w:gz")}


def cifar100():
    meta = {"fine_label_names": [f"thing{i}" for i in range(100)], "coarse_label_names": ["all"]}
    files = {"cifar-100-python/meta": pickle.dumps(meta, protocol=2)}
    for number, name in enumerate(["train", "test"]):
        batch = {"data": noise(6, 3072, seed=number), "fine_labels": labels(6, 100, 9).tolist()}
        files[f"cifar-100-python/{name}"] = pickle.dumps(batch, protocol=2)
    return {"cifar-100-python.tar.gz": tar(files, "w:gz")}


def svhn():
    """Zero is written as 10."""
    files = {}
    for part, count in {"train": 12, "test": 11, "extra": 2}.items():
        some = labels(count, 10)
        images = noise(32, 32, 3, count, seed=count)
        files[f"{part}_32x32.mat"] = mat(X=images, y=np.where(some == 0, 10, some)[:, None])
    return files


def stl10():
    files = {"class_names.txt": b"airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n"}
    for part, count in {"train": 12, "test": 10, "unlabeled": 3}.items():
        files[f"{part}_X.bin"] = noise(count, 3 * 96 * 96, seed=count).tobytes()
        if part != "unlabeled":
            files[f"{part}_y.bin"] = (labels(count, 10) + 1).tobytes()
    files["fold_indices.txt"] = lines(*(f"{fold} {11 - fold} " for fold in range(10)))
    ordered = {f"stl10_binary/{name}": files[name] for name in sorted(files, reverse=True)}
    return {"stl10_binary.tar.gz": tar(ordered, "w:gz")}


def phototour():
    """Two sheets of 2x2 patches; the last patch of the last sheet is empty."""
    files = {}
    for name in ("notredame", "yosemite", "liberty", "notredame_harris", "yosemite_harris", "liberty_harris"):
        content = {"info.txt": lines(*(f"{point} 0" for point in (0, 0, 4, 4, 7, 7, 9)))}
        for sheet in range(2):
            data = io.BytesIO()
            Image.fromarray(noise(128, 128, seed=sheet + len(name))).save(data, format="BMP")
            content[f"patches000{sheet}.bmp"] = data.getvalue()
        content["m50_100000_100000_0.txt"] = lines("0 0 0 1 0 0", "2 4 0 5 7 0", "6 9 0 0 0 0")
        files[f"{name}.zip"] = zipped(content)
    return files


def their_tour(kind, root, case):
    """torchvision keeps the numbers of patches in a table, and patches as tensors."""
    kind.lens = dict.fromkeys(kind.lens, 7)
    theirs = kind(root, **case)
    patches = [Image.fromarray(patch.numpy()) for patch in theirs.data]
    if case["train"]:
        return list(zip(patches, theirs.labels.tolist(), strict=True))
    return [(patches[first], patches[second], match) for first, second, match in theirs.matches.tolist()]


BOTH = [{"train": True}, {"train": False}]
SETS = {
    "MNIST": Small(mnist, BOTH),
    "FashionMNIST": Small(mnist, BOTH),
    "KMNIST": Small(mnist, BOTH),
    "EMNIST": Small(
        emnist,
        [
            {"split": s, "train": t}
            for s in "byclass bymerge balanced letters digits mnist".split()
            for t in (True, False)
        ],
    ),
    "QMNIST": Small(
        qmnist,
        [
            *({"what": what} for what in ("train", "test10k", "test50k", "nist")),
            *({"what": what, "compat": False} for what in ("train", "nist")),
        ],
    ),
    "USPS": Small(usps, BOTH),
    "SEMEION": Small(semeion, theirs=lambda kind, root, case: kind(root, download=False, **case)),
    "CIFAR10": Small(cifar10, BOTH),
    "CIFAR100": Small(cifar100, BOTH),
    "SVHN": Small(svhn, [{"split": split} for split in ("train", "test", "extra")], needs="scipy"),
    "STL10": Small(
        stl10,
        [
            *({"split": split} for split in ("train", "test", "unlabeled", "train+unlabeled")),
            *({"split": "train", "folds": fold} for fold in (0, 9)),
        ],
    ),
    "PhotoTour": Small(
        phototour,
        [{"name": name, "train": t} for name in ("liberty", "notredame_harris") for t in (True, False)],
        theirs=their_tour,
    ),
}
