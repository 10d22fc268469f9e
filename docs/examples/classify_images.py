"""Train a network of flambeau.vision.models to classify images, or go on training one.

    python classify_images.py --dataset digits --arch resnet18 --epochs 3
    python classify_images.py --dataset cifar10 --root data --download --arch resnet18 --workers 2 --amp
    python classify_images.py --dataset folder --root photos --size 224 --arch mobilenet_v2 --weights DEFAULT --freeze

Stopped at any moment and called again, it goes on from the last checkpoint, and ends with the same weights, to the bit,
as if it had not been stopped. `--weights` begins from published or other weights; with `--freeze` only the last layer
learns. `--logs FOLDER` writes curves for TensorBoard, if tensorboardX is installed.
"""

import argparse
import contextlib
import sys
import time
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
from flambeau.autograd import no_grad
from flambeau.data import DataLoader
from flambeau.vision import datasets, models, transforms

DATASETS = {
    "digits": "Digits",
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "cifar10": "CIFAR10",
    "cifar100": "CIFAR100",
}
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, which published weights expect


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", choices=[*DATASETS, "folder"], default="digits", help="what to learn")
    parser.add_argument(
        "--root", type=Path, help="folder of the data; for `folder`, that of the folders train and test"
    )
    parser.add_argument("--download", action="store_true", help="get the data if they are not there")
    parser.add_argument("--arch", choices=models.list_models(), default="resnet18", metavar="NAME", help="the model")
    parser.add_argument("--weights", help="a tag of published weights, or a path or URL, to begin from")
    parser.add_argument("--freeze", action="store_true", help="train the last layer only")
    parser.add_argument("--size", type=int, default=32, help="images are made this high and wide")
    parser.add_argument("--epochs", type=int, default=12, help="how often every image is seen")
    parser.add_argument("--batch-size", type=int, default=64, help="images between two updates")
    parser.add_argument("--lr", type=float, default=0.01, help="largest learning rate")
    parser.add_argument("--workers", type=int, default=0, help="processes that load images")
    parser.add_argument("--amp", action="store_true", help="compute in bfloat16 where that does no harm")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    parser.add_argument("--out", type=Path, default=Path("classify-run"), help="folder for checkpoints and weights")
    parser.add_argument("--every", type=int, default=20, help="updates between two checkpoints")
    parser.add_argument("--logs", type=Path, help="folder for TensorBoard's curves")
    arguments = parser.parse_args()
    if arguments.freeze and arguments.weights is None:
        parser.error("argument --freeze: expected --weights, of which something could be kept")
    if arguments.dataset == "folder" and arguments.root is None:
        parser.error("argument --dataset folder: expected --root, the folder of the folders train and test")
    return arguments


def make_data(arguments, train):
    """Images as the model takes them; those to train on a little different each time."""
    size = arguments.size
    steps = [transforms.Grayscale(3)] if arguments.dataset in ("digits", "mnist", "fashion-mnist") else []
    if size < 128:
        steps += [transforms.Resize((size, size))]
        steps += [transforms.RandomCrop(size, padding=size // 8)] if train else []
    elif train:
        steps += [transforms.RandomResizedCrop(size)]
    else:
        steps += [transforms.Resize(size), transforms.CenterCrop(size)]
    if train and arguments.dataset in ("cifar100", "folder"):  # what a mirror shows is the same thing
        steps += [transforms.RandomHorizontalFlip()]
    transform = transforms.Compose([*steps, transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
    if arguments.dataset == "folder":
        return datasets.ImageFolder(arguments.root / ("train" if train else "test"), transform=transform)
    options = {} if arguments.dataset == "digits" else {"root": arguments.root, "download": arguments.download}
    return getattr(datasets, DATASETS[arguments.dataset])(train=train, transform=transform, **options)


def make_model(arguments, classes):
    """The model for these classes: new, or one of weights with another last layer."""
    options = {}
    if arguments.arch in ("googlenet", "inception_v3"):
        options["aux_logits"] = False
    if arguments.weights is None:
        if "resne" in arguments.arch and arguments.size < 128:
            options["small_images"] = True
        return models.get_model(arguments.arch, num_classes=classes, **options)
    model = models.get_model(arguments.arch, weights=arguments.weights, **options)
    model.requires_grad_(not arguments.freeze)
    # Whatever the architecture calls its last layer, it is the last one: linear, or a convolution in a SqueezeNet.
    layers = [(name, module) for name, module in model.named_modules() if isinstance(module, (nn.Linear, nn.Conv2d))]
    name, last = layers[-1]
    owner, _, attribute = name.rpartition(".")
    linear = isinstance(last, nn.Linear)
    new = nn.Linear(last.in_features, classes) if linear else nn.Conv2d(last.in_channels, classes, last.kernel_size)
    setattr(model.get_submodule(owner), attribute, new)
    return model


def accuracy(model, loader):
    model.eval()
    hits = [(model(images).argmax(1) == labels).float().mean().item() * len(labels) for images, labels in loader]
    model.train()
    return sum(hits) / len(loader.dataset)


def main():
    arguments = parse_arguments()
    ft.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    options = {"num_workers": arguments.workers, "batch_size": arguments.batch_size}
    train_loader = DataLoader(make_data(arguments, train=True), shuffle=True, **options)
    test_loader = DataLoader(make_data(arguments, train=False), **options)
    model = make_model(arguments, len(train_loader.dataset.classes))
    learning = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    optimizer = optim.SGD(learning, lr=arguments.lr, momentum=0.9, weight_decay=5e-4, nesterov=True)
    updates = arguments.epochs * len(train_loader)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, arguments.lr, total_steps=updates)
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "loader": train_loader}

    checkpoint, first, update = arguments.out / "checkpoint.safetensors", 0, 0
    if checkpoint.exists():
        saved = nn.load_checkpoint(checkpoint, **parts)
        first, update = saved["epoch"], saved["update"]
        print(f"going on after update {update} of {updates}", flush=True)
    else:
        count = sum(p.numel() for _, p in learning)
        print(f"{arguments.arch}: {count:,} numbers to learn, from {len(train_loader.dataset)} images", flush=True)

    with curves(arguments.logs) as log:
        for epoch in range(first, arguments.epochs):
            start = time.perf_counter()
            for images, labels in train_loader:
                with nn.amp.autocast(enabled=arguments.amp):
                    loss = F.cross_entropy(model(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                update += 1
                log("loss", loss.item(), update)
                if update % arguments.every == 0:
                    nn.save_checkpoint(checkpoint, **parts, epoch=epoch, update=update)
                if sys.stdout.isatty():
                    print(f"\rupdate {update} of {updates}: loss {loss.item():.4f}\033[K", end="", flush=True)
            with no_grad():
                right = accuracy(model, test_loader)
            log("accuracy", right, update)
            seconds = time.perf_counter() - start
            end = "\r" if sys.stdout.isatty() else ""
            print(
                f"{end}epoch {epoch + 1}: loss {loss.item():.4f}, test accuracy {right:.2%}, {seconds:.1f} s",
                flush=True,
            )
    weights = arguments.out / f"{arguments.arch}.safetensors"
    ft.save(model.state_dict(), weights)
    checkpoint.unlink(missing_ok=True)  # the run is over: another call begins a new one
    print(f"saved {weights}")


@contextlib.contextmanager
def curves(folder):
    """A function that writes a number, under a name and at a step, where TensorBoard reads it."""
    if folder is None:
        yield lambda name, value, step: None
        return
    try:
        from tensorboardX import SummaryWriter
    except ModuleNotFoundError:
        sys.exit("--logs needs tensorboardX: pip install tensorboardX")
    with SummaryWriter(folder) as writer:
        yield writer.add_scalar


if __name__ == "__main__":
    main()
