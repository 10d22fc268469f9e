"""The package needs neither autograd nor nn, and other libraries only where they are asked for."""

import subprocess
import sys

import pytest


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_brings_no_higher_room():
    """Importing and using it loads nothing of autograd or nn."""
    program = """
import sys
from flambeau.vision import datasets, transforms
transforms.ToTensor()(datasets.Digits()[0][0])
print([name for name in sys.modules if name.startswith(("flambeau.autograd", "flambeau.nn", "flambeau.optim"))])
"""
    assert run(program) == "[]\n"


def test_transforms_bring_no_other_library():
    """A pipeline of everything that arrays go through loads neither torch nor JAX."""
    program = """
import sys
import numpy as np
from flambeau.vision import io, transforms, utils
steps = transforms.Compose([
    transforms.RandomResizedCrop(8), transforms.RandAugment(), transforms.ColorJitter(0.1, 0.1, 0.1, 0.1),
    transforms.GaussianBlur(3), transforms.ToTensor(to="numpy"),
])
assert type(steps(np.zeros((16, 16, 3), np.uint8))) is np.ndarray
picture = transforms.PILToTensor()(transforms.ToPILImage()(np.eye(4, dtype=np.uint8)))
io.decode_image(io.encode_png(utils.make_grid(picture)))
others = ("torch", "torchvision", "jax", "flambeau.autograd", "flambeau.nn", "flambeau.optim")
print([name for name in sys.modules if name.split(".")[0] in others or name.startswith(others[3:])])
"""
    assert run(program) == "[]\n"


def test_a_torch_training_script():
    """Digits and our transforms in PyTorch's loader, with its workers: a linear model learns, without flambeau's nn.

    The workers draw different augmentations, and the same ones in a second run with the same seed.
    """
    pytest.importorskip("torch", reason="torch is not installed")
    program = """
import sys
import flambeau.tensor as ft
import torch
from flambeau.vision import datasets, transforms

prepare = transforms.Compose([
    transforms.RandomCrop(8, padding=1), transforms.ToTensor(), transforms.Normalize([0.3], [0.35]),
    transforms.ToTensor(to="torch"),
])

def batches(seed, workers):
    torch.manual_seed(seed)
    digits = datasets.Digits(train=True, transform=prepare)
    options = {"batch_size": 64, "shuffle": True, "drop_last": True, "num_workers": workers}
    return torch.utils.data.DataLoader(digits, **options)

def main():
    ft.manual_seed(0)
    torch.manual_seed(0)
    model = torch.nn.Linear(64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(4):
        for images, labels in batches(epoch, 0):
            assert images.dtype == torch.float32 and images.shape[1:] == (1, 8, 8)
            loss = torch.nn.functional.cross_entropy(model(images.flatten(1)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert sum(losses[-20:]) / 20 < 0.7 * sum(losses[:5]) / 5, losses
    first, second = ([images for images, _ in batches(3, 2)] for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second))
    print([name for name in sys.modules if name.startswith(("flambeau.nn", "flambeau.autograd", "jax"))])

main()
"""
    assert run(program) == "[]\n"


def test_workers_of_another_library_draw_differently():
    """Processes that start as copies of one another do not draw the same: each is seeded by Python's random."""
    program = """
import multiprocessing, random
import flambeau.tensor as ft
from flambeau.vision import transforms

ft.manual_seed(0)

def drawn(seed, queue):
    random.seed(seed)
    queue.put((seed, transforms.RandomResizedCrop.get_params(ft.zeros(1, 99, 99), (0.1, 1), (0.5, 2))))

context = multiprocessing.get_context("fork")
queue = context.Queue()
for seed in (1, 2, 1):
    worker = context.Process(target=drawn, args=(seed, queue))
    worker.start()
    worker.join()
found = sorted(queue.get() for _ in range(3))
assert found[0] == found[1] and found[0][1] != found[2][1], found
print("different")
"""
    assert run(program) == "different\n"


def test_a_jax_loop():
    """A gradient step in JAX on what our transforms make."""
    pytest.importorskip("jax", reason="jax is not installed")
    program = """
import sys
import jax
import jax.numpy as jnp
from flambeau.vision import datasets, transforms

digits = datasets.Digits(train=True, transform=transforms.ToTensor(to="jax"))
images, labels = zip(*(digits[index] for index in range(64)))
x, y = jnp.stack(images).reshape(64, -1), jnp.array(labels)

def loss(w):
    return -jax.nn.log_softmax(x @ w)[jnp.arange(64), y].mean()

w = jnp.zeros((64, 10))
before = loss(w)
for _ in range(20):
    w = w - 0.5 * jax.grad(loss)(w)
assert loss(w) < 0.7 * before
print([name for name in sys.modules if name.split(".")[0] == "torch"])
"""
    assert run(program) == "[]\n"


def test_import_is_light():
    """The network's libraries and the readers of rare formats are loaded when they are used."""
    program = """
import sys
import flambeau.vision
print(sorted({"requests", "urllib3", "scipy", "lmdb", "torch", "xml.etree.ElementTree", "argparse"} & set(sys.modules)))
"""
    assert run(program) == "[]\n"
