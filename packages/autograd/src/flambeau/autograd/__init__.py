"""Gradients of any order through plain Python: ``Variable``, ``Function``, ``grad`` and ``backward``."""

import importlib as _importlib
from typing import TYPE_CHECKING as _TYPE_CHECKING

import flambeau.tensor as _ft

from ._built_against import TENSOR_ABI, TENSOR_VERSION

__version__ = "0.1.0"

# Before any compiled module is imported: one built against other layouts would corrupt memory with only a warning.
if _ft.ABI != TENSOR_ABI:
    raise ImportError(
        f"flambeau-autograd {__version__} was built against flambeau-tensor {TENSOR_VERSION} (ABI {TENSOR_ABI}), but "
        f"flambeau-tensor {_ft.__version__} (ABI {_ft.ABI}) is installed; bring them together with: "
        f"pip install --upgrade flambeau-tensor flambeau-autograd"
    )

from . import derivatives, functional  # noqa: F401  (derivatives attaches the rules)
from ._core.engine import (
    Node,
    RemovableHandle,
    Variable,
    backward,
    grad,
    is_grad_enabled,
    is_inference_mode_enabled,
    rule_of,
    set_place,
)
from ._rules import gradient
from .anomaly import AnomalyError, detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from .checkpoint import CheckpointError, checkpoint, checkpoint_sequential
from .function import Context, Function, once_differentiable
from .gradcheck import GradcheckError, gradcheck, gradgradcheck
from .modes import enable_grad, inference_mode, no_grad, set_grad_enabled

if _TYPE_CHECKING:
    from . import graph, profiler
    from ._creation import (
        arange,
        empty,
        empty_like,
        eye,
        full,
        full_like,
        linspace,
        logspace,
        normal,
        ones,
        ones_like,
        rand,
        rand_like,
        randint,
        randint_like,
        randn,
        randn_like,
        randperm,
        tensor,
        zeros,
        zeros_like,
    )

__all__ = [
    "AnomalyError", "CheckpointError", "Context", "Function", "GradcheckError", "Node", "RemovableHandle", "Variable",
    "arange", "backward", "checkpoint", "checkpoint_sequential", "detect_anomaly", "empty", "empty_like", "enable_grad",
    "eye", "full", "full_like", "functional", "grad", "gradcheck", "gradgradcheck", "gradient", "graph",
    "inference_mode", "is_anomaly_enabled", "is_grad_enabled", "is_inference_mode_enabled", "linspace", "logspace",
    "no_grad", "normal", "once_differentiable", "ones", "ones_like", "profiler", "rand", "rand_like", "randint",
    "randint_like", "randn", "randn_like", "randperm", "rule_of", "set_detect_anomaly", "set_grad_enabled", "set_place",
    "tensor", "zeros", "zeros_like",
]  # fmt: skip


def __getattr__(name: str):
    """The creation functions are made when the first of them is asked for; some modules are loaded then."""
    if name in ("graph", "profiler"):
        return _importlib.import_module(f".{name}", __name__)
    if name in __all__:
        from . import _creation

        return globals().setdefault(name, getattr(_creation, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
