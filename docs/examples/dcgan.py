"""Two networks that play against each other until one draws digits.

    python dcgan.py
    python dcgan.py --dataset fashion-mnist --root data --epochs 5

The generator draws a picture from noise, the discriminator says whether a picture is real; each is trained to beat the
other (Goodfellow and others, arXiv:1406.2661), with convolutions and batch norms as in the DCGAN (Radford and others,
arXiv:1511.06434). Digits come with flambeau-vision; the other datasets are downloaded. The run leaves a PNG of drawn
pictures for each epoch that it reports.
"""

import argparse
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
import numpy as np
from _shared import save_grid
from flambeau.autograd import no_grad
from flambeau.data import DataLoader, TensorDataset
from flambeau.vision import datasets

DATASETS = {"digits": "Digits", "mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}
NOISE = 32


def load(name, root):
    """Batches of pictures in [-1, 1], of shape (n, 1, 16, 16)."""
    options = {} if name == "digits" else {"root": root, "download": True}
    images, _ = getattr(datasets, DATASETS[name])(train=True, **options).arrays()
    images = ft.from_numpy(images.astype(np.float32) / 127.5 - 1)[:, None]
    images = F.interpolate(images, (16, 16), mode="bilinear", antialias=True)
    return DataLoader(TensorDataset(images), batch_size=64, shuffle=True, drop_last=True)


def generator(width):
    return nn.Sequential(
        nn.ConvTranspose2d(NOISE, 2 * width, 4, bias=False),  # 1 x 1 -> 4 x 4
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),  # -> 8 x 8
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),  # -> 16 x 16
        nn.Tanh(),
    )


def discriminator(width):
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),  # 16 x 16 -> 8 x 8
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False),  # -> 4 x 4
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * width, 1, 4),  # -> 1 x 1
        nn.Flatten(0),
    )


def initialise(module):
    """As the paper does: small normal weights."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0, 0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", choices=DATASETS, default="digits", help="what is to be drawn")
    parser.add_argument("--root", default="data", help="folder for datasets that are downloaded")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    parser.add_argument("--epochs", type=int, default=60, help="how often every picture is seen")
    parser.add_argument("--width", type=int, default=32, help="channels of the thinner layers")
    parser.add_argument("--out", type=Path, default=Path("dcgan-run"), help="folder for the pictures")
    arguments = parser.parse_args()
    ft.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    loader = load(arguments.dataset, arguments.root)
    draw, judge = generator(arguments.width).apply(initialise), discriminator(arguments.width).apply(initialise)
    draw_optimizer, judge_optimizer = (optim.Adam(m.parameters(), lr=5e-4, betas=(0.5, 0.999)) for m in (draw, judge))
    same_noise = ft.randn(128, NOISE, 1, 1)
    for epoch in range(1, arguments.epochs + 1):
        for (real,) in loader:
            fake = draw(ft.randn(len(real), NOISE, 1, 1))
            yes, no = ft.ones(len(real)), ft.zeros(len(real))

            # The discriminator learns from both; the generator is no part of that.
            scores = judge(real), judge(fake.detach())
            judge_loss = F.binary_cross_entropy_with_logits(scores[0], yes * 0.9)  # not too sure of itself
            judge_loss = judge_loss + F.binary_cross_entropy_with_logits(scores[1], no)
            judge_optimizer.zero_grad()
            judge_loss.backward()
            judge_optimizer.step()

            # The generator learns what the discriminator would have taken for real.
            draw_loss = F.binary_cross_entropy_with_logits(judge(fake), yes)
            draw_optimizer.zero_grad()
            draw_loss.backward()
            draw_optimizer.step()
        if epoch % 20 == 0 or epoch in (1, arguments.epochs):
            with no_grad():
                draw.eval()
                pictures = draw(same_noise) / 2 + 0.5
                draw.train()
            save_grid(arguments.out / f"epoch-{epoch:03}.png", pictures, title=f"Drawn after {epoch} epochs")
            print(
                f"epoch {epoch:3}   discriminator: {judge_loss.item():.3f}   generator: {draw_loss.item():.3f}", end=""
            )
            print(f"   real taken for real: {(scores[0] > 0).float().mean().item():.0%}", end="")
            print(f", drawn taken for real: {(scores[1] > 0).float().mean().item():.0%}")
    print(f"Saved pictures in {arguments.out}")


if __name__ == "__main__":
    main()
