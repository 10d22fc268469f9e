"""Writes the gallery of datasets from what these declare about themselves; see reference_pages.py."""

from flambeau.vision._files.progress import bytes_text
from flambeau.vision.datasets import available

UNVERIFIED = "*unverified*"

HEAD = """# Gallery of image datasets

Every dataset of `flambeau.vision.datasets` declares where its files are had, how they are recognised, whose they are,
and where each of these facts was read. This page is made of the declarations. What could not be read anywhere is
{unverified}. "Recognised by" is the checksum that decides whether a file is the right one: SHA-256 where one was found
published, MD5 where that is all there is.

The parsers are tested on small archives in each format, beside torchvision's; in these tests **the real files were not
downloaded**. How to use, mirror and add datasets: [](../../how-to/image-datasets.md),
[](../../how-to/add-a-dataset.md).

## What needs no network

```{{run}}
---
alt: The first digit of each class in Digits, and eight images of FakeData
---
import matplotlib.pyplot as plt
from flambeau.vision.datasets import Digits, FakeData

digits, noise = Digits(), FakeData(size=10, image_size=(3, 8, 8))
X, y = digits.arrays()
figure, axes = plt.subplots(2, 10, figsize=(10, 2.6))
for label, axis in enumerate(axes[0]):
    image, _ = digits[int((y == label).argmax())]
    axis.imshow(image, cmap="gray_r")
    axis.set_title(digits.classes[label])
for axis, (image, label) in zip(axes[1], noise):
    axis.imshow(image)
    axis.set_title(label)
for axis in axes.flat:
    axis.axis("off")
print(digits)
print(noise)
```

## All datasets
"""


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def row(name, about):
    counts = ", ".join(f"{count:,} {split}" for split, count in (about.counts or {}).items()) or UNVERIFIED
    size = "none" if not about.parts else UNVERIFIED if about.size is None else bytes_text(about.size)
    classes = UNVERIFIED if about.classes is None else len(about.classes)
    kinds = sorted({file.checksum.partition(":")[0] for file in about.files()})
    sums = {"md5": "MD5", "sha256": "SHA-256"}
    known = ", ".join(sums[kind] for kind in kinds) or (
        "inside the package" if name == "Digits" else "nothing to verify"
    )
    cells = (
        f"[{name}](#{name.lower()})",
        about.title,
        about.image,
        counts,
        classes,
        size,
        about.licence or UNVERIFIED,
        known,
    )
    return "| " + " | ".join(map(cell, cells)) + " |"


def details(name, kind):
    about = kind.about
    facts = {
        "homepage": f"<{about.homepage}>" if about.homepage else None,
        "licence": about.licence or UNVERIFIED,
        "citation": about.citation or UNVERIFIED,
        "needs": f"`pip install flambeau-vision[{about.extra}]`" if about.extra else None,
    }
    lines = [f"### {name}", "", kind.__doc__.strip().partition("\n")[0].replace("``", "`"), ""]
    lines += [f"- {fact}: {value}" for fact, value in facts.items() if value]
    if about.parts:
        lines += ["", "| part | file | bytes | recognised by |", "|---|---|---|---|"]
        parts = list(about.parts.items())
        for part, files in parts[:8]:
            for file in files:
                size = UNVERIFIED if file.size is None else f"{file.size:,}"
                where = f"[{file.name}]({file.urls[0]})" if file.urls else f"{file.name}, which you bring"
                lines.append(f"| {part} | {where} | {size} | `{file.checksum}` |")
        if len(parts) > 8:
            lines.append(f"| {len(parts) - 8} more of the same kind | | | |")
    if about.read_in:
        lines += ["", "Where this was read:", ""]
        lines += [f"- {fact}: {place}" for fact, place in about.read_in.items()]
    return [*lines, ""]


def page():
    found = {name: kind for name, kind in available().items() if kind.__module__.startswith("flambeau.")}
    return [
        HEAD.format(unverified=UNVERIFIED),
        "| dataset | what is in it | images | samples | classes | download | licence | recognised by |",
        "|---|---|---|---|---|---|---|---|",
        *(row(name, kind.about) for name, kind in found.items()),
        "",
        "## One by one",
        "",
        *(line for name, kind in found.items() for line in details(name, kind)),
    ]
