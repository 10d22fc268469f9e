"""Datasets whose files are images."""

import json

import numpy as np

from . import Small, image, lines, mat, tar, zipped


def omniglot():
    files = {}
    for number, name in enumerate(("images_background", "images_evaluation")):
        content = {
            f"{name}/{alphabet}/character{c:02d}/{number}{c:02d}_{i:02d}.png": image(105, 105, c * 7 + i, "PNG", "1")
            for alphabet in ("Greek", "Angelic")
            for c in (1, 2)
            for i in (1, 2)
        }
        files[f"{name}.zip"] = zipped(content)
    return files


def by_name(theirs):
    """Samples of torchvision's Omniglot, which takes folders in any order, in ours: by alphabet, character, image."""
    rows = []
    for label, character in enumerate(theirs._characters):
        for name, _ in theirs._character_images[label]:
            rows.append((character, name, label))
    order = sorted(range(len(rows)), key=lambda i: rows[i][:2])
    names = sorted({row[0] for row in rows})
    return [(theirs[i][0], names.index(rows[i][0])) for i in order]


def caltech101():
    classes = {"Faces": 2, "airplanes": 3, "crab": 2, "BACKGROUND_Google": 1}
    folders = {"Faces": "Faces_2", "airplanes": "Airplanes_Side_2", "crab": "crab"}
    images, outlines = {}, {}
    for name, count in classes.items():
        for i in range(1, count + 1):
            images[f"101_ObjectCategories/{name}/image_{i:04d}.jpg"] = image(30 + i, 24, i + count)
            if name in folders:
                contour = np.arange(10.0).reshape(2, 5) + i
                outlines[f"Annotations/{folders[name]}/annotation_{i:04d}.mat"] = mat(obj_contour=contour)
    images["101_ObjectCategories/crab/image_0002.jpg"] = image(30, 24, 9, mode="L")  # some are grey
    content = {
        "__MACOSX/caltech-101/._101_ObjectCategories.tar.gz": b"junk",
        "caltech-101/101_ObjectCategories.tar.gz": tar(images, "w:gz"),
        "caltech-101/Annotations.tar": tar(outlines),
        "caltech-101/show_annotation.m": b"% MATLAB",
    }
    return {"caltech-101.zip": zipped(content)}


def caltech256():
    files = {}
    for label, name in enumerate(("001.ak47", "002.american-flag", "257.clutter"), 1):
        for i in range(1, 4):
            files[f"256_ObjectCategories/{name}/{label:03d}_{i:04d}.jpg"] = image(40, 30 + i, label * 9 + i)
    files["256_ObjectCategories/001.ak47/RENAME2"] = b"text"
    return {"256_ObjectCategories.tar": tar(files)}


def pets():
    names = [("Abyssinian", 1, 1), ("american_bulldog", 2, 2), ("Bengal", 3, 1)]
    images, notes = {}, {}
    rows = {"trainval": [], "test": []}
    for name, label, species in names:
        for i in range(1, 5):
            key = f"{name}_{i}"
            images[f"images/{key}.jpg"] = image(40, 28 + i, label * 9 + i)
            notes[f"annotations/trimaps/{key}.png"] = image(40, 28 + i, label + i, "PNG", "L")
            rows["trainval" if i < 3 else "test"].append(f"{key} {label} {species} 1")
    for part, texts in rows.items():
        notes[f"annotations/{part}.txt"] = lines(*texts)
    return {"images.tar.gz": tar(images, "w:gz"), "annotations.tar.gz": tar(notes, "w:gz")}


def flowers():
    images = {f"jpg/image_{i:05d}.jpg": image(40, 30, i) for i in range(1, 13)}
    labels = np.array([[102, 3, 1, 2, 5, 5, 77, 1, 1, 2, 3, 4]], dtype=np.uint8)
    sets = {"trnid": np.array([[4, 2, 9, 12]]), "valid": np.array([[1, 3]]), "tstid": np.array([[5, 6, 7, 8, 10, 11]])}
    return {
        "102flowers.tgz": tar(images, "w:gz"),
        "imagelabels.mat": mat(labels=labels),
        "setid.mat": mat(**{name: ids.astype(np.uint16) for name, ids in sets.items()}),
    }


def food():
    files = {}
    for part, numbers in {"train": (11, 12), "test": (21,)}.items():
        dishes = {dish: [f"{dish}/{n}" for n in numbers] for dish in ("waffles", "apple_pie", "sushi")}
        files[f"food-101/meta/{part}.json"] = json.dumps(dishes).encode()
        for number, name in enumerate(name for names in dishes.values() for name in names):
            files[f"food-101/images/{name}.jpg"] = image(48, 32, number + len(numbers))
    return {"food-101.tar.gz": tar(files, "w:gz")}


def textures():
    files = {}
    for partition in range(1, 11):
        for number, part in enumerate(("train", "val", "test")):
            names = [f"{word}/{word}_{number}{i:03d}.jpg" for word in ("zigzagged", "banded") for i in (1, 2)]
            files[f"dtd/labels/{part}{partition}.txt"] = lines(*names[partition % 2 :])
            files |= {f"dtd/images/{name}": image(36, 30, 7 * number + i) for i, name in enumerate(names)}
    return {"dtd-r1.0.1.tar.gz": tar(files, "w:gz")}


def eurosat():
    names = [f"2750/{kind}/{kind}_{i}.jpg" for kind in ("River", "Forest", "SeaLake") for i in (1, 2, 10)]
    return {"EuroSAT.zip": zipped({name: image(64, 64, i) for i, name in enumerate(names)})}


def signs():
    train = {
        f"GTSRB/Training/{label:05d}/00000_{i:05d}.ppm": image(32 + i, 30, label * 5 + i, "PPM")
        for label in (0, 1, 2)
        for i in (0, 1)
    }
    train["GTSRB/Training/00000/GT-00000.csv"] = b"Filename;Width\n"
    test = {f"GTSRB/Final_Test/Images/{i:05d}.ppm": image(30, 31, i, "PPM") for i in range(4)}
    head = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId"
    rows = [f"{i:05d}.ppm;30;31;5;5;25;25;{label}" for i, label in enumerate((16, 1, 38, 0))]
    return {
        "GTSRB-Training_fixed.zip": zipped(train),
        "GTSRB_Final_Test_Images.zip": zipped(test),
        "GTSRB_Final_Test_GT.zip": zipped({"GT-final_test.csv": lines(head, *rows)}),
    }


def celeba():
    names = [f"{i:06d}.jpg" for i in range(1, 8)]
    rng = np.random.default_rng(0)

    def table(values, header=None):
        rows = [f"{name}  " + "  ".join(map(str, row)) for name, row in zip(names, values, strict=True)]
        return lines(*([str(len(names)), header] if header else []), *rows)

    return {
        "img_align_celeba.zip": zipped({f"img_align_celeba/{n}": image(40, 50, i) for i, n in enumerate(names)}),
        "list_attr_celeba.txt": table(rng.choice([-1, 1], (7, 40)), " ".join(f"Attribute_{i}" for i in range(40))),
        "identity_CelebA.txt": table(rng.integers(1, 9999, (7, 1))),
        "list_bbox_celeba.txt": table(rng.integers(0, 200, (7, 4)), "x_1 y_1 width height"),
        "list_landmarks_align_celeba.txt": table(rng.integers(0, 200, (7, 10)), " ".join(f"p{i}" for i in range(10))),
        "list_eval_partition.txt": table([[0], [0], [0], [1], [1], [2], [2]]),
    }


SETS = {
    "Omniglot": Small(
        omniglot,
        [{"background": True}, {"background": False}],
        theirs=lambda kind, root, case: by_name(kind(root, **case)),
    ),
    "Caltech101": Small(
        caltech101,
        [{}, {"target_type": "annotation"}, {"target_type": ["category", "annotation"]}],
        size=(20, 30),
        needs="scipy",
    ),
    "Caltech256": Small(caltech256, size=(20, 30)),
    "OxfordIIITPet": Small(
        pets,
        [
            *({"split": split} for split in ("trainval", "test")),
            *({"target_types": kind} for kind in ("binary-category", "segmentation", [])),
            {"split": "test", "target_types": ["category", "binary-category", "segmentation"]},
        ],
        size=(20, 30),
    ),
    "Flowers102": Small(flowers, [{"split": split} for split in ("train", "val", "test")], needs="scipy"),
    "Food101": Small(food, [{"split": split} for split in ("train", "test")]),
    "DTD": Small(
        textures,
        [{"split": split, "partition": p} for split in ("train", "val", "test") for p in (1, 10)],
    ),
    "EuroSAT": Small(eurosat),
    "GTSRB": Small(signs, [{"split": split} for split in ("train", "test")], size=(20, 30)),
    "CelebA": Small(
        celeba,
        [
            *({"split": split} for split in ("train", "valid", "test", "all")),
            *({"target_type": kind} for kind in ("identity", "bbox", "landmarks", [])),
            {"target_type": ["attr", "identity", "bbox", "landmarks"]},
        ],
    ),
}
