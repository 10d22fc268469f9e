"""Samples of several parts, randomness, and the transforms that are not of single images."""

import copy
import pickle
from collections import namedtuple

import flambeau.tensor as ft
import numpy as np
import pytest
import transform_table as table
from flambeau.vision import transforms as T
from flambeau.vision import tv_tensors
from flambeau.vision.transforms import _random
from flambeau.vision.transforms import functional as F
from flambeau.vision.transforms.functional import _weights
from PIL import Image

Pair = namedtuple("Pair", "image label")


def sample():
    """An image with a white rectangle, its mask, its box and its corners."""
    array = np.zeros((40, 60, 3), np.uint8)
    array[10:20, 15:40] = 255
    return {
        "image": Image.fromarray(array),
        "mask": tv_tensors.Mask((array[:, :, 0] > 0).astype(np.uint8)),
        "boxes": tv_tensors.BoundingBoxes([[15.0, 10.0, 40.0, 20.0]], format="XYXY", canvas_size=(40, 60)),
        "points": tv_tensors.KeyPoints([[15.0, 10.0], [39.0, 19.0]], canvas_size=(40, 60)),
        "label": 3,
    }


JOINT = [case for case in table.GEOMETRIC if case.name not in ("FiveCrop", "TenCrop", "ElasticTransform")]


@pytest.mark.parametrize("case", JOINT, ids=table.label)
@pytest.mark.parametrize("seed", range(3))
def test_everything_moves_together(case, seed):
    """Image, mask and box stay on each other, whatever is drawn."""
    done = case.transform(sample(), generator=ft.Generator(seed))
    image, mask, boxes = np.asarray(done["image"])[:, :, 0], done["mask"].numpy(), done["boxes"]
    assert isinstance(done["mask"], tv_tensors.Mask) and isinstance(done["points"], tv_tensors.KeyPoints)
    assert done["label"] == 3
    assert image.shape == mask.shape == boxes.canvas_size == done["points"].canvas_size
    if getattr(case.transform, "padding_mode", "constant") != "constant":
        return  # there are mirror images of the rectangle too
    # where the image is clearly white, the mask is 1; where it is clearly black, 0
    assert (mask[image > 200] == 1).mean() > 0.9 if (image > 200).any() else True
    assert (mask[image == 0] == 0).mean() > 0.97 if (image == 0).any() else True
    if mask.any():
        rows, columns = mask.nonzero()
        found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(boxes.numpy()[0], found, atol=2.0)


def test_elastic_moves_boxes():
    """Under elastic deformation boxes follow, as well as a slow change lets them."""
    done = T.ElasticTransform(alpha=40.0, sigma=6.0)(sample(), generator=ft.Generator(1))
    rows, columns = done["mask"].numpy().nonzero()
    found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(done["boxes"].numpy()[0], found, atol=4)


def test_colours_leave_masks_and_boxes():
    """What changes values changes images alone."""
    before = sample()
    for case in [*table.COLOURS, *table.FILTERS]:
        done = case.transform(before, generator=ft.Generator(0))
        for name in ("mask", "boxes", "points", "label"):
            assert done[name] is before[name], case.name


def test_policies_refuse_masks():
    """AutoAugment moves pixels, so it must not leave masks behind in silence."""
    with pytest.raises(TypeError) as error:
        T.AutoAugment()(sample())
    assert str(error.value) == (
        "AutoAugment(): argument 'sample': expected images and labels; it moves pixels, and would leave these behind, "
        "got Mask"
    )


def test_structures_are_kept():
    """Dictionaries, lists, tuples and named tuples come back as they were."""
    image = np.arange(6, dtype=np.uint8).reshape(2, 3)
    flip = T.RandomHorizontalFlip(1)
    assert flip((image, 1))[0].tolist() == image[:, ::-1].tolist()
    assert flip(image, 1)[1] == 1
    found = flip(Pair(image, "a"))
    assert type(found) is Pair and found.label == "a"
    nested = flip({"a": [Image.fromarray(image), ("b", None)]})
    assert nested["a"][1] == ("b", None) and np.asarray(nested["a"][0]).tolist() == image[:, ::-1].tolist()


def test_unmarked_arrays_are_labels_beside_an_image():
    """Of unmarked arrays the first is the image, and none where an image is marked."""
    first, second = np.array([[1, 2]]), np.array([[3, 4]])
    flip = T.RandomHorizontalFlip(1)
    done = flip((first, second))
    assert done[0].tolist() == [[2, 1]] and done[1] is second
    done = flip((first, tv_tensors.Image(ft.tensor([[[5, 6]]]))))
    assert done[0] is first and done[1].tolist() == [[[6, 5]]]


def test_images_and_videos_stay_marked():
    """A marked Tensor is marked again after every transform; frames of a video get the same parameters."""
    video = tv_tensors.Video(ft.from_numpy(np.stack([table.array_of((8, 9), 3, np.uint8).transpose(2, 0, 1)] * 4)))
    for case in table.CASES:
        if case.name in ("FiveCrop", "TenCrop", "GaussianNoise") or np.uint8 not in case.dtypes:
            continue
        if (5, 5) not in case.sizes:
            continue
        done = case.transform(video, generator=ft.Generator(2))
        assert isinstance(done, tv_tensors.Video), case.name
        assert np.array_equal(done.numpy()[0], done.numpy()[-1]), case.name


def test_different_sizes_are_refused():
    """Parts of one sample have one size."""
    with pytest.raises(ValueError) as error:
        T.RandomCrop(4)([Image.new("L", (8, 8)), Image.new("L", (8, 9))])
    assert str(error.value) == "RandomCrop(): expected images, masks and boxes of one size, got 8x8 and 9x8"


def test_fills_of_masks():
    """A plain fill is for images; a dictionary says what others get."""
    image, mask = tv_tensors.Image(ft.zeros(3, 2, 2)), tv_tensors.Mask(ft.ones(2, 2, dtype=ft.uint8))
    done = T.Pad(1, fill=(1, 2, 3))(image, mask)
    assert done[0][:, 0, 0].tolist() == [1, 2, 3] and done[1][0, 0].item() == 0
    done = T.Pad(1, fill={tv_tensors.Mask: 255, "others": 5})(image, mask)
    assert done[0][0, 0, 0].item() == 5 and done[1][0, 0].item() == 255


@pytest.mark.parametrize("case", table.CASES, ids=table.label)
def test_randomness_comes_from_the_generator(case):
    """One generator, one result; and a transform can be copied and pickled, as workers need."""
    array = table.array_of((24, 32), 3, case.dtypes[0])
    first, second = (case.transform(array, generator=ft.Generator(7)) for _ in range(2))
    clone = pickle.loads(pickle.dumps(case.transform))
    third = copy.deepcopy(clone)(array, generator=ft.Generator(7))
    ft.manual_seed(7)
    fourth = case.transform(array)
    ft.manual_seed(7)
    fifth = case.transform(array)
    for one, other in ((first, second), (first, third), (fourth, fifth)):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
    assert repr(clone) == repr(case.transform)


@pytest.mark.parametrize("p, expected", [(0, 0), (1, 200), (0.3, 60)])
def test_probabilities(p, expected):
    """A random transform is applied with its probability."""
    generator = ft.Generator(0)
    flip = T.RandomHorizontalFlip(p)
    image = np.array([[0, 1]])
    count = sum(int(flip(image, generator=generator)[0, 0]) for _ in range(200))
    assert abs(count - expected) <= 20 * (0 < p < 1)


def test_distributions():
    """What is drawn has the distribution it should have."""
    generator = ft.Generator(0)
    integers = [_random.integer(generator, 2, 5) for _ in range(3000)]
    assert set(integers) == {2, 3, 4}
    assert max(integers.count(n) for n in (2, 3, 4)) < 1100
    betas = np.array([_random.beta(generator, 0.4, 0.4) for _ in range(4000)])
    assert abs(betas.mean() - 0.5) < 0.02
    assert abs(betas.var() - 0.25 / 1.8) < 0.01  # ab / ((a + b)^2 (a + b + 1))
    shares = np.array([_random.dirichlet(generator, 2.0, 3) for _ in range(2000)])
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(shares.var(0), (1 / 3) * (2 / 3) / 7, rtol=0.15)
    chosen = [_random.choice(generator, [1, 0, 3]) for _ in range(2000)]
    assert 1 not in chosen and abs(chosen.count(2) - 1500) < 100


def test_random_parts_cover_the_image():
    """RandomResizedCrop's parts have the areas and shapes asked for."""
    image = ft.zeros(3, 100, 200)
    generator = ft.Generator(0)
    for _ in range(200):
        top, left, height, width = T.RandomResizedCrop.get_params(image, (0.1, 0.5), (0.5, 2.0), generator)
        assert 0 <= top <= 100 - height and 0 <= left <= 200 - width
        assert 0.09 < height * width / 20000 < 0.52 and 0.45 < width / height < 2.2
    # no part of this shape fits: the middle
    assert T.RandomResizedCrop.get_params(ft.zeros(1, 100, 10), (1, 1), (1, 1), generator) == (45, 0, 10, 10)


@pytest.mark.parametrize("mix", [T.MixUp(num_classes=5), T.CutMix(num_classes=5)])
def test_mixing(mix):
    """Labels say how much of which image there is."""
    # image n is n everywhere, its neighbour in the batch is n - 1
    images = ft.arange(4, dtype=ft.float32).reshape(4, 1, 1, 1).expand(4, 3, 16, 16).contiguous()
    labels = ft.tensor([0, 1, 2, 3])
    for seed in range(10):
        mixed, soft = mix(images, labels, generator=ft.Generator(seed))
        assert soft.shape == (4, 5)
        np.testing.assert_allclose(soft.sum(1).numpy(), 1, rtol=1e-6)
        for n in range(1, 4):
            np.testing.assert_allclose(mixed[n].mean().item(), (soft[n] * ft.arange(5)).sum().item(), atol=1e-5)
    nested = mix({"images": images, "labels": labels}, generator=ft.Generator(0))
    assert nested["labels"].shape == (4, 5)
    again = mix(images, soft, generator=ft.Generator(1))
    assert again[1].shape == (4, 5)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: T.MixUp()(ft.zeros(2, 3, 4, 4), ft.tensor([0, 1])), "'num_classes': expected the number of classes"),
        (lambda: T.MixUp(num_classes=2)(ft.zeros(2, 3, 4, 4)), "'sample': expected labels as second part"),
        (
            lambda: T.MixUp(num_classes=2)(ft.zeros(3, 4, 4), ft.tensor([0])),
            "expected a batch of 1 images in 4 dimensions",
        ),
        (lambda: T.CutMix(num_classes=2)([Image.new("L", (2, 2))], ft.tensor([0])), "got Image"),
        (lambda: T.CutMix(alpha=0), "'alpha': expected a positive number"),
        (lambda: T.RandomIoUCrop()(ft.zeros(3, 4, 4)), "expected an image and BoundingBoxes, got no BoundingBoxes"),
        (lambda: T.RandomCrop(9)(ft.zeros(3, 4, 4)), "got 9x9; pass pad_if_needed=True, or a padding"),
        (lambda: T.Resize(4, antialias=False), "expected True, got False"),
        (lambda: T.Resize(0), "expected one positive int, or height and width, got 0"),
        (lambda: T.Resize(4, "cubic"), "expected one of nearest, nearest-exact, bilinear"),
        (lambda: T.RandomRotation(10, "lanczos"), "expected one of nearest, nearest-exact, bilinear, bicubic"),
        (lambda: T.ColorJitter(hue=0.6), "'hue': expected two numbers from -0.5 to 0.5"),
        (lambda: T.ColorJitter(brightness=(2, 1)), "'brightness': expected two numbers not below 0"),
        (lambda: T.Pad((1, 2, 3)), "'padding': expected an int, or 1, 2 or 4 of them"),
        (lambda: T.Pad(1, fill="red"), "'fill': expected a number"),
        (lambda: T.Pad(9, padding_mode="reflect")(ft.zeros(3, 4, 4)), "expected at most 3 to mirror 4 pixels"),
        (lambda: T.RandomErasing(value="white"), "expected a number, one for each channel, or 'random'"),
        (lambda: T.RandomErasing(p=1, value=(1, 2))(ft.zeros(3, 9, 9)), "'value': expected 1 or 3 numbers"),
        (lambda: T.GaussianBlur(4), "expected one or two odd and positive ints"),
        (lambda: T.RandomHorizontalFlip(1.5), "'p': expected a number from 0 to 1, got 1.5"),
        (lambda: T.RandomChoice([abs], p=[0]), "'p': expected 1 weights, not all 0"),
        (lambda: T.AutoAugment("mnist"), "'policy': expected one of imagenet, cifar10, svhn"),
        (lambda: T.RandAugment(magnitude=31), "'magnitude': expected an int from 0 to 30"),
        (lambda: T.ToTensor(to="tensorflow"), "'to': expected one of flambeau, numpy, torch, jax"),
        (lambda: T.FiveCrop(9)(ft.zeros(3, 4, 4)), "'size': expected at most the image's 4 and 4, got 9 and 9"),
        (lambda: T.Grayscale()(ft.zeros(2, 4, 4)), "expected 1 or 3 channels, got 2 channels"),
        (lambda: T.RandomInvert(1)(ft.zeros(3, 4, 4, dtype=ft.int64)), "expected uint8 or a floating dtype, got int64"),
        (lambda: F.perspective(ft.zeros(3, 4, 4), [[0, 0]] * 4, [[0, 0]] * 4), "points of which no three are in line"),
        (lambda: F.affine(ft.zeros(3, 4, 4), 0, (0, 0), 0, 0), "'scale': expected a positive number"),
        (
            lambda: F.erase(ft.zeros(3, 4, 4), 0, 0, 2, 2, ft.zeros(5)),
            "expected values for shape (3, 2, 2), got shape (5, 1, 1)",
        ),
        (
            lambda: T.RandomCrop(2)(ft.zeros(3, 4, 4), generator=3),
            "expected flambeau.tensor.Generator or None, got int",
        ),
    ],
)
def test_errors(call, text):
    """Wrong arguments are named, with what was expected."""
    with pytest.raises((TypeError, ValueError)) as error:
        call()
    assert text in str(error.value)


def test_iou_crop_and_sanitizing():
    """Boxes whose centre is cut off become empty, and go with their labels and masks."""
    boxes = tv_tensors.BoundingBoxes([[0, 0, 10, 10], [30, 20, 58, 38]], format="XYXY", canvas_size=(40, 60))
    masks = tv_tensors.Mask(ft.zeros(2, 40, 60))
    before = {"image": ft.zeros(3, 40, 60), "boxes": boxes, "masks": masks, "labels": ft.tensor([5, 6])}
    lost = 0
    for seed in range(30):
        cut = T.RandomIoUCrop()(before, generator=ft.Generator(seed))
        size = tuple(cut["image"].shape[-2:])
        assert cut["boxes"].canvas_size == size == tuple(cut["masks"].shape[-2:])
        done = T.SanitizeBoundingBoxes()(cut)
        kept = done["boxes"].numpy()
        assert len(kept) == len(done["labels"]) == len(done["masks"])
        assert (kept[:, 2] <= size[1]).all() and (kept[:, 3] <= size[0]).all()
        lost += len(kept) < 2
    assert 0 < lost < 30


def test_conversions_of_boxes():
    """There and back between all formats; whatever else is in the sample stays."""
    boxes = tv_tensors.BoundingBoxes([[1.0, 2.0, 9.0, 11.0]], format="XYXY", canvas_size=(20, 20))
    for format in ("XYWH", "CXCYWH", "xyxy"):
        there = T.ConvertBoundingBoxFormat(format)(boxes)
        assert there.format.value == format.upper()
        assert T.ConvertBoundingBoxFormat("XYXY")(there).tolist() == boxes.tolist()
    with pytest.raises(ValueError):
        T.ConvertBoundingBoxFormat("XXYY")


def test_tv_tensors_are_tensors():
    """They compute as Tensors do, give plain ones, and survive pickling and collating."""
    boxes = tv_tensors.BoundingBoxes([[1, 2, 3, 4]], format="XYWH", canvas_size=(5, 6))
    assert type(boxes + 1) is ft.Tensor and (boxes + 1).tolist() == [[2, 3, 4, 5]]
    assert type(ft.stack([boxes, boxes])) is ft.Tensor
    again = pickle.loads(pickle.dumps(boxes))
    assert type(again) is tv_tensors.BoundingBoxes and again.canvas_size == (5, 6) and again.format is boxes.format
    with pytest.raises(ft.ShapeError):
        tv_tensors.BoundingBoxes([1, 2, 3], format="XYXY", canvas_size=(5, 6))
    with pytest.raises(ft.ShapeError):
        tv_tensors.Image(ft.zeros(2, 2))


@pytest.mark.parametrize("size", [(10, 14), (50, 41), (24, 7), (24, 32), (10, 41)])
@pytest.mark.parametrize("mode", ["box", "bilinear", "hamming", "bicubic", "lanczos"])
def test_resizing_where_the_tensor_is(size, mode):
    """The matrix products for other devices give Pillow's floats up to the order of sums, and its bytes."""
    mode = T.InterpolationMode(mode)
    array = table.array_of((24, 32), 3, np.uint8).transpose(2, 0, 1).copy()
    floats = ft.from_numpy(array).float() / 255
    result = _weights.resampled(floats, size, mode)
    np.testing.assert_allclose(result.numpy(), F.resize(floats, size, mode).numpy(), atol=1e-6)
    orders = [_weights.resampled(ft.from_numpy(array), size, mode, first).tolist() for first in (False, True)]
    assert F.resize(ft.from_numpy(array), size, mode).tolist() in orders
    assert _weights.resampled(ft.from_numpy(array), size, mode).tolist() in orders


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "float16", "bfloat16", "float64"])
def test_resizing_wide_pixels_where_the_tensor_is(dtype):
    """They give what the CPU gives for other numbers too, a rounding apart; what it refuses, they refuse."""
    whole = "int" in dtype
    array = table.array_of((24, 32), 3, np.float64).transpose(2, 0, 1).copy() * (9000 if whole else 1)
    tensor = ft.from_numpy(array).to(dtype)
    result, expected = _weights.resampled(tensor, (10, 41), T.InterpolationMode.BICUBIC), F.resize(tensor, (10, 41), 3)
    assert result.dtype == tensor.dtype
    np.testing.assert_allclose(result.double().numpy(), expected.double().numpy(), atol=1 if whole else 0.01)
    with pytest.raises(ft.DTypeError):
        _weights.resampled(tensor.long(), (10, 41), T.InterpolationMode.BICUBIC)


@pytest.mark.parametrize("shape", [(3, 9, 8), (5, 3, 9, 8), (2, 2, 1, 4, 4)])
def test_batches_to_normalized_tensors(shape):
    """ToTensor and Normalize in one pass: what both give one after the other, for any batch and any layout."""
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    mean, std = [0.4, 0.5, 0.6][: shape[-3]], [0.2, 0.3, 0.4][: shape[-3]]
    steps = [T.ToTensor(), T.Normalize(mean, std)]
    for tensor in (ft.from_numpy(array), ft.from_numpy(array.swapaxes(-1, -2).copy()).transpose(-1, -2)):
        one_pass = T.Compose(steps)(tensor)
        np.testing.assert_array_equal(one_pass.numpy(), steps[1](steps[0](tensor)).numpy())
        assert one_pass.is_contiguous() and one_pass.dtype == np.float32


def test_pipelines_of_pillow_images():
    """The same for images, of colours, grey, bits and wide numbers."""
    colours = Image.fromarray(table.array_of((9, 8), 3, np.uint8))
    for mode in ("RGB", "L", "LA", "RGBA", "1", "I", "F"):
        image = colours.convert("L").convert(mode) if mode not in ("RGB", "RGBA") else colours.convert(mode)
        steps = [T.ToTensor(), T.Normalize(0.5, 0.25)]
        if mode == "I":
            steps = [T.ToTensor(), T.Lambda(lambda x: x.float()), T.Normalize(0.5, 0.25)]
        joined, expected = T.Compose(steps)(image), image
        for step in steps:
            expected = step(expected)
        np.testing.assert_array_equal(joined.numpy(), expected.numpy())


def test_compose_of_several_arguments():
    """An image and its label go through all steps together."""
    steps = T.Compose([T.RandomHorizontalFlip(1), T.ToTensor(), T.Normalize(0, 1)])
    image, label = steps(Image.fromarray(np.array([[0, 255]], np.uint8)), 7)
    assert image.tolist() == [[[1.0, 0.0]]] and label == 7


@pytest.mark.parametrize("size", [(24, 32), (7, 7), (1, 9), (101, 50)])
def test_frames_of_rotations(size):
    """Boxes know the size that a rotated image has in a frame that holds all of it."""
    boxes = tv_tensors.BoundingBoxes([[0.0, 0.0, 1.0, 1.0]], format="XYXY", canvas_size=size)
    for angle in (*range(0, 361, 15), -90, 30.3, 123.456, 1e-9, 89.9999):
        for center in (None, (3, 4)):
            image = F.rotate(np.zeros(size, np.uint8), angle, expand=True, center=center)
            assert F.rotate(boxes, angle, expand=True, center=center).canvas_size == image.shape, (angle, center)


def test_bits_and_ranges():
    """Bits become the ends of a range, and numbers above the middle of theirs become True."""
    bits = np.array([[True, False]])
    assert F.convert_image_dtype(bits, np.uint8).tolist() == [[255, 0]]
    assert F.convert_image_dtype(bits, np.float32).tolist() == [[1.0, 0.0]]
    assert F.convert_image_dtype(np.array([[0, 127, 128, 255]], np.uint8), np.bool_).tolist() == [
        [False] * 2 + [True] * 2
    ]
    assert F.convert_image_dtype(np.array([[0.4, 0.5]]), np.bool_).tolist() == [[False, True]]


def test_to_dtype_by_type():
    """A dictionary says which types get which dtypes."""
    before = sample() | {"image": tv_tensors.Image(ft.full((3, 4, 4), 255, dtype=ft.uint8))}
    done = T.ToDtype({tv_tensors.Image: ft.float32, tv_tensors.Mask: ft.int64, "others": None}, scale=True)(before)
    assert done["image"].dtype == np.float32 and done["image"].max().item() == 1
    assert done["mask"].dtype == np.int64 and done["boxes"].dtype == before["boxes"].dtype


@pytest.mark.parametrize("frames", [1, 4, 9])
def test_frames_of_videos(frames):
    """Frames are taken evenly, the first and the last among them; a video stays one."""
    video = tv_tensors.Video(ft.arange(frames).reshape(frames, 1, 1, 1).expand(2, frames, 3, 4, 5))
    done = T.UniformTemporalSubsample(4)(video)
    assert isinstance(done, tv_tensors.Video)
    assert done[1, :, 0, 0, 0].tolist() == [int(k * (frames - 1) / 3) for k in range(4)]
    assert F.get_num_frames(video) == frames
    with pytest.raises(ft.ShapeError):
        F.uniform_temporal_subsample(ft.zeros(0, 3, 4, 4), 2)


def test_questions_of_parts():
    """What transforms of one's own ask: which parts there are, and their size."""
    parts = list(sample().values())
    assert T.has_any(parts, str, tv_tensors.Mask) and not T.has_any(parts, str)
    assert T.has_all(parts, Image.Image, tv_tensors.BoundingBoxes) and not T.has_all(parts, Image.Image, str)
    assert T.query_size(parts) == (40, 60) and T.query_chw(parts) == (3, 40, 60)
    assert T.get_bounding_boxes(parts) is parts[2] and T.get_keypoints(parts) is parts[3]
    for question in (T.query_size, T.query_chw, T.get_bounding_boxes, T.get_keypoints):
        with pytest.raises(ValueError):
            question([1, "a"])


def test_erasing_in_place():
    """inplace=True changes the Tensor itself; else it is left alone."""
    image = ft.zeros(3, 16, 16)
    assert T.RandomErasing(1, value=1)(image).sum().item() > 0
    assert image.sum().item() == 0
    assert T.RandomErasing(1, value=1, inplace=True)(image) is image or image.sum().item() > 0
    assert image.sum().item() > 0
