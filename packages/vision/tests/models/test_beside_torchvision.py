"""Every architecture gives what torchvision's gives, forward and backward, and has the same parameter names."""

import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torchvision import pair, theirs_of, torch, torchvision
from flambeau.autograd import Variable
from flambeau.vision import models

SIZES = {"inception_v3": 75, "alexnet": 63}
# the same code as a smaller one of the family, and seconds each: of these, names and shapes only
LARGE = {
    name
    for name in models.ALL
    if name.endswith(("_l", "_m", "_14", "_l_16", "_l_32", "large", "128gf", "32gf", "16gf", "8gf", "x8d", "x4d", "_2"))
    or name.startswith(("vgg13", "vgg16", "vgg19", "swin_b", "swin_v2_b", "resnet101", "resnet152", "convnext_base"))
    or name == "convnext_small"
    or (name.startswith("efficientnet_b") and name[-1] in "234567")
}
LARGE -= {"wide_resnet50_2", "resnext50_32x4d", "mobilenet_v3_large"}


def size_of(name):
    return SIZES.get(name, 224 if name.startswith("vit") else 64)


def test_no_model_is_left_out():
    """All that torchvision has for classification; MaxViT is not built."""
    theirs = set(torchvision.models.list_models(module=torchvision.models))
    assert theirs - set(models.ALL) == {"maxvit_t"}
    assert set(models.ALL) <= theirs


@pytest.mark.parametrize("name", models.ALL)
def test_same_state(name, without_draws):
    """Names, order, shapes and dtypes of parameters and buffers."""
    without_draws(torch.nn.init)
    theirs = theirs_of(name)
    expected = {key: (tuple(value.shape), str(value.dtype)) for key, value in theirs.state_dict().items()}
    ours = models.get_model(name).state_dict()
    assert {key: (value.shape, f"torch.{value.dtype}") for key, value in ours.items()} == expected
    assert list(ours) == list(expected)


@pytest.mark.parametrize("name", [name for name in models.ALL if name not in LARGE])
def test_same_results_and_gradients(name):
    ours, theirs = pair(name)
    size = size_of(name)
    image = np.random.default_rng(1).standard_normal((2, 3, size, size))
    x, their_x = Variable(ft.tensor(image), requires_grad=True), torch.tensor(image, requires_grad=True)
    y, their_y = ours(x), theirs(their_x)
    scale = their_y.abs().max().item()
    assert scale > 1e-6
    assert np.abs(y.detach().numpy() - their_y.detach().numpy()).max() < 1e-9 * scale
    weights = np.random.default_rng(2).standard_normal(y.shape)
    (y * ft.tensor(weights)).sum().backward()
    (their_y * torch.tensor(weights)).sum().backward()
    close(x.grad, their_x.grad, "the image")
    expected = dict(theirs.named_parameters())
    for key, p in ours.named_parameters():
        if expected[key].grad is None:
            assert p.grad is None, key
        else:
            close(p.grad, expected[key].grad, key)


def close(ours, theirs, name):
    theirs = theirs.numpy()
    # what differs is rounding, which grows from layer to layer
    assert np.abs(ours.numpy() - theirs).max() <= 1e-7 * max(np.abs(theirs).max(), 1e-12), name


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_same_auxiliary_results(name):
    """In training, without the randomness of dropout, batch norms and all classifiers."""
    options = {"dropout": 0.0} | ({"dropout_aux": 0.0} if name == "googlenet" else {})
    ours, theirs = pair(name, **options)
    image = np.random.default_rng(1).standard_normal((2, 3, 299, 299))
    for result, expected in zip(ours.train()(ft.tensor(image)), theirs.train()(torch.tensor(image)), strict=True):
        close(result.detach(), expected.detach(), name)
    state = theirs.state_dict()
    for key, value in ours.state_dict().items():
        close(value, state[key], key)


@pytest.mark.parametrize("name", ["resnet18", "densenet121"])
def test_weights_in_a_file_of_torch(name, tmp_path):
    """A file that torch wrote is loaded by its path, and gives the same scores."""
    _, theirs = pair(name)
    theirs = theirs.float()
    path = tmp_path / "weights.pth"
    torch.save(theirs.state_dict(), path)
    ours = models.get_model(name, weights=path).eval()
    image = np.random.default_rng(1).standard_normal((2, 3, 64, 64)).astype(np.float32)
    expected = theirs(torch.tensor(image)).detach().numpy()
    np.testing.assert_allclose(ours(ft.tensor(image)).detach().numpy(), expected, rtol=1e-3, atol=1e-3)


def test_names_of_published_densenets(tmp_path):
    """The published files of DenseNets have the names of an older form."""
    _, theirs = pair("densenet121")
    old = {
        key.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): value
        for key, value in theirs.state_dict().items()
    }
    path = tmp_path / "weights.pth"
    torch.save(old, path)
    state = models.densenet121(weights=path).double().state_dict()
    name = "features.denseblock1.denselayer1.norm1.weight"
    np.testing.assert_allclose(state[name].numpy(), theirs.state_dict()[name].numpy(), rtol=1e-6)


def test_a_model_without_its_auxiliary_classifiers(tmp_path):
    """Weights that have them are loaded into a model that has none."""
    _, theirs = pair("googlenet")
    path = tmp_path / "weights.pth"
    torch.save(theirs.state_dict(), path)
    assert models.googlenet(weights=path, aux_logits=False).aux1 is None
