"""Every transform with arguments to try, and what there is to know of it: the suites are generated from it."""

from dataclasses import dataclass, field
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.vision import transforms as T
from PIL import Image

SIZES = [(24, 32), (33, 17), (5, 5), (1, 7)]
BASES = {
    "RandomTransform": "a base of transforms",
    "Transform": "a base of transforms",
    "InterpolationMode": "an argument",
    "AutoAugmentPolicy": "an argument",
    "functional": "a module",
    **dict.fromkeys(T.queries.__all__, "a question"),
}
NOT_OF_IMAGES = {  # transforms of other things than single images: they have tests of their own
    "ClampBoundingBoxes": "of boxes",
    "ClampKeyPoints": "of points",
    "ConvertBoundingBoxFormat": "of boxes",
    "CutMix": "of batches",
    "Lambda": "whatever its function is of",
    "LinearTransformation": "of Tensors",
    "MixUp": "of batches",
    "Normalize": "of Tensors",
    "PILToTensor": "of PIL images",
    "RandomIoUCrop": "of images with boxes",
    "SanitizeBoundingBoxes": "of boxes",
    "SanitizeKeyPoints": "of points",
    "ToDtype": "of Tensors and arrays",
    "ConvertImageDtype": "of Tensors and arrays",
    "ToPILImage": "of Tensors and arrays",
    "ToPureTensor": "of TVTensors",
    "UniformTemporalSubsample": "of videos",
}


@dataclass
class Case:
    """A transform, and for which images it is."""

    transform: Any
    channels: tuple = (1, 3)
    dtypes: tuple = (np.uint8, np.float32)
    sizes: list = field(default_factory=lambda: SIZES)

    @property
    def name(self):
        return type(self.transform).__name__


def case(transform, **options):
    return Case(transform, **options)


GEOMETRIC = [
    *[case(T.Resize(size, mode)) for size in ([7, 9], [40, 50]) for mode in ("nearest", "bilinear", "bicubic")],
    *[case(T.Resize([11, 13], mode)) for mode in ("box", "hamming", "lanczos")],
    case(T.Resize(6), sizes=SIZES[:3]),
    case(T.Resize(6, max_size=8), sizes=SIZES[:3]),
    case(T.Resize(None, max_size=9), sizes=SIZES[:3]),
    case(T.RandomResize(5, 12), sizes=SIZES[:3]),
    case(T.RandomShortestSize([4, 6, 8], max_size=20), sizes=SIZES[:3]),
    case(T.ScaleJitter((12, 12))),
    case(T.CenterCrop(4)),
    case(T.CenterCrop((40, 3))),
    case(T.RandomCrop(5, padding=4)),
    case(T.RandomCrop((9, 4), pad_if_needed=True, fill=7)),
    case(T.RandomCrop(3, padding=2, padding_mode="symmetric"), sizes=SIZES[:3]),
    case(T.RandomResizedCrop(8)),
    case(T.RandomResizedCrop((6, 9), interpolation="bicubic")),
    case(T.FiveCrop(4), sizes=SIZES[:3]),
    case(T.TenCrop((3, 4), vertical_flip=True), sizes=SIZES[:3]),
    case(T.RandomHorizontalFlip(p=1)),
    case(T.RandomVerticalFlip(p=1)),
    case(T.Pad(3, fill=5)),
    case(T.Pad([1, 2, 3, 4], padding_mode="edge")),
    case(T.Pad([1, 0], padding_mode="reflect"), sizes=SIZES[:3]),
    case(T.Pad([2, 1], padding_mode="symmetric")),
    case(T.Pad([-1, 0, 2, 0], fill=9)),
    case(T.RandomZoomOut(p=1, fill=3)),
    *[case(T.RandomRotation(40, mode, fill=9)) for mode in ("nearest", "bilinear", "bicubic")],
    case(T.RandomRotation((90, 90), expand=True)),
    case(T.RandomRotation(30, "bilinear", expand=True)),
    case(T.RandomRotation(30, center=(3, 2))),
    *[case(T.RandomAffine(30, (0.1, 0.2), (0.7, 1.3), 10, mode)) for mode in ("nearest", "bilinear", "bicubic")],
    case(T.RandomAffine(0, shear=(-5, 5, -9, 9), fill=200)),
    *[case(T.RandomPerspective(0.4, 1, mode, fill=4), sizes=SIZES[:3]) for mode in ("nearest", "bilinear", "bicubic")],
    *[case(T.ElasticTransform(60.0, 3.0, mode)) for mode in ("nearest", "bilinear")],
]
COLOURS = [
    case(T.Grayscale()),
    case(T.Grayscale(3)),
    case(T.RandomGrayscale(p=1)),
    case(T.RGB()),
    case(T.ColorJitter(0.4, 0.4, 0.4, 0.3)),
    case(T.ColorJitter(hue=0.5)),
    case(T.RandomPhotometricDistort(p=1)),
    case(T.RandomChannelPermutation()),
    case(T.RandomInvert(p=1)),
    case(T.RandomPosterize(3, p=1)),
    case(T.RandomSolarize(100, p=1), dtypes=(np.uint8,)),
    case(T.RandomSolarize(0.4, p=1), dtypes=(np.float32,)),
    case(T.RandomAdjustSharpness(0.3, p=1)),
    case(T.RandomAdjustSharpness(2.0, p=1)),
    case(T.RandomAutocontrast(p=1)),
    case(T.RandomEqualize(p=1)),
]
FILTERS = [
    case(T.GaussianBlur(5)),
    case(T.GaussianBlur((3, 7), sigma=(0.5, 3.0))),
    case(T.GaussianNoise(0.1, 0.3)),
    case(T.RandomErasing(p=1, value=4), sizes=SIZES[:3]),
    case(T.RandomErasing(p=1, value="random"), sizes=SIZES[:2]),
    case(T.JPEG((5, 60)), dtypes=(np.uint8,)),
]
POLICIES = [
    *[case(T.AutoAugment(policy)) for policy in T.AutoAugmentPolicy],
    case(T.AutoAugment(interpolation="bilinear", fill=128)),
    case(T.RandAugment(4, 20)),
    case(T.TrivialAugmentWide()),
    case(T.AugMix()),
    case(T.AugMix(all_ops=False, severity=8)),
]
OTHERS = [
    case(T.Identity()),
    case(T.Compose([T.RandomHorizontalFlip(), T.ColorJitter(0.5)])),
    case(T.RandomApply([T.RandomInvert(1)], p=0.5)),
    case(T.RandomChoice([T.RandomInvert(1), T.RandomVerticalFlip(1)])),
    case(T.RandomOrder([T.RandomPosterize(2, 1), T.RandomSolarize(0.5, 1)])),
]
CASES = [*GEOMETRIC, *COLOURS, *FILTERS, *POLICIES, *OTHERS]
MAKE_COLOURS = ("Grayscale", "RGB")  # of grey floats, which PIL images have, and of colours not
CONVERSIONS = ("ToTensor", "ToImage")  # their results are of one kind, whatever came in


def label(case):
    return repr(case.transform).replace("\n", "")


def array_of(size, channels, dtype, seed=0):
    """An image as (H, W, C), smooth and noisy by turns, with flat parts."""
    random = np.random.default_rng([seed, *size, channels])
    height, width = size
    ramp = np.linspace(0, 1, width)[None, :, None] * np.linspace(1, 0.3, height)[:, None, None]
    image = 0.6 * ramp + 0.4 * random.random((height, width, channels))
    image[: height // 3, : width // 3] = [0.1, 0.8, 0.3][:channels]
    return (image * 255).round().astype(np.uint8) if dtype == np.uint8 else image.astype(dtype)


def images_of(array):
    """The same image of every kind that can hold it."""
    planes = np.ascontiguousarray(array.transpose(2, 0, 1))
    found = {
        "array": array,
        "strided array": np.ascontiguousarray(array[::-1])[::-1],
        "tensor": ft.from_numpy(planes),
        "strided tensor": ft.from_numpy(array).permute(2, 0, 1),
        "batch": ft.from_numpy(np.stack([planes, planes])),
    }
    if array.shape[2] == 1:
        found["grey array"] = array[:, :, 0]
        found["PIL"] = Image.fromarray(array[:, :, 0])
    elif array.dtype == np.uint8:
        found["PIL"] = Image.fromarray(array)
    return found


def as_array(image):
    """Back to (H, W, C), whatever kind it is; of a batch, its first, which the others equal."""
    if isinstance(image, ft.Tensor):
        array = image.numpy()
        if array.ndim == 4:
            assert np.array_equal(array[0], array[1])
            array = array[0]
        return array.transpose(1, 2, 0)
    array = np.asarray(image)
    return array[:, :, None] if array.ndim == 2 else array
