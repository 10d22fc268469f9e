"""Weights divided by their greatest singular value, in PyTorch's older way: parameter ``weight_orig``."""

from __future__ import annotations

from typing import Any, TypeVar

import flambeau.tensor as ft
from flambeau.autograd import no_grad
from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..module import Module
from ..parameter import Parameter
from ._replacing import hooks_of, take_hook, take_out

__all__ = ["remove_spectral_norm", "spectral_norm"]

M = TypeVar("M", bound=Module)


def matrix_of(weight: Any, dim: int) -> Any:
    """A weight as a matrix whose rows are the slices along ``dim``."""
    return weight.movedim(dim, 0).flatten(1)


def iterate(matrix: Any, u: Any, v: Any, times: int, eps: float) -> None:
    """Bring u and v nearer to the first singular vectors, in place, by the power method."""
    with no_grad():
        for _ in range(times):
            v.copy_(F.normalize(ft.mv(matrix.T, u), dim=0, eps=eps))
            u.copy_(F.normalize(ft.mv(matrix, v), dim=0, eps=eps))


def start_vectors(matrix: Any, eps: float) -> tuple[Any, Any]:
    """Random u and v of length 1, to iterate from."""
    drawn = (ft.empty(size, dtype=matrix.dtype, device=matrix.device).normal_() for size in matrix.shape)
    u, v = (F.normalize(start, dim=0, eps=eps) for start in drawn)
    return u, v


def divided(weight: Any, matrix: Any, u: Any, v: Any) -> Any:
    """A weight by the greatest singular value of its matrix, as the vectors say it."""
    # Copies: the vectors change at the next call, perhaps before this one's backward.
    return weight / ft.dot(u.clone(), ft.mv(matrix, v.clone()))


class SpectralNorm:
    """The hook that computes a weight before each call."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        weight, u, v = (module.__dict__[f"{self.name}_{part}"] for part in ("orig", "u", "v"))
        matrix = matrix_of(weight, self.dim)
        if do_power_iteration:
            iterate(matrix.data, u, v, self.n_power_iterations, self.eps)
        result: Tensor = divided(weight, matrix, u, v)
        return result

    def __call__(self, module: Module, args: Any) -> None:
        module.__dict__[self.name] = self.compute_weight(module, module.training)


def default_dim(module: Module) -> int:
    """The dimension of the outputs: the second one of transposed convolutions."""
    from ..modules.transposed_convolution import TransposedConvolution

    return 1 if isinstance(module, TransposedConvolution) else 0


def spectral_norm(
    module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> M:
    r"""Keep the greatest singular value of weights at 1 (Miyato et al., 2018).

    .. math:: w = \frac{W}{\sigma(W)}

    Sigma is what the power method gives, which goes on at each call in training.
    :func:`flambeau.nn.utils.parametrizations.spectral_norm` does the same with a module that can be copied at any time.

    Args:
        module: the module, which is changed.
        name: the parameter; it gives way to ``{name}_orig``, and buffers ``{name}_u`` and ``{name}_v``.
        n_power_iterations: steps of the power method at each call.
        eps: the least length that is divided by.
        dim: the dimension of the outputs; 1 for transposed convolutions and 0 for others, if not given.

    Returns:
        ``module``.

    Raises:
        ValueError: there is no such parameter, or ``n_power_iterations`` is not positive.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.spectral_norm(nn.Linear(20, 40))
        >>> layer.weight_u.shape
        (40,)
    """
    if n_power_iterations < 1:
        errors.value_error("spectral_norm", "n_power_iterations", "1 or more", str(n_power_iterations))
    if any(norm.name == name for norm in hooks_of(module, SpectralNorm)):
        got = f"'{name}', which has it already"
        errors.value_error("spectral_norm", "name", "a parameter without spectral norm", got)
    weight = take_out("spectral_norm", module, name)
    norm = SpectralNorm(name, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    matrix = matrix_of(weight.data, norm.dim)
    module.register_parameter(f"{name}_orig", weight)
    for part, start in zip("uv", start_vectors(matrix, eps), strict=True):
        module.register_buffer(f"{name}_{part}", start)
    module.__dict__[name] = weight.data
    module.register_forward_pre_hook(norm)
    return module


def remove_spectral_norm(module: M, name: str = "weight") -> M:
    """Make one parameter again of what :func:`spectral_norm` made.

    Args:
        module: the module, which is changed.
        name: the parameter.

    Returns:
        ``module``.

    Raises:
        ValueError: the parameter has no spectral norm.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(2, 3)))
        >>> list(layer.state_dict())
        ['bias', 'weight']
    """
    norm = take_hook(module, lambda f: f.name == name, SpectralNorm)
    if norm is None:
        errors.value_error("remove_spectral_norm", "name", "a parameter with spectral norm", repr(name))
    weight = norm.compute_weight(module, False).data
    for part in (name, f"{name}_orig", f"{name}_u", f"{name}_v"):
        delattr(module, part)
    module.register_parameter(name, Parameter(weight))
    return module
