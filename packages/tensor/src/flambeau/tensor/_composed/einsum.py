"""Einstein summation: any sum of products over labelled dimensions, by plans of matrix products that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor

MOST_PLANS = 1024

_plans: dict[tuple, list[tuple]] = {}


@composed(method=False)
def einsum(equation: Any, *operands: Any) -> Tensor:
    """The sum of products that an equation describes: ``"ij,jk->ik"`` is the product of two matrices.

    Each letter names a dimension. Dimensions of one name have one size (or size 1, which broadcasts); those that are
    not in the result are summed over. A letter twice in one operand takes its diagonal. ``...`` stands for leading
    dimensions without names, which broadcast. Without ``->`` the result has, after those of ``...``, the letters that
    appear once, in alphabetical order.

    Operands are contracted two at a time, in the order with the fewest multiplications (for many operands: greedily),
    each pair by one matrix product.

    Args:
        equation: letters of the operands, separated by commas, then ``->`` and the letters of the result. Or the first
            operand, in the other notation: ``einsum(a, [0, 1], b, [1, 2], [0, 2])``, where numbers (or ``...``) in
            lists stand for letters.
        operands: the Tensors, one after the other or in one list.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ValueError: the equation cannot be understood, or is about another number of operands.
        ShapeError: an operand has not as many dimensions as the equation says, or sizes of one letter differ.

    Example:
        >>> a, b = ft.arange(6.0).reshape(2, 3), ft.ones(3, 2)
        >>> ft.einsum("ij,jk->ik", a, b).tolist()
        [[3.0, 3.0], [12.0, 12.0]]
        >>> ft.einsum("ii", ft.ones(3, 3)).item()
        3.0
        >>> ft.einsum(a, [0, 1], [1, 0]).shape
        (3, 2)
    """
    if not isinstance(equation, str):
        from .contraction import from_lists

        equation, operands = from_lists((equation, *operands))
    elif len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    try:
        if len(operands) == 2:
            key = (equation, operands[0].shape, operands[1].shape)
        else:
            key = (equation, *[x.shape for x in operands])
    except AttributeError:
        wrong = next(x for x in operands if not hasattr(x, "shape"))
        errors.type_error("einsum", "operands", "Tensors", type(wrong).__name__)
    plan = _plans.get(key)
    if plan is None:
        from .contraction import planned

        plan = planned(equation, [tuple(x.shape) for x in operands])
        if len(_plans) >= MOST_PLANS:
            _plans.clear()
        _plans[key] = plan
    values: list[Any] = list(operands)
    try:
        if len(plan) == 1 and plan[0][2] is not None:
            record, source, other, _ = plan[0]
            return record(values[source], values[other])
        for record, source, other, args in plan:
            if other is None:
                values[source] = record(values[source], *args)
            else:
                values.append(record(values[source], values[other]))
    except Exception as error:
        errors.attribute(error, record.name, "einsum")
        raise
    result = values[-1]
    return ops.view(result, tuple(result.shape)) if any(result is x for x in operands) else result
