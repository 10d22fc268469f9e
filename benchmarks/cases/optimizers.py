"""A step of each optimizer over many small parameters, of Adam over many elements, and clipping."""

from ..harness import Case

THREADS = 2
MANY = [(1000, 10000)]
SMALL = [(64, 64)] * 20

OPTIMIZERS = {
    "SGD": {"lr": 0.1},
    "SGD, momentum": {"lr": 0.1, "momentum": 0.9},
    "Adam": {},
    "AdamW": {},
    "Adamax": {},
    "NAdam": {},
    "RAdam": {},
    "Adagrad": {},
    "Adadelta": {},
    "RMSprop": {},
    "Rprop": {},
    "ASGD": {},
    "Adafactor": {},
    "Muon": {},
}
FUSED = ("SGD", "Adam", "AdamW", "Adagrad")  # torch has a fused form of these


def our_parameters(shapes):
    import flambeau.tensor as ft
    from flambeau.autograd import Variable

    params = [Variable(ft.ones(*shape), requires_grad=True) for shape in shapes]
    for p in params:
        p.grad = Variable(ft.ones(*p.shape))
    return params


def torchs_parameters(shapes):
    import torch

    torch.set_num_threads(THREADS)
    params = [torch.ones(*shape, requires_grad=True) for shape in shapes]
    for p in params:
        p.grad = torch.ones_like(p)
    return params


def ours(name, shapes, options):
    def setup():
        from flambeau import optim

        return getattr(optim, name)(our_parameters(shapes), **options).step

    return setup


def torch(name, shapes, options):
    def setup():
        import torch

        return getattr(torch.optim, name)(torchs_parameters(shapes), **options).step

    return setup


def case(title, shapes, name, options):
    rivals = {"flambeau": ours(name, shapes, options)}
    if name in FUSED:
        rivals["torch, fused"] = torch(name, shapes, {**options, "fused": True})
    rivals["torch, as it comes"] = torch(name, shapes, options)
    return Case(title, rivals)


def our_clipping():
    from flambeau.nn.utils import clip_grad_norm_

    params = our_parameters(SMALL)
    return lambda: clip_grad_norm_(params, 1.0)


def torchs_clipping():
    from torch.nn.utils import clip_grad_norm_

    params = torchs_parameters(SMALL)
    return lambda: clip_grad_norm_(params, 1.0)


CASES = [
    case("Adam step, 10M parameters", MANY, "Adam", {}),
    *(
        case(f"{title} step, 20 of 64x64", SMALL, title.partition(",")[0], options)
        for title, options in OPTIMIZERS.items()
    ),
    Case("clip_grad_norm_, 20 of 64x64", {"flambeau": our_clipping, "torch": torchs_clipping}),
]
