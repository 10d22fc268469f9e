"""Random transforms in the loader: the same samples for any number of workers, new ones in every epoch."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import DataLoader, Subset, default_collate
from flambeau.vision import datasets, transforms, tv_tensors

PIPELINES = {
    "crops and colours": [
        transforms.RandomResizedCrop(8),
        transforms.RandomHorizontalFlip(),
        transforms.ColorJitter(0.4, 0.4),
        transforms.ToTensor(),
        transforms.Normalize([0.3], [0.35]),
        transforms.RandomErasing(),
    ],
    "policies": [transforms.RandAugment(), transforms.TrivialAugmentWide(), transforms.AugMix(), transforms.ToTensor()],
    "deformations": [
        transforms.RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 10, "bilinear"),
        transforms.RandomPerspective(),
        transforms.ElasticTransform(10.0, 2.0),
        transforms.RandomApply([transforms.GaussianBlur(3)]),
        transforms.RandomChoice([transforms.RandomInvert(), transforms.RandomPosterize(3)]),
        transforms.GaussianNoise(),
        transforms.ToTensor(),
    ],
}


def epochs(steps, workers, seed=0, **options):
    """Two epochs of batches, as arrays."""
    digits = Subset(datasets.Digits(transform=transforms.Compose(steps)), range(24))
    generator = ft.Generator(seed)
    loader = DataLoader(digits, batch_size=8, shuffle=True, num_workers=workers, generator=generator, **options)
    return [[images.numpy().copy() for images, _ in loader] for _ in range(2)]


@pytest.mark.parametrize("name", PIPELINES)
def test_any_number_of_workers(name):
    """The same batches from 0, 1 and 2 workers; other ones in the next epoch and with another seed."""
    alone = epochs(PIPELINES[name], 0)
    for workers in (1, 2):
        found = epochs(PIPELINES[name], workers)
        for expected, batches in zip(alone, found, strict=True):
            for one, other in zip(expected, batches, strict=True):
                np.testing.assert_array_equal(one, other)
    assert not all(np.array_equal(a, b) for a, b in zip(*alone, strict=True))
    assert not np.array_equal(alone[0][0], epochs(PIPELINES[name], 0, seed=1)[0][0])


class Boxes:
    """Images with a box and a mask each."""

    def __init__(self, transform):
        self.transform = transform

    def __len__(self):
        return 12

    def __getitem__(self, index):
        image = np.zeros((20, 30, 3), np.uint8)
        image[5 : 6 + index, 3:20] = 255
        mask = tv_tensors.Mask(image[:, :, 0] // 255)
        boxes = tv_tensors.BoundingBoxes([[3.0, 5.0, 20.0, 6.0 + index]], format="XYXY", canvas_size=(20, 30))
        image, mask, boxes = self.transform(tv_tensors.Image(ft.from_numpy(image.transpose(2, 0, 1))), mask, boxes)
        return {"image": image, "mask": mask, "boxes": boxes}


@pytest.mark.parametrize("workers", [0, 2])
def test_samples_of_several_parts(workers):
    """Marked Tensors travel from workers and are collated into plain ones; boxes lie on their masks."""
    crop = transforms.Compose([transforms.RandomCrop(16), transforms.RandomHorizontalFlip()])
    for batch in DataLoader(Boxes(crop), batch_size=4, num_workers=workers, generator=ft.Generator(0)):
        assert all(type(part) is ft.Tensor for part in batch.values())
        assert batch["image"].shape == (4, 3, 16, 16)
        for image, mask, boxes in zip(batch["image"], batch["mask"], batch["boxes"], strict=True):
            assert ((image[0] == 255) == (mask == 1)).all()
            left, top, right, bottom = boxes[0].tolist()
            assert mask.sum().item() == (right - left) * (bottom - top)


def mixed(samples):
    return transforms.CutMix(num_classes=10)(*default_collate(samples))


def test_mixing_in_collate():
    """Batches can be mixed where they are collated, and are the same for any number of workers."""
    digits = Subset(
        datasets.Digits(transform=transforms.Compose([transforms.RandomCrop(6), transforms.ToTensor()])), range(16)
    )
    found = []
    for workers in (0, 2):
        options = {"collate_fn": mixed, "num_workers": workers, "generator": ft.Generator(0)}
        batches = [
            (images.numpy().copy(), labels.numpy().copy()) for images, labels in DataLoader(digits, 8, **options)
        ]
        assert batches[0][0].shape == (8, 1, 6, 6)
        np.testing.assert_allclose(batches[0][1].sum(1), 1, rtol=1e-6)
        found.append(batches)
    for (images, labels), (others, shares) in zip(*found, strict=True):
        np.testing.assert_array_equal(images, others)
        np.testing.assert_array_equal(labels, shares)
