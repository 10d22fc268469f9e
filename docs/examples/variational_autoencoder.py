"""A variational autoencoder that learns to draw digits.

    python variational_autoencoder.py
    python variational_autoencoder.py --latent 2 --epochs 50

It learns two networks: one says, for a picture, where it lies among few hidden numbers, as a mean and a variance; the
other draws a picture from hidden numbers. The loss is a bound on how improbable the pictures are (Kingma and Welling,
arXiv:1312.6114): how badly a picture is drawn again, and how far its hidden numbers are from standard normal ones. So
normal draws become new digits, which the run leaves in a PNG.
"""

import argparse
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
from _shared import save_grid
from flambeau.autograd import no_grad
from flambeau.data import DataLoader
from flambeau.vision import datasets, transforms


class Autoencoder(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, 256), nn.ReLU(), nn.Linear(256, 64))

    def forward(self, images):
        mean, log_variance = self.encoder(images).chunk(2, 1)
        # A draw that is differentiable by mean and variance: the randomness comes from outside.
        hidden = mean + (log_variance / 2).exp() * ft.randn(mean.shape)
        return self.draw(hidden), mean, log_variance

    def draw(self, hidden):
        """Logits of the pixels."""
        return self.decoder(hidden).reshape(-1, 1, 8, 8)


def bound(logits, images, mean, log_variance):
    """Of one picture on average: the two parts of the bound, in nats."""
    drawn = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    divergence = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
    return drawn / len(images), divergence / len(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    parser.add_argument("--epochs", type=int, default=60, help="how often every picture is seen")
    parser.add_argument("--latent", type=int, default=8, help="how many hidden numbers")
    parser.add_argument("--out", type=Path, default=Path("vae-run"), help="folder for the pictures")
    arguments = parser.parse_args()
    ft.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    digits = datasets.Digits(train=True, transform=transforms.ToTensor())
    loader = DataLoader(digits, batch_size=32, shuffle=True, drop_last=True)
    model = Autoencoder(arguments.latent)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(1, arguments.epochs + 1):
        total = ft.zeros(2)
        for images, _ in loader:
            logits, mean, log_variance = model(images)
            drawn, divergence = bound(logits, images, mean, log_variance)
            optimizer.zero_grad()
            (drawn + divergence).backward()
            optimizer.step()
            total += ft.stack([drawn, divergence]).data
        if epoch % 10 == 0 or epoch == 1:
            drawn, divergence = (total / len(loader)).tolist()
            print(f"epoch {epoch:3}   drawn again: {drawn:.2f} nats   hidden numbers: {divergence:.2f} nats")

    with no_grad():
        samples = model.draw(ft.randn(128, arguments.latent)).sigmoid()
    save_grid(arguments.out / "samples.png", samples, title="Digits drawn from normal numbers")
    print(f"Loss {drawn + divergence:.2f} nats; saved {arguments.out / 'samples.png'}")


if __name__ == "__main__":
    main()
