"""Write the digits that come with flambeau-vision in the format of CIFAR-10: a small set to try its programs with.

python digits_as_cifar.py data
python classify_images.py --dataset cifar10 --root data --arch resnet18
"""

import argparse
import pickle
from pathlib import Path

import numpy as np
from flambeau.vision import datasets
from PIL import Image


def planes(images):
    """Rows of bytes: all reds, all greens and all blues of each image, brought to 32x32."""
    large = [np.asarray(Image.fromarray(image).resize((32, 32), Image.Resampling.BICUBIC)) for image in images]
    return np.repeat(np.stack(large).reshape(len(large), -1), 3, axis=0).reshape(len(large), 3 * 32 * 32)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, help="folder in which cifar-10-batches-py is made")
    folder = parser.parse_args().root / "cifar-10-batches-py"
    folder.mkdir(parents=True)

    images, labels = datasets.Digits(train=True).arrays()
    test_images, test_labels = datasets.Digits(train=False).arrays()
    batches = {f"data_batch_{i + 1}": (images[i::5], labels[i::5]) for i in range(5)}
    batches["test_batch"] = (test_images, test_labels)
    for name, (some, of_them) in batches.items():
        with (folder / name).open("wb") as file:
            pickle.dump({"data": planes(some), "labels": of_them.tolist()}, file)
    with (folder / "batches.meta").open("wb") as file:  # the last: it says that all is there
        pickle.dump({"label_names": [str(digit) for digit in range(10)]}, file)
    print(f"{len(images)} training and {len(test_images)} test pictures in {folder}")


if __name__ == "__main__":
    main()
