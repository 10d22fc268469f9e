"""Normalisation, losses, embedding, dropout, padding and windows, forward and backward, beside PyTorch."""

from ..harness import Case

THREADS = 2


def _numbers(shape, seed=0):
    import numpy as np

    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def _classes(count, classes):
    import numpy as np

    return np.random.default_rng(1).integers(0, classes, count)


def _rivals(work, *arrays):
    """``work(functional, *tensors)`` forward, and its gradients backward, in both libraries.

    Arrays are functions that make them; those of floats get gradients.
    """

    def flambeau():
        import flambeau.nn.functional as F
        import flambeau.tensor as ft
        from flambeau.autograd import Variable

        tensors = [ft.from_numpy(make()) for make in arrays]
        leaves = [Variable(x, requires_grad=True) if x.is_floating_point() else x for x in tensors]
        return _step(work, F, leaves, lambda y: ft.ones(y.shape))

    def torch():
        import torch

        torch.set_num_threads(THREADS)
        leaves = [torch.from_numpy(make()) for make in arrays]
        leaves = [x.requires_grad_() if x.is_floating_point() else x for x in leaves]
        return _step(work, torch.nn.functional, leaves, torch.ones_like)

    return {"flambeau": flambeau, "torch": torch}


def _step(work, functional, leaves, ones):
    result = work(functional, *leaves)
    grad = ones(result) if result.ndim else None
    wanted = [x for x in leaves if getattr(x, "requires_grad", False)]

    def step():
        work(functional, *leaves).backward(grad)
        for x in wanted:
            x.grad = None

    return step


def _case(name, work, *arrays):
    return Case(f"{name}, forward + backward", _rivals(work, *arrays), rounds=9)


def _floats(*shape):
    return lambda: _numbers(shape)


def _batch_norm(functional, x, weight, bias):
    return functional.batch_norm(x, None, None, weight, bias, training=True)


def _bag(functional, table, index):
    return functional.embedding_bag(index.reshape(512, 8), table, mode="sum")


def _lookup(functional, table, index):
    return functional.embedding(index, table)


def _ctc(functional, x, y):
    lengths = y[:, 0] * 0
    return functional.ctc_loss(functional.log_softmax(x, 2), y, lengths + 150, lengths + 30)


CASES = [
    *(
        _case(f"batch_norm {'x'.join(map(str, shape))}", _batch_norm, _floats(*shape), _floats(c), _floats(c))
        for shape in ((32, 64, 56, 56), (128, 64, 16, 16), (4096, 512))
        for c in (shape[1],)
    ),
    *(
        _case(
            f"layer_norm {'x'.join(map(str, shape))}",
            lambda functional, x, w, b: functional.layer_norm(x, x.shape[-1:], w, b),
            _floats(*shape),
            _floats(shape[-1]),
            _floats(shape[-1]),
        )
        for shape in ((8, 128, 256), (4096, 768), (64, 16384))
    ),
    _case(
        "rms_norm 4096x768",
        lambda functional, x, w: functional.rms_norm(x, x.shape[-1:], w),
        _floats(4096, 768),
        _floats(768),
    ),
    _case(
        "group_norm 32x64x56x56, 8 groups",
        lambda functional, x, w, b: functional.group_norm(x, 8, w, b),
        _floats(32, 64, 56, 56),
        _floats(64),
        _floats(64),
    ),
    _case(
        "instance_norm 32x64x56x56",
        lambda functional, x: functional.instance_norm(x),
        _floats(32, 64, 56, 56),
    ),
    *(
        _case(
            f"cross_entropy {n}x{classes}" + (", smoothed" if smoothing else ""),
            lambda functional, x, y, s=smoothing: functional.cross_entropy(x, y, label_smoothing=s),
            _floats(n, classes),
            lambda n=n, classes=classes: _classes(n, classes),
        )
        for n, classes, smoothing in ((128, 10, 0.0), (4096, 1000, 0.0), (700, 10000, 0.0), (4096, 1000, 0.1))
    ),
    *(
        _case(name, lambda functional, x, y, name=name: getattr(functional, name)(x, y), _floats(1024, 1024), target)
        for name, target in (
            ("mse_loss", _floats(1024, 1024)),
            ("l1_loss", _floats(1024, 1024)),
            ("smooth_l1_loss", _floats(1024, 1024)),
            ("binary_cross_entropy_with_logits", _floats(1024, 1024)),
        )
    ),
    _case("ctc_loss 150x16x80", _ctc, _floats(150, 16, 80), lambda: _classes((16, 30), 79) + 1),
    _case("embedding 10000x256, 4096 of them", _lookup, _floats(10000, 256), lambda: _classes(4096, 10000)),
    _case("embedding_bag 10000x256, 512 of 8", _bag, _floats(10000, 256), lambda: _classes(4096, 10000)),
    *(
        _case(f"dropout {'x'.join(map(str, shape))}", lambda functional, x: functional.dropout(x, 0.5), _floats(*shape))
        for shape in ((64, 128), (4096, 1024))
    ),
    _case("dropout2d 32x64x56x56", lambda functional, x: functional.dropout2d(x, 0.5), _floats(32, 64, 56, 56)),
    *(
        _case(
            f"pad {mode} {'x'.join(map(str, shape))} by 1",
            lambda functional, x, mode=mode: functional.pad(x, (1,) * 2 * (x.ndim - 2), mode),
            _floats(*shape),
        )
        for mode, shape in (
            ("reflect", (32, 64, 56, 56)),
            ("replicate", (32, 64, 56, 56)),
            ("circular", (32, 64, 56, 56)),
            ("replicate", (4, 16, 16, 32, 32)),
        )
    ),
    *(
        case
        for stride, windows in ((1, 1024), (2, 256))
        for case in (
            _case(
                f"unfold 8x64x32x32, 3x3 / {stride}",
                lambda functional, x, stride=stride: functional.unfold(x, 3, padding=1, stride=stride),
                _floats(8, 64, 32, 32),
            ),
            _case(
                f"fold 8x576x{windows}, 3x3 / {stride}",
                lambda functional, x, stride=stride: functional.fold(x, (32, 32), 3, padding=1, stride=stride),
                _floats(8, 576, windows),
            ),
        )
    ),
]
