"""What the reference says of every module and function."""

import inspect

import flambeau.nn as nn
import flambeau.nn.functional as F
import pytest

MODULES = [n for n in nn.__all__ if inspect.isclass(getattr(nn, n)) and issubclass(getattr(nn, n), nn.Module)]
SHAPELESS = {  # they take what the modules in them do
    "Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "RNNBase", "RNNCellBase", "Sequential",
}  # fmt: skip
# What they do is a matter of places, of other layers, or of numbers looked up: words say it better.
IN_WORDS = (
    "Channel", "Circular", "Constant", "Dropout", "AlphaDropout", "EmbeddingBag", "FeatureAlpha", "Flatten", "Fold",
    "Fractional", "Identity", "Lazy", "MaxUnpool", "NLLLoss2d", "Pixel", "Reflection", "Replication", "Transformer",
    "Unflatten", "Unfold", "Upsampl", "Zero",
)  # fmt: skip


@pytest.mark.parametrize("name", [n for n in MODULES if n not in SHAPELESS])
def test_modules_say_formula_and_shapes(name):
    """Each has its shapes and an example, and a formula where there is one."""
    text = inspect.getdoc(getattr(nn, name))
    assert "\nShape:\n" in text and "\nExample:\n" in text
    assert ".. math::" in text or name.startswith(IN_WORDS)


@pytest.mark.parametrize("name", F.__all__)
def test_functions_say_arguments_and_results(name):
    """Each names its arguments and what it gives."""
    text = inspect.getdoc(getattr(F, name))
    assert "\nArgs:\n" in text and "\nReturns:\n" in text
    documented = {line.strip().partition(":")[0] for line in text.splitlines()}
    for parameter in inspect.signature(getattr(F, name)).parameters:
        assert parameter in documented or parameter.startswith("_")
