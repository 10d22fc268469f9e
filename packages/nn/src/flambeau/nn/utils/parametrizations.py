"""Parametrisations that are often wanted: orthogonal weights, and normalised ones."""

from __future__ import annotations

from typing import Any, TypeVar

import flambeau.tensor as ft
from flambeau.autograd import no_grad
from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..module import Module
from .parametrize import register_parametrization
from .spectral_norm import default_dim, divided, iterate, matrix_of, start_vectors
from .weight_norm import lengths

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def _weight_of(operation: str, module: Module, name: str) -> Any:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        errors.value_error(operation, "name", "the name of a parameter or buffer", repr(name))
    return weight


class _WeightNorm(Module):
    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return weight_v * (weight_g / lengths(weight_v, self.dim))

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        return lengths(weight, self.dim), weight


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    r"""Train the lengths and the directions of weights apart (Salimans and Kingma, 2016).

    .. math:: w = g \frac{v}{\lVert v \rVert}

    Args:
        module: the module, which is changed.
        name: the parameter; ``parametrizations.{name}.original0`` has the lengths, and ``original1`` the directions.
        dim: the dimension along which each slice has a length of its own; None for one length in all.

    Returns:
        ``module``.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))
        >>> layer.parametrizations.weight.original0.shape, layer.parametrizations.weight.original1.shape
        ((40, 1), (40, 20))
    """
    _weight_of("weight_norm", module, name)
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    def __init__(self, weight: Any, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        self.n_power_iterations, self.dim, self.eps = n_power_iterations, dim, eps
        if weight.ndim > 1:
            matrix = matrix_of(weight.data, dim)
            for name, start in zip(("_u", "_v"), start_vectors(matrix, eps), strict=True):
                self.register_buffer(name, start)
            iterate(matrix.T, self._v, self._u, 15, eps)

    _u: Tensor
    _v: Tensor

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = matrix_of(weight, self.dim)
        if self.training:
            iterate(matrix.data.T, self._v, self._u, self.n_power_iterations, self.eps)  # u first, as PyTorch's
        return divided(weight, matrix, self._u, self._v)

    def right_inverse(self, value: Any) -> Any:
        return value


def spectral_norm(
    module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> M:
    r"""Keep the greatest singular value of weights at 1 (Miyato et al., 2018).

    .. math:: w = \frac{W}{\sigma(W)}

    Sigma is what the power method gives, which goes on whenever the weight is read in training.

    Args:
        module: the module, which is changed.
        name: the parameter; it is computed from ``parametrizations.{name}.original``.
        n_power_iterations: steps of the power method each time.
        eps: the least length that is divided by.
        dim: the dimension of the outputs; 1 for transposed convolutions and 0 for others, if not given.

    Returns:
        ``module``.

    Raises:
        ValueError: ``n_power_iterations`` is not positive.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))
        >>> 0.8 < ft.linalg.norm(layer.weight, 2).item() < 1.2
        True
    """
    if n_power_iterations < 1:
        errors.value_error("spectral_norm", "n_power_iterations", "1 or more", str(n_power_iterations))
    weight = _weight_of("spectral_norm", module, name)
    along = default_dim(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, along, eps))


MAPS = ("matrix_exp", "cayley", "householder")


class _Orthogonal(Module):
    base: Any

    def __init__(self, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        self.orthogonal_map = orthogonal_map
        self.use_trivialization = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Any:
        wide = x.shape[-2] < x.shape[-1]
        if wide:
            x = x.mT
        n, k = x.shape[-2:]
        if self.orthogonal_map == "householder":
            reflectors = x.tril(-1)
            tau = 2.0 / (1.0 + (reflectors * reflectors).sum(-2))
            q = ft.linalg.householder_product(reflectors, tau)
            # The signs of a QR decomposition, which are not trained.
            q = q * ft.sign(ft.diagonal(x.data, 0, -2, -1)).unsqueeze(-2)
        else:
            lower = x.tril()
            if n != k:
                rest = ft.zeros((*x.shape[:-2], n, n - k), dtype=x.dtype, device=x.device)
                lower = ft.cat([lower, rest], -1)
            skew = lower - lower.mT
            if self.orthogonal_map == "matrix_exp":
                q = ft.matrix_exp(skew)
            else:
                identity = ft.eye(n, dtype=x.dtype, device=x.device)
                q = ft.linalg.solve(identity - skew / 2, identity + skew / 2)
            q = q[..., :k] if n != k else q
        if self.use_trivialization:
            q = ft.matmul(self.base, q)
        return q.mT if wide else q

    def right_inverse(self, value: Any) -> Any:
        with no_grad():
            wide = value.shape[-2] < value.shape[-1]
            q = value.mT if wide else value
            n, k = q.shape[-2:]
            if self.use_trivialization:
                if n != k:
                    more = ft.empty((*q.shape[:-2], n, n - k), dtype=q.dtype, device=q.device).normal_()
                    q = ft.cat([q, more], -1)
                self.base = _orthogonalised(q)
                start = ft.zeros_like(value)
                ft.diagonal(start, 0, -2, -1).fill_(-1)
                return start
            if self.orthogonal_map != "householder":
                fix = "use use_trivialization=True"
                errors.value_error("orthogonal", "orthogonal_map", "'householder', to be assigned to", "another", fix)
            reflectors = _reflectors(q)
            return reflectors.mT if wide else reflectors


def _orthogonalised(matrix: Any) -> Any:
    """The orthogonal factor of a QR decomposition whose other factor has a positive diagonal: itself if orthogonal."""
    q, r = ft.linalg.qr(matrix)
    return q * ft.sign(ft.diagonal(r, 0, -2, -1)).unsqueeze(-2)


def _reflectors(q: Any) -> Any:
    """What an orthogonal matrix is the Householder product of; on the diagonal, the signs that follow it.

    It is Householder's way to a QR decomposition: each reflection brings a column of what is left to the axis.
    """
    left = q.clone()
    reflectors = ft.zeros_like(q)
    for i in range(q.shape[-1]):
        column = left[..., i:, i]
        head = column[..., 0]
        # The sign of a zero counts as positive.
        sign = ft.where(head < 0, -1.0, 1.0).to(q.dtype)
        length = ft.norm(column, 2, -1)
        denominator = head + sign * length
        safe = ft.where(denominator == 0, 1.0, denominator).to(q.dtype)
        v = column / safe.unsqueeze(-1)
        v[..., 0] = 1
        tau = 2.0 / (v * v).sum(-1)
        block = left[..., i:, i:]
        projected = ft.matmul(v.unsqueeze(-2), block)
        left[..., i:, i:] = block - tau.unsqueeze(-1).unsqueeze(-1) * v.unsqueeze(-1) * projected
        reflectors[..., i + 1 :, i] = v[..., 1:]
        reflectors[..., i, i] = -sign
    return reflectors


def orthogonal(
    module: M, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> M:
    r"""Keep weights orthogonal: their columns, or rows where there are fewer of these.

    Args:
        module: the module, which is changed.
        name: the parameter, of at least 2 dimensions; matrices are in the last two.
        orthogonal_map: how: ``"matrix_exp"``, :math:`e^A` of a skew-symmetric A; ``"cayley"``,
            :math:`(I + A/2) (I - A/2)^{-1}`; ``"householder"``, a product of reflections. If not given, the first for
            matrices with as many rows as columns or more of these, and the last for others.
        use_trivialization: whether what is trained starts around the weight there is (Lezcano-Casado, 2019); without it
            only ``"householder"`` can be assigned to.

    Returns:
        ``module``.

    Raises:
        ValueError: no such map, or less than 2 dimensions.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(20, 40, dtype=ft.float64))
        >>> w = layer.weight.detach()
        >>> bool(ft.allclose(w.T @ w, ft.eye(20, dtype=ft.float64)))
        True
    """
    weight = _weight_of("orthogonal", module, name)
    if weight.ndim < 2:
        errors.value_error("orthogonal", "name", "a parameter of at least 2 dimensions", f"shape {weight.shape}")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in MAPS:
        errors.value_error("orthogonal", "orthogonal_map", f"one of {', '.join(MAPS)}", repr(orthogonal_map))
    return register_parametrization(module, name, _Orthogonal(orthogonal_map, use_trivialization), unsafe=True)
