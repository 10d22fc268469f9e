"""Whole models of flambeau.vision beside torchvision's: training steps and inference."""

from ..harness import Case
from ..torchvision_beside_cpu import torchvision

THREADS = 2


def _image(batch, size):
    import numpy as np

    return np.random.default_rng(0).standard_normal((batch, 3, size, size), dtype=np.float32)


def _flambeau(name, batch, size, train, **options):
    import flambeau.tensor as ft
    from flambeau import autograd, nn, optim
    from flambeau.vision import models

    model, image = models.get_model(name, **options), ft.from_numpy(_image(batch, size))
    if train:
        return _training(model, image, ft.zeros(batch, dtype=ft.int64), nn.functional, optim)
    return _inference(model.eval(), image, autograd.no_grad)


def _torch(name, batch, size, train, small_images=False, **options):
    import torch

    torch.set_num_threads(THREADS)
    model, image = torchvision().models.get_model(name, **options), torch.from_numpy(_image(batch, size))
    if small_images:  # torchvision has no form for images as small as CIFAR's
        model.conv1, model.maxpool = torch.nn.Conv2d(3, 64, 3, padding=1, bias=False), torch.nn.Identity()
    if train:
        return _training(model, image, torch.zeros(batch, dtype=torch.int64), torch.nn.functional, torch.optim)
    return _inference(model.eval(), image, torch.no_grad)


def _training(model, image, labels, functional, optim):
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        loss = functional.cross_entropy(model(image), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def _inference(model, image, no_grad):
    def step():
        with no_grad():
            model(image)

    return step


def _case(title, *args, **options):
    rivals = {"flambeau": lambda: _flambeau(*args, **options), "torch": lambda: _torch(*args, **options)}
    return Case(title, rivals, rounds=9)


CASES = [
    _case("ResNet-18 for CIFAR, batch 32, training step", "resnet18", 32, 32, True, num_classes=10, small_images=True),
    _case("ResNet-18, 224x224, batch 8, training step", "resnet18", 8, 224, True),
    _case("ResNet-18, 224x224, batch 1, inference", "resnet18", 1, 224, False),
    _case("ViT-B/16, 224x224, batch 1, inference", "vit_b_16", 1, 224, False),
    _case("MobileNetV2, 224x224, batch 1, inference", "mobilenet_v2", 1, 224, False),
]
