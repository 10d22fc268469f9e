"""Arguments have torch's names, order and defaults; what differs stands here with the reason."""

import inspect

import flambeau.nn as nn
import flambeau.nn.functional as F
import pytest
from beside_torch import torch
from torch.nn.utils import parametrizations, parametrize, prune, rnn

HOLDERS = {
    "nn": (nn, torch.nn),
    "F": (F, torch.nn.functional),
    "init": (nn.init, torch.nn.init),
    "utils": (nn.utils, torch.nn.utils),
    "rnn": (nn.utils.rnn, rnn),
    "parametrize": (nn.utils.parametrize, parametrize),
    "parametrizations": (nn.utils.parametrizations, parametrizations),
    "prune": (nn.utils.prune, prune),
    "Module": (nn.Module, torch.nn.Module),
}
DIFFERENT = {
    "Module.forward": "it takes what subclasses take: torch names that input",
}


def both():
    for where, (ours, theirs) in HOLDERS.items():
        for name in sorted(getattr(ours, "__all__", dir(ours))):
            here, there = getattr(ours, name, None), getattr(theirs, name, None)
            if name.startswith("_") or not callable(here) or there is None or f"{where}.{name}" in DIFFERENT:
                continue
            try:
                signature = inspect.signature(there)
            except (TypeError, ValueError):
                continue  # compiled, without one
            if not all(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in signature.parameters.values()):
                yield pytest.param(here, signature, id=f"{where}.{name}")


@pytest.mark.parametrize(("here", "theirs"), list(both()))
def test_signature(here, theirs):
    """torch's arguments are ours, in their order and with their defaults; further ones of ours are keywords or last."""
    ours = inspect.signature(here).parameters
    wanted = [p for p in theirs.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = [p.name for p in wanted]
    assert [n for n in ours if n in names] == names
    for p in wanted:
        mine = ours[p.name]
        assert shown(mine.default) == shown(p.default), p.name
        assert mine.kind == p.kind or p.kind == p.KEYWORD_ONLY, p.name
    positional = [p.name for p in wanted if p.kind == p.POSITIONAL_OR_KEYWORD]
    assert list(ours)[: len(positional)] == positional


def shown(default):
    return getattr(default, "__name__", default) if callable(default) else default
