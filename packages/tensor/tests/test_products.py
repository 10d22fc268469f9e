"""Einstein summation and other products of tensors, against NumPy."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close

SIZES = {"a": 2, "b": 3, "c": 4, "d": 5, "e": 2, "f": 3, "g": 2, "h": 3, "i": 2, "j": 3, "k": 4, "l": 5, "m": 2, "n": 3}
EQUATIONS = """
ij,jk->ik  bij,bjk->bik  ii  ii->i  iii->i  ij->  ij->ji  ij  ji  ij,kj->ik  ij,jk->ki  i,j->ij  i,i  i,i->i  bij,bj->bi
bj,bjk->bk  ijk,kbi->bj  ij,jk,kl->il  ij,jk,kl,lm->im  a,ab,abc->bc  ijkl,klmn->ijmn  bhid,bhjd->bhij  bhij,bhjd->bihd
ij,ij->ij  ij,ij->i  ij,ji->  aab,b->a  abc,cd,bde,ef->af  ij,k->  a,b,c,d,e,f,g->  ab,bc,cd,de,ef,fg,gh->ah  ,ij->ji
aa,ab,bcb->c  ij,jk->k
""".split()


def array(*shape, dtype=np.float64, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(dtype)


def operands(equation):
    return [array(*[SIZES[n] for n in term]) for term in equation.partition("->")[0].split(",")]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_einsum_is_numpys(equation):
    """Diagonals, sums, outer and matrix products, batches, and several operands."""
    arrays = operands(equation)
    expected = np.einsum(equation, *arrays)
    assert_close(ft.einsum(equation, *map(ft.from_numpy, arrays)), np.asarray(expected), 1e-10, 1e-10)


@pytest.mark.parametrize(
    "equation, shapes",
    [
        ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]),
        ("...ij,jk", [(2, 3, 4), (4, 2)]),
        ("i...->...", [(2, 3, 4)]),
        ("...i->i...", [(2, 3, 4)]),
        ("i...,...i", [(2, 3), (4, 3, 2)]),
        ("...,...", [(), (2,)]),
        (" i j , j k -> i k ", [(2, 3), (3, 4)]),
        ("ij,jk->ik", [(2, 1), (3, 4)]),
        ("bij,bjk->bik", [(1, 2, 3), (4, 3, 2)]),
        ("ij,jk->ik", [(2, 0), (0, 4)]),
        ("ij,jk->ik", [(0, 3), (3, 4)]),
    ],
)
def test_einsum_of_unnamed_and_broadcast_dimensions(equation, shapes):
    """What ``...`` stands for, and sizes of 1 and 0."""
    arrays = [array(*shape) for shape in shapes]
    expected = np.einsum(equation, *arrays)
    assert_close(ft.einsum(equation, *map(ft.from_numpy, arrays)), np.asarray(expected), 1e-10, 1e-10)


def test_einsum_sums_unnamed_dimensions_that_are_not_asked_for():
    """As in PyTorch: without ``...`` in the result they are gone."""
    x = array(2, 3, 4)
    assert_close(ft.einsum("...i->i", ft.from_numpy(x)), x.sum((0, 1)), 1e-10, 1e-10)


def test_einsum_of_lists():
    """Numbers in lists instead of letters; operands in a list; integers stay integers."""
    a, b = ft.from_numpy(array(5, 2, 3)), ft.from_numpy(array(5, 3, 4))
    expected = ft.matmul(a, b)
    assert_close(ft.einsum(a, [..., 0, 1], b, [..., 1, 2], [..., 0, 2]), expected)
    assert_close(ft.einsum(a, [0, 1, 2], b, [0, 2, 51], [0, 1, 51]), expected)
    assert_close(ft.einsum(a, [0, 1, 2], b, [0, 2, 3]), ft.einsum("abc,acd", a, b))
    assert_close(ft.einsum("bij,bjk->bik", [a, b]), expected)
    counts = ft.einsum("i,ij->j", ft.tensor([1, 2]), ft.tensor([[1, 2], [3, 4]]))
    assert counts.tolist() == [7, 10] and counts.dtype == ft.int64


def test_einsum_contracts_in_the_cheapest_order():
    """The large matrices are never multiplied with each other."""
    from flambeau.tensor._composed.contraction import planned

    steps = planned("ij,jk,k->i", [(9, 9), (9, 9), (9,)])
    products = [(a, b) for record, a, b, args in steps if args is None]
    assert products == [(1, 2), (0, 3)]


def test_einsum_gives_matrix_products_directly():
    """Nothing is moved or reshaped where one matrix product is the whole equation."""
    from flambeau.tensor._composed.contraction import planned

    for equation, shapes in [("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("ij,jk->ik", [(3, 4), (4, 5)])]:
        assert [step[0].name for step in planned(equation, shapes)] == ["matmul"]


@pytest.mark.parametrize(
    "arguments, exception, message",
    [
        (("ij,jk->ik", ft.ones(2, 3)), ValueError,
         "einsum(): argument 'operands': expected 2 Tensors, as in the equation, got 1"),
        (("ij->i", ft.ones(2)), ft.ShapeError,
         "einsum(): argument 'operands[0]': expected 2 dimensions for 'ij', got 1"),
        (("i->i", ft.ones(2, 3)), ft.ShapeError,
         "einsum(): argument 'operands[0]': expected 1 dimensions for 'i', got 2"),
        (("ij,jk", ft.ones(2, 3), ft.ones(4, 5)), ft.ShapeError,
         "einsum(): argument 'operands[1]': expected size 3 for 'j', got shape (4, 5)"),
        (("ii", ft.ones(2, 3)), ft.ShapeError,
         "einsum(): argument 'operands[0]': expected size 2 for 'i', got shape (2, 3)"),
        (("i->ij", ft.ones(2)), ValueError,
         "einsum(): argument 'equation': expected letters of the operands, each once, after ->, got 'i->ij'"),
        (("i->ii", ft.ones(2)), ValueError,
         "einsum(): argument 'equation': expected letters of the operands, each once, after ->, got 'i->ii'"),
        (("i1", ft.ones(2, 2)), ValueError,
         "einsum(): argument 'equation': expected letters, commas, one ... in each operand, and ->, got 'i1'"),
        (("i", 3.0), TypeError, "einsum(): argument 'operands': expected Tensors, got float"),
        ((ft.ones(2), [-1]), ValueError,
         "einsum(): argument 'operands': expected ints in [0, 51] or ... as labels, got [-1]"),
        ((ft.ones(2), ft.ones(2)), TypeError,
         "einsum(): argument 'operands': expected a list of ints after each Tensor, got Tensor"),
        (("i,i", ft.ones(2).bool(), ft.ones(2).bool()), ft.DTypeError,
         "einsum(): expected a numeric dtype, got bool; convert it with .to(ft.int64)"),
    ],
)  # fmt: skip
def test_einsum_errors(arguments, exception, message):
    """What cannot be understood is named."""
    with pytest.raises(exception) as raised:
        ft.einsum(*arguments)
    assert str(raised.value) == message


def test_einsum_never_gives_the_operand_itself():
    """Where there is nothing to do the result is a view: changing its shape is nobody else's business."""
    x = ft.ones(2, 3)
    y = ft.einsum("ij->ij", x)
    assert y is not x and y.base is x


@pytest.mark.parametrize("dims", [0, 1, 2, ([0], [2]), ([0, 1], [1, 0]), (1, 0), ([-1, 0], [0, -1])])
def test_tensordot(dims):
    a, b = array(3, 3, 3), array(3, 3, 3, seed=1)
    found = ft.tensordot(ft.from_numpy(a), ft.from_numpy(b), dims)
    assert_close(found, np.tensordot(a, b, dims), 1e-10, 1e-10)


def test_tensordot_errors():
    """Sizes, counts and dimensions that do not fit."""
    a, b = ft.ones(2, 3), ft.ones(4, 5)
    for dims, exception, message in [
        (1, ft.ShapeError, "tensordot(): argument 'b': expected size 3 in dimension 0, got shape (4, 5)"),
        (3, ValueError, "tensordot(): argument 'dims': expected 0 to 2 dimensions, got 3"),
        (([0], [0, 1]), ValueError,
         "tensordot(): argument 'dims': expected as many different dimensions of a as of b, got ([0], [0, 1])"),
        (([2], [0]), IndexError, "tensordot(): argument 'dims': expected dimensions in [-2, 1], got 2"),
        ("ij", TypeError, "tensordot(): argument 'dims': expected an int or two lists of ints, got 'ij'"),
    ]:  # fmt: skip
        with pytest.raises(exception) as raised:
            ft.tensordot(a, b, dims)
        assert str(raised.value) == message


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 2, 3)), ((), (2, 3)), ((2, 3), ())])
def test_inner(shapes):
    a, b = (array(*shape) for shape in shapes)
    assert_close(ft.inner(ft.from_numpy(a), ft.from_numpy(b)), np.asarray(np.inner(a, b)), 1e-10, 1e-10)


@pytest.mark.parametrize(
    "shapes", [((2, 3), (4, 5)), ((2,), (3, 4)), ((), (2, 2)), ((2, 3, 2), (2,)), ((0, 2), (2, 2))]
)
def test_kron(shapes):
    a, b = (array(*shape) for shape in shapes)
    assert_close(ft.kron(ft.from_numpy(a), ft.from_numpy(b)), np.kron(a, b), 1e-10, 1e-10)


def test_products_of_complex_vectors():
    """vdot conjugates its first argument, dot does not."""
    a, b = array(3) + 1j * array(3, seed=1), array(3, seed=2) + 1j * array(3, seed=3)
    x, y = ft.from_numpy(a), ft.from_numpy(b)
    assert_close(ft.vdot(x, y), np.asarray(np.vdot(a, b)), 1e-10, 1e-10)
    assert_close(x.dot(y), np.asarray(a @ b), 1e-10, 1e-10)


def test_cross_looks_for_the_vectors():
    """Along the first dimension of size 3 where none is named, as in PyTorch."""
    a, b = array(2, 3, 3), array(2, 3, 3, seed=1)
    x, y = ft.from_numpy(a), ft.from_numpy(b)
    assert_close(ft.cross(x, y), np.cross(a, b, axis=1), 1e-10, 1e-10)
    assert_close(x.cross(y, dim=-1), np.cross(a, b), 1e-10, 1e-10)
    for arguments, exception, message in [
        ((ft.ones(2), ft.ones(2)), ft.ShapeError,
         "cross(): argument 'input': expected a dimension of size 3, got shape (2,)"),
        ((ft.ones(3), ft.ones(3), 1), IndexError, "cross(): argument 'dim': expected a dimension in [-1, 0], got 1"),
        ((ft.ones(3, 2), ft.ones(3, 2), 1), ft.ShapeError,
         "cross(): argument 'input': expected size 3 in dimension -1, got shape (3, 2)"),
    ]:  # fmt: skip
        with pytest.raises(exception) as raised:
            ft.cross(*arguments)
        assert str(raised.value) == message


def test_chain_matmul():
    """The product is the same in any order; what does not fit is named."""
    arrays = [array(4, 2), array(2, 6), array(6, 3), array(3, 1)]
    found = ft.chain_matmul(*map(ft.from_numpy, arrays))
    assert_close(found, np.linalg.multi_dot(arrays), 1e-10, 1e-10)
    with pytest.raises(ft.ShapeError) as raised:
        ft.chain_matmul(ft.ones(2, 3), ft.ones(3, 4), ft.ones(5, 6))
    assert str(raised.value) == (
        "chain_matmul(): argument 'matrices[2]': expected size 4 in dimension 0 to match the matrix before, "
        "got shape (5, 6)"
    )
