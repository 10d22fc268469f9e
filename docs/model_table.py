"""Writes the page of vision models from what these and their weights say of themselves; see reference_pages.py."""

import inspect

import flambeau.nn as nn
from flambeau.vision import models

HEAD = """# Models of flambeau.vision

Parameters have torchvision's names, so that its published weights load: `resnet18(weights="DEFAULT")`. What is said of
weights (number of parameters, multiplications and additions, accuracy on ImageNet's validation images with one and five
guesses, size of the file) was read in {source}; the numbers of parameters are tested against the models here, the
accuracies are as published and **not verified here**. How to use models: [](../../how-to/image-models.md).
"""


def row(builder, tag, weights):
    accuracy = [f"{value:.1f} %" if value else "" for value in (weights.acc1, weights.acc5)]
    licence = f"[licence]({weights.license})" if weights.license else ""
    size = f"{weights.resize} → {weights.crop}"
    facts = [
        f"{weights.num_params:,}",
        f"{weights.gflops:.2f}",
        *accuracy,
        size,
        f"{weights.megabytes:.0f} MB",
        licence,
    ]
    return " | ".join(["", f"`{builder.name}`", f"`{tag}`", *facts, ""]).strip()


def page():
    source = next(iter(models.get_weights("resnet18").values())).source
    lines = [HEAD.format(source=source)]
    for family in models.FAMILIES:
        kinds = [getattr(family, name) for name in family.__all__]
        builders = [kind for kind in kinds if isinstance(kind, models.Builder)]
        lines += [f"## {inspect.getdoc(family)}", ""]
        lines += ["| builder | weights | parameters | 10⁹ mul-adds | top 1 | top 5 | image | file | |"]
        lines += ["|---|---|---|---|---|---|---|---|---|"]
        for builder in builders:
            tagged = [(tag, weights) for tag, weights in builder.weights.items() if tag != "DEFAULT"]
            lines += [row(builder, tag, weights) for tag, weights in tagged]
        lines += ["", "```{eval-rst}"]
        for kind in kinds:
            if inspect.isclass(kind) and issubclass(kind, (nn.Module, tuple)):
                lines += [f".. autoclass:: {family.__name__}.{kind.__name__}", ""]
        lines += ["```", ""]
    return lines
