"""The input of image networks: from JPEG files to normalized Tensors, per image and by the batch.

Everything is done by one core, with what is drawn at random of the same distribution for all rivals. The images are
made up, with the size and about the bytes per pixel of photographs.
"""

import io

from .. import torchvision_beside_cpu
from ..harness import Case

COUNT = 16
SIZE = (375, 500)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def pictures():
    """PIL images: a few waves and some noise."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(0)
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]] / 60
    found = []
    for _ in range(COUNT):
        waves = [np.sin(a * x + b * y + c) for a, b, c in random.normal(size=(9, 3)) * 2]
        image = np.stack([sum(waves[k::3]) for k in range(3)], -1) * 40 + 128 + random.normal(size=(*SIZE, 3)) * 12
        found.append(Image.fromarray(image.clip(0, 255).astype(np.uint8)))
    return found


def files():
    """The same as JPEG files."""
    found = []
    for picture in pictures():
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=90)
        found.append(file.getvalue())
    return found


def decoded(data):
    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")


def ours(sources, prepare):
    def setup():
        import flambeau.tensor as ft
        from flambeau.vision import transforms as T

        ft.set_num_threads(1)
        steps = T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)])
        images = sources()
        return lambda: [steps(prepare(image)) for image in images]

    return setup


def torchvision(sources, prepare):
    def setup():
        import torch

        T = torchvision_beside_cpu.torchvision().transforms
        torch.set_num_threads(1)
        steps = T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)])
        images = sources()
        return lambda: [steps(prepare(image)) for image in images]

    return setup


def by_hand(sources, prepare):
    """The same steps with Pillow and NumPy."""

    def setup():
        import math
        import random

        import numpy as np
        from PIL import Image

        mean, std = (np.array(values, np.float32) for values in (MEAN, STD))

        def steps(image):
            columns, rows = image.size
            for _ in range(10):
                area = rows * columns * random.uniform(0.08, 1)
                shape = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
                width, height = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
                if width <= columns and height <= rows:
                    break
            left, top = random.randint(0, columns - width), random.randint(0, rows - height)
            image = image.crop((left, top, left + width, top + height)).resize((224, 224), Image.Resampling.BILINEAR)
            if random.random() < 0.5:
                image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            array = np.asarray(image, dtype=np.float32) / 255
            return np.ascontiguousarray(((array - mean) / std).transpose(2, 0, 1))

        images = sources()
        return lambda: [steps(prepare(image)) for image in images]

    return setup


def batch():
    """Bytes of shape (64, 3, 224, 224)."""
    import numpy as np

    return np.random.default_rng(0).integers(0, 256, (64, 3, 224, 224), dtype=np.uint8)


def whole_batch():
    import flambeau.tensor as ft
    from flambeau.vision import transforms as T

    ft.set_num_threads(1)
    steps = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])
    images = ft.from_numpy(batch())
    return lambda: steps(images)


def image_by_image():
    import flambeau.tensor as ft
    import numpy as np
    from flambeau.vision import transforms as T
    from PIL import Image

    ft.set_num_threads(1)
    steps = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])
    images = [Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0))) for image in batch()]
    return lambda: ft.stack([steps(image) for image in images])


def torchvision_by_image():
    import numpy as np
    import torch
    from PIL import Image

    T = torchvision_beside_cpu.torchvision().transforms

    torch.set_num_threads(1)
    steps = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])
    images = [Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0))) for image in batch()]
    return lambda: torch.stack([steps(image) for image in images])


def rivals(sources, prepare):
    makers = {"flambeau": ours, "Pillow and NumPy": by_hand, "torchvision": torchvision}
    return {name: maker(sources, prepare) for name, maker in makers.items()}


CASES = [
    Case("ImageNet training pipeline, per image", rivals(files, decoded), per=COUNT),
    Case("the same without decoding, per image", rivals(pictures, lambda image: image), per=COUNT),
    Case(
        "ToTensor + Normalize, 64 images",
        {"flambeau": whole_batch, "image by image": image_by_image, "torchvision": torchvision_by_image},
    ),
]
