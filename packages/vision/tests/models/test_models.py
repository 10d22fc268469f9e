"""Builders, weights and features."""

import dataclasses
import hashlib
import pickle
import re
from pathlib import Path

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau.autograd import grad
from flambeau.vision import models
from flambeau.vision.models.swin import SwinTransformerBlock
from PIL import Image

PUBLISHED = [(name, weights) for name in models.ALL for weights in models.get_weights(name).values()]


@pytest.mark.parametrize(("name", "weights"), PUBLISHED, ids=lambda value: getattr(value, "name", value))
def test_published_number_of_parameters(name, weights, without_draws):
    """What is published about weights is true of the model they are for."""
    model = models.get_model(name, **weights.options)
    count = sum(p.numel() for key, p in model.named_parameters() if name != "googlenet" or "aux" not in key)
    assert count == weights.num_params
    assert re.fullmatch(r"https://.*-[0-9a-f]{8,10}\.pth", weights.url)
    assert len(weights.classes) in (0, 1000)


def test_type_checkers_are_told_of_every_family():
    """Families are found by their files, which a type checker does not do."""
    told = re.findall(r"^    from \.(\w+) import \*$", Path(models.__file__).read_text(), re.MULTILINE)
    assert [f"{models.__name__}.{name}" for name in told] == [family.__name__ for family in models.FAMILIES]


def test_every_model_has_weights():
    assert [name for name in models.ALL if not models.get_weights(name)] == []


@pytest.mark.parametrize("name", ["resnet18", "vit_b_32", "mobilenet_v3_small"])
def test_another_number_of_classes(name):
    size = 224 if name.startswith("vit") else 32
    assert models.get_model(name, num_classes=7).eval()(ft.randn(1, 3, size, size)).shape == (1, 7)


def test_unknown_name():
    with pytest.raises(ValueError) as error:
        models.get_model("resnet17")
    assert str(error.value) == (
        "get_model(): argument 'name': expected one of list_models(), got 'resnet17'; did you mean 'resnet18'?"
    )


def test_unknown_weights():
    with pytest.raises(ValueError) as error:
        models.resnet18(weights="IMAGENET1K_V3")
    assert str(error.value) == (
        "resnet18(): argument 'weights': expected 'DEFAULT', 'IMAGENET1K_V1', a URL or the path of a file, "
        "got 'IMAGENET1K_V3'"
    )


def test_weights_for_another_number_of_classes():
    with pytest.raises(ValueError) as error:
        models.resnet18(weights="DEFAULT", num_classes=10)
    assert str(error.value) == (
        "resnet18(): argument 'num_classes': expected 1000, as the weights have, got 10; "
        "leave it out, and replace the last layer of the model that is made"
    )


def test_weights_of_another_model(tmp_path):
    """The message names every tensor that does not fit."""
    path = tmp_path / "weights.safetensors"
    ft.save(models.squeezenet1_1().state_dict(), path)
    with pytest.raises(RuntimeError, match=r"missing: 'conv1.weight' of shape \(64, 3, 7, 7\)"):
        models.resnet18(weights=path)


def test_a_file_without_a_state_dict(tmp_path):
    path = tmp_path / "weights.safetensors"
    ft.save([1, 2], path)
    with pytest.raises(ValueError) as error:
        models.resnet18(weights=path)
    assert str(error.value) == (
        f"load(): argument 'weights': expected a file that holds a dict of Tensors by name, got list in {path}"
    )


def test_own_weights(tmp_path):
    """What was trained here and saved is loaded by its path."""
    model = models.squeezenet1_1(num_classes=3)
    path = tmp_path / "weights.safetensors"
    ft.save(model.state_dict(), path)
    again = models.squeezenet1_1(weights=path, num_classes=3)
    assert (again.classifier[1].weight == model.classifier[1].weight).all()


def test_weights_in_a_checkpoint(tmp_path):
    """Of ours, saved in training, and of other scripts, by the names they usually have."""
    model = models.squeezenet1_1(num_classes=3)
    state = model.state_dict()
    nn.save_checkpoint(tmp_path / "ours", model=model, epoch=2)
    ft.save({"model": state, "epoch": 2}, tmp_path / "model")
    ft.save({"state_dict": state, "epoch": 2}, tmp_path / "state_dict")
    for name in ("ours", "model", "state_dict"):
        again = models.squeezenet1_1(weights=tmp_path / name, num_classes=3)
        assert ft.equal(again.classifier[1].weight, model.classifier[1].weight), name


def test_builders_are_pickled_by_name():
    assert pickle.loads(pickle.dumps(models.resnet18)) is models.resnet18


def test_vision_transformer_says_which_size():
    with pytest.raises(ValueError) as error:
        models.vit_b_32()(ft.zeros(1, 3, 225, 224))
    assert str(error.value) == (
        "VisionTransformer(): argument 'x': expected (N, 3, 224, 224), got (1, 3, 225, 224); "
        "resize the images, or make the model with another image_size"
    )


def test_memory_efficient_densenet():
    """Concatenations made anew in backward change no gradient."""
    image = ft.randn(2, 3, 32, 32)
    gradients = []
    for efficient in (False, True):
        ft.manual_seed(0)
        model = models.densenet121(num_classes=2, memory_efficient=efficient)
        model(image).sum().backward()
        gradients.append(model.features.conv0.weight.grad)
    assert ft.allclose(*gradients, rtol=1e-4, atol=1e-6)


def test_features_keep_the_model_as_it_is():
    """No hook stays on the model, and gradients reach its parameters."""
    model = models.resnet18()
    body = models.create_feature_extractor(model, ["layer1.0", "avgpool"])
    found = body(ft.randn(1, 3, 64, 64))
    assert list(found) == ["layer1.0", "avgpool"]
    before = dict(found)
    model(ft.randn(1, 3, 64, 64))
    assert all(found[name] is before[name] for name in before)
    found["layer1.0"].sum().backward()
    assert model.conv1.weight.grad is not None
    assert model.fc.weight.grad is None


def test_features_are_kept_from_activations_in_place():
    """What a norm gave stays what it gave, and is still on the way to the scores."""
    model = models.resnet18(num_classes=3).eval()
    x = ft.randn(1, 3, 64, 64)
    found = models.create_feature_extractor(model, ["conv1", "bn1", "relu", "fc"])(x)
    assert ft.equal(found["bn1"], model.bn1(found["conv1"]))
    assert found["bn1"].min().item() < 0
    assert ft.equal(found["fc"], model(x))
    (gradient,) = grad([found["fc"].sum()], [found["bn1"]])
    assert gradient.abs().sum().item() > 0


def test_features_of_one_path_alone():
    """Which would be a list of its letters."""
    with pytest.raises(TypeError) as error:
        models.create_feature_extractor(models.resnet18(), "layer4")
    assert str(error.value) == (
        "create_feature_extractor(): argument 'return_nodes': expected a list or a dict of paths, got str; "
        "use ['layer4']"
    )


def test_features_of_an_unknown_node():
    with pytest.raises(ValueError) as error:
        models.create_feature_extractor(models.resnet18(), ["layer5"])
    assert str(error.value) == (
        "create_feature_extractor(): argument 'return_nodes': expected paths of modules, got 'layer5'; "
        "did you mean 'layer4'?"
    )


def test_dilated_resnet_keeps_the_size():
    """Dilation in place of stride: an eighth of the size instead of a thirty-second."""
    model = models.resnet50(replace_stride_with_dilation=[False, True, True])
    body = models.create_feature_extractor(model, ["layer4"])
    assert body(ft.randn(1, 3, 64, 64))["layer4"].shape == (1, 2048, 8, 8)


def test_residuals_that_start_as_the_identity():
    model = models.resnet18(zero_init_residual=True)
    assert not any(block.bn2.weight.any() for block in model.layer1)


@pytest.mark.parametrize("name", ["convnext_tiny", "efficientnet_b0", "swin_t"])
def test_stochastic_depth_in_training_only(name):
    """Two runs agree in evaluation."""
    model = models.get_model(name).eval()
    image = ft.randn(1, 3, 64, 64)
    assert isinstance(model, nn.Module)
    assert (model(image) == model(image)).all()


def test_weights_from_a_url(server, tmp_path):
    """They are downloaded once, and kept under the name in the URL."""
    model = models.squeezenet1_1(num_classes=3)
    ft.save(model.state_dict(), tmp_path / "state")
    data = (tmp_path / "state").read_bytes()
    path = f"/squeezenet1_1-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    server.files[path] = data
    for _ in range(2):
        again = models.squeezenet1_1(weights=server.url + path, num_classes=3)
        assert ft.equal(again.classifier[1].weight, model.classifier[1].weight)
    assert len(server.asked(path)) == 1


def test_weights_with_another_checksum(server, tmp_path):
    """A file that does not begin with the digits in its name is not loaded."""
    ft.save(models.squeezenet1_1(num_classes=3).state_dict(), tmp_path / "state")
    server.files["/squeezenet1_1-00000000.pth"] = (tmp_path / "state").read_bytes()
    with pytest.raises(RuntimeError, match="expected sha256:00000000"):
        models.squeezenet1_1(weights=server.url + "/squeezenet1_1-00000000.pth", num_classes=3)


def test_a_photo_in_five_lines(server, tmp_path, monkeypatch):
    """Published weights carry what an image must become, and what the classes are called."""
    weights = models.get_weights("squeezenet1_1")["DEFAULT"]
    state = models.squeezenet1_1().state_dict()
    torch_name = weights.url.rpartition("/")[2]
    ft.save(state, tmp_path / torch_name)
    # the digits in the name are those of the published file
    digits = hashlib.sha256((tmp_path / torch_name).read_bytes()).hexdigest()[:8]
    path = f"/squeezenet1_1-{digits}.pth"
    server.files[path] = (tmp_path / torch_name).read_bytes()
    weights = dataclasses.replace(weights, url=server.url + path)

    model = models.squeezenet1_1(weights=weights).eval()
    image = Image.effect_noise((320, 240), 80).convert("RGB")
    scores = model(weights.transforms()(image)[None])
    guesses = weights.guess(scores, 5)
    assert len(guesses) == 5
    assert all(name in weights.classes and 0 <= p <= 1 for name, p in guesses)
    assert guesses == sorted(guesses, key=lambda guess: -guess[1])


def test_scores_of_several_images():
    weights = models.get_weights("resnet18")["DEFAULT"]
    with pytest.raises(ValueError) as error:
        weights.guess(ft.zeros(2, 1000))
    assert str(error.value) == (
        "guess(): argument 'scores': expected scores of one image: (1000,) or (1, 1000), got (2, 1000)"
    )


def test_an_image_is_prepared_as_published():
    """Resized, cropped in the middle and normalised: the mean becomes 0."""
    weights = models.get_weights("resnet18")["DEFAULT"]
    colour = tuple(round(255 * m) for m in weights.mean)
    result = weights.transforms()(Image.new("RGB", (300, 400), colour))
    assert result.shape == (3, 224, 224)
    assert result.abs().max().item() < 0.01


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_images_of_any_mode_are_prepared(mode):
    """A photo may be grey, or a file have a palette or an alpha channel."""
    prepare = models.get_weights("resnet18")["DEFAULT"].transforms()
    image = Image.effect_noise((300, 260), 80).convert(mode)
    assert ft.equal(prepare(image), prepare(image.convert("RGB")))
    assert prepare(image).shape == (3, 224, 224)


def test_weights_are_shown_in_a_line():
    """Without the names of a thousand classes."""
    shown = repr(models.get_weights("resnet18"))
    assert "acc1=69.758" in shown and "goldfish" not in shown


def test_dropouts_of_a_swin_transformer():
    """One is of what a branch gives, the other of attention weights alone."""
    x = ft.randn(1, 8, 8, 8)
    of_branches, of_weights = (SwinTransformerBlock(8, 2, 4, 2, 2.0, p, 0.0, False) for p in ((1.0, 0.0), (0.0, 1.0)))
    assert ft.equal(of_branches(x).data, x)
    alone = of_weights(x)
    of_weights.mlp[3].weight.data.zero_()
    of_weights.mlp[3].bias.data.zero_()
    assert ft.allclose(of_weights(x).data, x + of_weights.attn.proj.bias.data)
    assert not ft.equal(alone.data, x)
