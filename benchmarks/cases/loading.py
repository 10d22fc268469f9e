"""Batches from a DataLoader, without workers and with: small images, JPEG files, big samples, none; the first one."""

import functools
import io
import random

from ..harness import Case

WORKERS = (0, 1, 2)


@functools.cache
def photographs():
    """JPEG files of 500x375, as much detail as a photograph's: smooth noise of several sizes."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    files = []
    for _ in range(64):
        picture = np.zeros((375, 500, 3))
        for size in (4, 16, 64, 192):
            noise = rng.standard_normal((size, size, 3)) * 96 / size**0.5 * 2
            layers = [Image.fromarray(noise[..., c].astype(np.float32)).resize((500, 375)) for c in range(3)]
            picture += np.stack([np.asarray(layer) for layer in layers], -1)
        file = io.BytesIO()
        Image.fromarray(np.clip(picture + 128, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
        files.append(file.getvalue())
    return files


class Small:
    """Images as small as CIFAR's, in memory, with labels."""

    def __init__(self):
        import numpy as np

        self.images = np.random.default_rng(0).integers(0, 255, (50_000, 32, 32, 3), np.uint8)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], index % 10


class Photographs:
    """Decoded, resized and, half of the time, flipped by Pillow; float32, the channels first, as networks take it."""

    def __init__(self):
        self.files = photographs()

    def __len__(self):
        return 256

    def __getitem__(self, index):
        import numpy as np
        from PIL import Image

        image = Image.open(io.BytesIO(self.files[index % len(self.files)])).convert("RGB")
        image = image.resize((224, 224), Image.Resampling.BILINEAR)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1), np.float32) / 255, index


class Big:
    """Samples of 4 MB."""

    def __init__(self):
        import numpy as np

        self.volume = np.random.default_rng(0).random((1024, 1024), np.float32)

    def __len__(self):
        return 128

    def __getitem__(self, index):
        return self.volume


class Empty:
    """Nothing to read: what remains is the loader's own time."""

    def __len__(self):
        return 2000

    def __getitem__(self, index):
        return index


def loaders(kind, batch_size, workers, **both):
    """An epoch of each library's loader, whose workers are there already."""

    def setup_of(library):
        def setup():
            if library == "flambeau":
                from flambeau.data import DataLoader
            else:
                from torch.utils.data import DataLoader
            more = {"num_workers": workers, "persistent_workers": True} if workers else {}
            loader = DataLoader(kind(), batch_size, **more, **both)

            def epoch():
                for _ in loader:
                    pass

            epoch()
            return epoch

        return setup

    return {"flambeau": setup_of("flambeau"), "torch": setup_of("torch")}


def first_batch(context):
    """From a new loader with two workers to its first batch. What starts workers is there already."""

    def setup_of(library):
        def setup():
            if library == "flambeau":
                from flambeau.data import DataLoader
            else:
                from torch.utils.data import DataLoader
            dataset = Small()

            def first():
                start = {"multiprocessing_context": context[library]} if library in context else {}
                loader = DataLoader(dataset, 128, num_workers=2, **start)
                return next(iter(loader))

            first()
            return first

        return setup

    return {"flambeau": setup_of("flambeau"), "torch": setup_of("torch")}


def name(what, workers):
    return f"{what}, {workers} worker{'s' if workers != 1 else ''}"


CASES = [
    *(Case(name("batch of 128 32x32x3 uint8", n), loaders(Small, 128, n), per=391, rounds=5) for n in WORKERS),
    *(
        Case(name("batch of 32 JPEG, resize 224, flip", n), loaders(Photographs, 32, n), per=8, rounds=5)
        for n in WORKERS
    ),
    *(Case(name("batch of 8 samples of 4 MB", n), loaders(Big, 8, n), per=16, rounds=5) for n in WORKERS),
    *(Case(name("batch of 1 int", n), loaders(Empty, 1, n), per=2000, rounds=5) for n in WORKERS),
    Case("first batch, 2 workers (torch: forkserver)", first_batch({"torch": "forkserver"}), rounds=5),
]
