"""Our models beside torchvision's, with the same numbers in all parameters and buffers."""

import flambeau.tensor as ft
import numpy as np
import pytest
import torchvision_oracle
from flambeau.vision import models

torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
torchvision = torchvision_oracle.torchvision()


def theirs_of(name, **options):
    """torchvision's model; where it would warn of its initial values, without these."""
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    return torchvision.models.get_model(name, weights=None, **options)


def pair(name, **options):
    """Our model and torchvision's in evaluation, with the same random parameters and statistics, in float64."""
    generator = np.random.default_rng(0)
    theirs = theirs_of(name, **options).double().eval()
    with torch.no_grad():
        for key, value in theirs.state_dict().items():
            if value.is_floating_point() and "relative_coords" not in key:
                value.copy_(torch.from_numpy(filled(key, tuple(value.shape), generator)))
    ours = models.get_model(name, **options).double().eval()
    ours.load_state_dict({key: ft.tensor(value.numpy()) for key, value in theirs.state_dict().items()})
    return ours, theirs


def filled(key, shape, generator):
    """Numbers that keep what flows through a deep model of the same size."""
    if key.endswith("running_var"):
        return generator.uniform(0.5, 1.5, shape)
    if len(shape) < 2 or key.endswith(("layer_scale", "logit_scale")):
        offset = 0.5 if key.endswith(("weight", "scale")) else 0
        return offset + 0.1 * generator.standard_normal(shape)
    return generator.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))
