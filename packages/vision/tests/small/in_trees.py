"""Datasets with several annotations, archives in archives, or databases."""

import json
import tempfile
from pathlib import Path

import numpy as np

from . import Small, image, lines, mat, tar, zipped

_WNIDS = {"n01440764": "tench, Tinca tinca", "n01443537": "goldfish", "n01484850": "great white shark, white shark"}


def voc():
    annotation = """<annotation>
    <folder>VOC</folder><filename>{name}.jpg</filename>
    <size><width>40</width><height>30</height><depth>3</depth></size>
    {objects}
</annotation>"""
    thing = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>2</ymin></bndbox>{}</object>"
    parts = "<part><name>head</name></part><part><name>hand</name></part>"
    files = {}
    places = {
        "VOCtrainval_11-May-2012.tar": ("VOCdevkit/VOC2012", ("train", "val", "trainval")),
        "VOCtrainval_25-May-2011.tar": ("TrainVal/VOCdevkit/VOC2011", ("train", "val", "trainval")),
        "VOCtrainval_03-May-2010.tar": ("VOCdevkit/VOC2010", ("train", "val", "trainval")),
        "VOCtrainval_11-May-2009.tar": ("VOCdevkit/VOC2009", ("train", "val", "trainval")),
        "VOCtrainval_14-Jul-2008.tar": ("VOCdevkit/VOC2008", ("train", "val", "trainval")),
        "VOCtrainval_06-Nov-2007.tar": ("VOCdevkit/VOC2007", ("train", "val", "trainval")),
        "VOCtest_06-Nov-2007.tar": ("VOCdevkit/VOC2007", ("test",)),
    }
    for archive, (home, sets) in places.items():
        content = {}
        for number, part in enumerate(sets):
            names = [f"{part}_{i:06d}" for i in range(2)]
            if part == "trainval":
                names = ["train_000001", "val_000000"]
            for kind in ("Main", "Segmentation"):
                content[f"{home}/ImageSets/{kind}/{part}.txt"] = lines(*names)
            for i, name in enumerate(names):
                if part == "trainval":
                    continue
                objects = thing.format("dog", i + 1, parts) + (thing.format("cat", 3, "") if i else "")
                content[f"{home}/JPEGImages/{name}.jpg"] = image(40, 30 + i, number * 5 + i)
                content[f"{home}/Annotations/{name}.xml"] = annotation.format(name=name, objects=objects).encode()
                content[f"{home}/SegmentationClass/{name}.png"] = image(40, 30 + i, number + i, "PNG", "P")
        files[archive] = tar(content)
    return files


def coco():
    """Two images, one of them without annotations; annotations of one image are not side by side."""
    files = {}
    for year in ("2014", "2017"):
        notes = {}
        for part in ("train", "val"):
            names = {40: f"{part}_b.jpg", 7: f"{part}_a.jpg", 99: f"{part}_c.jpg"}
            images = [{"id": number, "file_name": name} for number, name in names.items()]
            boxes = [
                {"id": 5, "image_id": 40, "bbox": [1.0, 2.0, 3.5, 4.0], "category_id": 18, "iscrowd": 0, "area": 14.0},
                {"id": 1, "image_id": 7, "bbox": [0.0, 0.0, 9.0, 9.0], "category_id": 1, "iscrowd": 0, "area": 81.0},
                {"id": 2, "image_id": 40, "bbox": [5.0, 5.0, 2.0, 2.0], "category_id": 1, "iscrowd": 0, "area": 4.0},
            ]
            captions = [{"id": n, "image_id": i, "caption": f"words {n}"} for n, i in ((3, 7), (1, 40), (2, 7))]
            kinds = [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}]
            whole = {"images": images, "annotations": boxes, "categories": kinds}
            notes[f"annotations/instances_{part}{year}.json"] = json.dumps(whole).encode()
            words = {"images": images, "annotations": captions}
            notes[f"annotations/captions_{part}{year}.json"] = json.dumps(words).encode()
            pictures = {f"{part}{year}/{name}": image(40, 30, i) for i, name in names.items()}
            files[f"{part}{year}.zip"] = zipped(pictures)
        files[f"annotations_trainval{year}.zip"] = zipped(notes)
    return files


def their_coco(kind, root, case):
    import pytest

    pytest.importorskip("pycocotools", reason="pycocotools, which torchvision reads COCO with, is not installed")
    part = case["image_set"] + case["year"]
    task = "captions" if kind.__name__ == "CocoCaptions" else "instances"
    return kind(root / "coco" / part, str(root / "coco" / "annotations" / f"{task}_{part}.json"))


def imagenet():
    synsets = [(i, wnid, names, "gloss", 0) for i, (wnid, names) in zip((3, 1, 2), _WNIDS.items(), strict=True)]
    synsets.append((4, "n00000000", "animal", "gloss", 3))
    kinds = [
        ("ILSVRC2012_ID", object),
        ("WNID", object),
        ("words", object),
        ("gloss", object),
        ("num_children", object),
    ]
    devkit = "ILSVRC2012_devkit_t12/data"
    inner = {
        f"{wnid}.tar": tar({f"{wnid}_{i}.JPEG": image(40, 30, n * 5 + i) for i in range(n + 1)})
        for n, wnid in enumerate(_WNIDS)
    }
    numbers = [2, 3, 1, 3, 2]
    val = {f"ILSVRC2012_val_{i:08d}.JPEG": image(36, 30, 50 + i) for i in range(1, 6)}
    return {
        "ILSVRC2012_devkit_t12.tar.gz": tar(
            {
                f"{devkit}/meta.mat": mat(synsets=np.array(synsets, dtype=kinds)[:, None]),
                f"{devkit}/ILSVRC2012_validation_ground_truth.txt": lines(*numbers),
            },
            "w:gz",
        ),
        "ILSVRC2012_img_train.tar": tar(inner),
        "ILSVRC2012_img_val.tar": tar(val),
    }


def their_imagenet(kind, root, case):
    """torchvision unpacks the same archives in a folder of its own."""
    import os

    folder = root / "theirs"
    folder.mkdir(exist_ok=True)
    for path in root.glob("ILSVRC*.tar*"):
        if not (folder / path.name).exists():
            os.link(path, folder / path.name)
    return kind(folder, **case)


def lsun():
    import lmdb

    categories = (
        "bedroom bridge church_outdoor classroom conference_room dining_room kitchen living_room restaurant tower"
    )
    files = {}
    for part in ("train", "val"):
        for label, category in enumerate(categories.split()):
            with tempfile.TemporaryDirectory() as folder:
                with lmdb.open(folder, map_size=1 << 20) as database, database.begin(write=True) as view:
                    for i in range(1 + label % 2):
                        view.put(f"{9 - i}{category}".encode(), image(32, 24, label * 3 + i, "WEBP"))
                content = {f"{category}_{part}_lmdb/{p.name}": p.read_bytes() for p in sorted(Path(folder).iterdir())}
            files[f"{category}_{part}_lmdb.zip"] = zipped(content)
    return files


def their_lsun(kind, root, case):
    """A copy: lmdb opens a database once in a process. torchvision writes a cache into the current folder."""
    import os
    import shutil

    copy = root / f"theirs{len(list(root.glob('theirs*')))}"
    for path in root.glob("*_lmdb"):
        shutil.copytree(path, copy / path.name)
    before = os.getcwd()
    os.chdir(root)
    try:
        return kind(str(copy), **case)
    finally:
        os.chdir(before)


YEARS = [{"year": year, "image_set": "trainval"} for year in ("2007", "2008", "2009", "2010", "2011", "2012")]
VOC_CASES = [*YEARS, {"year": "2012", "image_set": "train"}, {"year": "2007", "image_set": "test"}]
COCO_CASES = [{"year": year, "image_set": part} for year in ("2014", "2017") for part in ("train", "val")]
SETS = {
    "VOCDetection": Small(voc, VOC_CASES, size=(20, 30)),
    "VOCSegmentation": Small(voc, VOC_CASES, size=(20, 30)),
    "CocoDetection": Small(coco, COCO_CASES, theirs=their_coco),
    "CocoCaptions": Small(coco, COCO_CASES, theirs=their_coco),
    "ImageNet": Small(
        imagenet,
        [{"split": split} for split in ("train", "val")],
        size=(20, 30),
        needs="scipy",
        theirs=their_imagenet,
        by_hand=True,
    ),
    "LSUN": Small(
        lsun,
        [{"classes": "val"}, {"classes": ["tower_train", "bridge_val", "bedroom_train"]}],
        needs="lmdb",
        theirs=their_lsun,
    ),
}
