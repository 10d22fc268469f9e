"""What the examples share: pictures of many small images."""

import matplotlib
import numpy as np

matplotlib.use("Agg")  # draw into files, not into windows
import matplotlib.pyplot as plt


def save_grid(path, images, columns=16, title=""):
    """Draw images of shape (n, 1, height, width) side by side, a pixel apart."""
    images = np.pad(images.numpy()[:, 0], [(0, 0), (0, 1), (0, 1)])
    rows = [np.concatenate(list(images[i : i + columns]), 1) for i in range(0, len(images), columns)]
    figure, axes = plt.subplots(figsize=(columns / 2, len(rows) / 2), layout="constrained")
    axes.imshow(np.concatenate(rows), cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[], title=title)
    figure.savefig(path, dpi=120)
    plt.close(figure)
