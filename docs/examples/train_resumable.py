"""A training run that can be stopped at any moment and goes on where it was.

    python train_resumable.py
    python train_resumable.py --epochs 20 --checkpoint my-run.safetensors

Stop it, by Ctrl-C, by kill -9 or by pulling the plug, and call it again: the weights at the end are the same, to the
bit, as those of a run that was never stopped. It learns the digits that come with flambeau-vision.
"""

import argparse
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
from flambeau.data import DataLoader
from flambeau.vision import datasets, transforms


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=10, help="how often the network sees the pictures")
    parser.add_argument("--batch-size", type=int, default=64, help="how many pictures it sees between two updates")
    parser.add_argument("--workers", type=int, default=0, help="processes that load the pictures")
    parser.add_argument("--every", type=int, default=10, help="how many updates there are between two checkpoints")
    parser.add_argument("--checkpoint", type=Path, default=Path("resumable-run.safetensors"))
    parser.add_argument("--weights", type=Path, default=Path("resumable-weights.safetensors"), help="where they end")
    return parser.parse_args()


def make_model():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 10)
    )


def main():
    arguments = parse_arguments()
    ft.manual_seed(0)
    np.random.seed(0)
    data = datasets.Digits(train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, arguments.batch_size, shuffle=True, num_workers=arguments.workers)
    model = make_model()
    optimizer = optim.SGD(model.named_parameters(), lr=0.05, momentum=0.9)
    steps = len(loader) * arguments.epochs
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=steps)
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "loader": loader}

    first, update = 0, 0
    if arguments.checkpoint.exists():
        saved = nn.load_checkpoint(arguments.checkpoint, **parts)
        first, update = saved["epoch"], saved["update"]
        print(f"going on after update {update}", flush=True)
    for epoch in range(first, arguments.epochs):
        for images, labels in loader:
            images = images + 0.05 * np.random.standard_normal(images.shape).astype(np.float32)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            scheduler.step()
            update += 1
            if update % arguments.every == 0:
                nn.save_checkpoint(arguments.checkpoint, **parts, epoch=epoch, update=update)
                print(f"update {update} of {steps}: loss {loss.item():.4f}", flush=True)
    ft.save(model.state_dict(), arguments.weights)


if __name__ == "__main__":
    main()
