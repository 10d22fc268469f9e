"""What the examples share: the digits as one array, and pictures of many small images."""

import flambeau.tensor as ft
import matplotlib
import numpy as np
from flambeau.vision import datasets

matplotlib.use("Agg")  # draw into files, not into windows
import matplotlib.pyplot as plt


def digit_images():
    """The training pictures of Digits as floats in [0, 1] of shape (n, 1, 8, 8), and what they show."""
    images, labels = datasets.Digits(train=True).arrays()
    return ft.from_numpy(images.astype(np.float32) / 255)[:, None], ft.from_numpy(labels)


def save_grid(path, images, columns=16, title=""):
    """Draw images of shape (n, 1, height, width) side by side, a pixel apart."""
    images = np.pad(images.numpy()[:, 0], [(0, 0), (0, 1), (0, 1)])
    rows = [np.concatenate(list(images[i : i + columns]), 1) for i in range(0, len(images), columns)]
    figure, axes = plt.subplots(figsize=(columns / 2, len(rows) / 2), layout="constrained")
    axes.imshow(np.concatenate(rows), cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[], title=title)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def batches(count, size):
    """Indices of all samples in a random order, in parts of a size; a last smaller part is left out."""
    order = ft.randperm(count)
    return [order[i : i + size] for i in range(0, count - size + 1, size)]
