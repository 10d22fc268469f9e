"""Train a small convolutional network to read handwritten digits.

    python train_digits.py
    python train_digits.py --seed 1 --epochs 5 --out my-run

The pictures (1,797 scans of 8x8 pixels) come with flambeau-vision, so nothing is downloaded. The run ends with the
accuracy on 450 pictures the network has not been trained on, and leaves two files in the folder `digits-run`: the
trained weights, and a PNG with the learning curves, the confusion matrix and some predictions.
"""

import argparse
import sys
import time
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
import matplotlib
import numpy as np
from flambeau.autograd import no_grad
from flambeau.data import DataLoader
from flambeau.vision import datasets, transforms
from PIL import Image

matplotlib.use("Agg")  # draw into files, not into windows
import matplotlib.pyplot as plt


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    parser.add_argument("--epochs", type=int, default=15, help="how often the network sees the training pictures")
    parser.add_argument("--batch-size", type=int, default=32, help="how many pictures it sees between two updates")
    parser.add_argument("--lr", type=float, default=2e-3, help="learning rate of the first epoch")
    parser.add_argument("--device", default="cpu", help='where to compute, "cpu" or "cuda"')
    parser.add_argument("--out", type=Path, default=Path("digits-run"), help="folder for the weights and the PNG")
    arguments = parser.parse_args()
    if arguments.epochs < 1:
        parser.error(f"argument --epochs: expected at least 1, got {arguments.epochs}")
    return arguments


def shift(image):
    """Move a picture by up to one pixel at random: the network then learns shapes, not positions."""
    dx, dy = ft.randint(-1, 2, (2,)).tolist()
    return image.transform(image.size, Image.Transform.AFFINE, (1, 0, dx, 0, 1, dy))


def make_loaders(batch_size):
    prepare = [transforms.ToTensor(), transforms.Normalize(mean=[0.3], std=[0.35])]
    train_set = datasets.Digits(train=True, transform=transforms.Compose([shift, *prepare]))
    test_set = datasets.Digits(train=False, transform=transforms.Compose(prepare))
    return DataLoader(train_set, batch_size, shuffle=True), DataLoader(test_set, batch_size)


def make_model():
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1),  # 1 x 8 x 8 -> 16 x 8 x 8
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, kernel_size=3, padding=1),  # -> 32 x 8 x 8
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),  # -> 32 x 4 x 4
        nn.Dropout(0.25),
        nn.Flatten(),  # -> 512
        nn.Linear(512, 64),
        nn.ReLU(),
        nn.Linear(64, 10),  # one score for each digit
    )


def train_one_epoch(model, loader, optimizer, device, title):
    """Show every picture to the network once, and improve it after each batch.

    Returns the mean loss and accuracy on the way. They look worse than the test's: they are from before the end of the
    epoch, the pictures are shifted, and dropout hides a quarter of what the network sees.
    """
    model.train()
    losses, hits = [], []
    for images, labels in progress(loader, title):
        images, labels = images.to(device), labels.to(device)
        scores = model(images)
        loss = F.cross_entropy(scores, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        hits += (scores.argmax(dim=1) == labels).tolist()
    return np.mean(losses), np.mean(hits)


def evaluate(model, loader, device):
    """Return the loss, the accuracy, and what the network takes each picture for."""
    model.eval()
    scores, labels = [], []
    with no_grad():
        for images, targets in loader:
            scores.append(model(images.to(device)))
            labels.append(targets.to(device))
        scores, labels = ft.cat(scores), ft.cat(labels)
        loss = F.cross_entropy(scores, labels).item()
    predictions = scores.argmax(dim=1)
    return loss, (predictions == labels).float().mean().item(), np.array(predictions.tolist())


def progress(loader, title):
    """Iterate over the loader; on a terminal, draw a bar meanwhile and wipe it out in the end."""
    for done, batch in enumerate(loader, start=1):
        yield batch
        if sys.stdout.isatty():
            filled = 30 * done // len(loader)
            print(f"\r{title} |{'█' * filled}{'·' * (30 - filled)}| {done}/{len(loader)}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="")


def print_confusion(matrix):
    print("\nConfusion matrix: rows are the true digits, columns the predictions")
    print("     " + "".join(f"{digit:4}" for digit in range(10)))
    for digit, row in enumerate(matrix):
        print(f"{digit:4} " + "".join(f"{count:4}" if count else "   ." for count in row))


def save_figure(path, history, matrix, images, labels, predictions):
    figure = plt.figure(figsize=(12, 8), layout="constrained")
    top, bottom = figure.subfigures(2, height_ratios=[3, 2])

    *curve_axes, matrix_axes = top.subplots(1, 3)
    epochs = range(1, len(history) + 1)
    train_losses, train_accuracies, test_losses, test_accuracies = zip(*history, strict=True)
    curves = [("Loss", train_losses, test_losses), ("Accuracy", train_accuracies, test_accuracies)]
    for axes, (title, train, test) in zip(curve_axes, curves, strict=True):
        axes.plot(epochs, train, marker=".", label="train")
        axes.plot(epochs, test, marker=".", label="test")
        axes.set(title=title, xlabel="epoch")
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        axes.grid(alpha=0.3)
        axes.legend()

    matrix_axes.imshow(matrix, cmap="Blues")
    for true, predicted in np.argwhere(matrix):
        colour = "white" if true == predicted else "crimson"
        matrix_axes.text(predicted, true, matrix[true, predicted], ha="center", va="center", fontsize=8, color=colour)
    matrix_axes.set(title="Confusion matrix", xlabel="predicted", ylabel="true", xticks=range(10), yticks=range(10))

    # The mistakes come first: they tell most. The sort is stable, so the others follow in their order.
    bottom.suptitle("Predictions on test pictures, mistakes first")
    mistakes_first = np.argsort(predictions == labels, kind="stable")
    for axes, i in zip(bottom.subplots(2, 10).flat, mistakes_first, strict=False):
        right = predictions[i] == labels[i]
        axes.imshow(images[i], cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(f"{predictions[i]}" if right else f"{predictions[i]}, is {labels[i]}", fontsize=10)
        axes.title.set_color("black" if right else "crimson")
        axes.set(xticks=[], yticks=[])
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main():
    arguments = parse_arguments()
    start = time.perf_counter()
    device = arguments.device
    ft.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    train_loader, test_loader = make_loaders(arguments.batch_size)
    model = make_model().to(device)
    optimizer = optim.Adam(model.parameters(), lr=arguments.lr)
    print(f"{len(train_loader.dataset)} training and {len(test_loader.dataset)} test pictures, seed {arguments.seed}")

    history = []
    for epoch in range(arguments.epochs):
        # Smaller and smaller steps towards the end: the weights settle.
        optimizer.param_groups[0]["lr"] = arguments.lr * (1 - epoch / arguments.epochs)
        title = f"epoch {epoch + 1:2}/{arguments.epochs}"
        train_loss, train_accuracy = train_one_epoch(model, train_loader, optimizer, device, title)
        test_loss, test_accuracy, predictions = evaluate(model, test_loader, device)
        history.append((train_loss, train_accuracy, test_loss, test_accuracy))
        print(f"{title}   train: loss {train_loss:.4f}, accuracy {train_accuracy:6.2%}", end="")
        print(f"   test: loss {test_loss:.4f}, accuracy {test_accuracy:6.2%}")

    images, labels = test_loader.dataset.arrays()
    matrix = np.bincount(10 * labels + predictions, minlength=100).reshape(10, 10)
    print_confusion(matrix)
    figure = arguments.out / "digits.png"
    save_figure(figure, history, matrix, images, labels, predictions)

    # What was saved is what was trained: a new network with the loaded weights predicts the same.
    weights = arguments.out / "digits.safetensors"
    ft.save(model.state_dict(), weights)
    loaded_model = make_model().to(device)
    loaded_model.load_state_dict(ft.load(weights))
    _, loaded_accuracy, loaded_predictions = evaluate(loaded_model, test_loader, device)
    if not np.array_equal(loaded_predictions, predictions):
        sys.exit(f"the weights loaded from {weights} give {loaded_accuracy:.2%}, the trained ones {test_accuracy:.2%}")

    print(f"\nSaved {figure} and {weights}; loaded back, the weights predict the same.")
    print(f"Test accuracy {test_accuracy:.2%} in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
