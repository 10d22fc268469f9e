"""The compiled draws against the definition in _reference/_philox.py, for any threads and instruction set.

The operator database has the operators themselves; here are sizes that cross tiles, chunks and threads.
"""

import hashlib
import os
import subprocess
import sys
import threading

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._core.tensor import instruction_sets
from flambeau.tensor._reference import _philox

SIZES = (0, 1, 2, 3, 5, 127, 255, 256, 257, 511, 512, 513, 16_385, 100_003)
PLACES = ((0, 0), (1, 2**32 - 3), (2**63 + 12345, 2**64 - 2))


def at(seed, offset):
    """A Generator at a place of a stream."""
    generator = ft.Generator(seed)
    generator.set_state({"seed": seed, "offset": offset})
    return generator


@pytest.fixture(params=[1, 2, 5])
def threads(request):
    """Several numbers of threads, the one before being left at the end."""
    before = ft.get_num_threads()
    ft.set_num_threads(request.param)
    yield
    ft.set_num_threads(before)


def ulps(values, expected):
    distance = np.abs(values - expected) / np.spacing(np.abs(expected))
    return np.where(values == expected, 0, distance).max(initial=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("place", PLACES)
def test_uniform_numbers_are_exactly_those_of_the_definition(dtype, place, threads):
    """rand gives the very bits, and leaves the Generator where the definition says."""
    for n in SIZES:
        generator = at(*place)
        x = ft.rand(n, generator=generator, dtype=dtype).numpy()
        assert x.dtype == dtype and np.array_equal(x, _philox.uniform(np, n, *place, dtype))
        blocks = -(-_philox.words_of(n, np.dtype(dtype)) // 4)
        assert generator.get_state()["offset"] == (place[1] + blocks) % 2**64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("place", PLACES)
def test_normal_numbers_are_those_of_the_definition_to_4_ulp(dtype, place, threads):
    """randn is within 4 ulp also where numbers are small, and is never infinite."""
    for n in SIZES:
        x = ft.randn(n, generator=at(*place), dtype=dtype).numpy()
        assert np.isfinite(x).all() and ulps(x, _philox.normal(np, n, *place, dtype)) <= 4


@pytest.mark.parametrize(
    "span", [1, 2, 3, 7, 2**32, 2**32 + 1, 2**62 + 5, 2**63 - 1, 2**63, 2**63 + 9, 2**64 - 1, 2**64]
)
def test_integers_are_exactly_those_of_the_definition(span, threads):
    """Remainders by multiplication are right for spans of every size."""
    for n, place in zip(SIZES, PLACES * len(SIZES), strict=False):
        low = -5 if span < 2**60 else -(2**63)
        x = ft.randint(low, low + span, (n,), generator=at(*place)).numpy()
        drawn = _philox.integers(np, n, *place, span)
        assert x.tolist() == [low + int(value) for value in drawn]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [5, 100_003])
def test_filling_in_place(dtype, n, threads):
    """uniform_ and normal_ scale and shift in the dtype, with two roundings, into memory of any layout."""
    u, z = _philox.uniform(np, n, 3, 0, dtype), ft.randn(n, generator=ft.Generator(3), dtype=dtype).numpy()
    for x in (ft.zeros(n, dtype=dtype), ft.zeros(2 * n, dtype=dtype)[::2]):
        assert x.uniform_(-1, 2.5, generator=ft.Generator(3)) is x
        expected = u * dtype(3.5) + dtype(-1)
        assert np.array_equal(x.numpy(), np.where(expected < dtype(2.5), expected, dtype(-1)))
        x.normal_(0.5, 3, generator=ft.Generator(3))
        assert np.array_equal(x.numpy(), z * dtype(3) + dtype(0.5))


def test_in_place_filling_counts_as_a_change():
    """The version of a Tensor counts what the quick path does too."""
    x = ft.zeros(3)
    x.normal_()
    x.uniform_()
    assert x.version == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("p", [0, 0.1, 0.5, 1])
def test_dropout_masks_by_the_stream(dtype, p, threads):
    """Which elements are dropped follows from float32 draws; large inputs, in place, and strided ones."""
    n = 70_001
    x = np.random.default_rng(0).standard_normal((2, n)).astype(dtype)[:, :n]
    kept = _philox.uniform(np, 2 * n, 8, 4, "float32").reshape(2, n) >= p
    expected = np.where(kept, x * dtype(1 / (1 - p) if p < 1 else 0), dtype(0))
    for source in (ft.tensor(x), ft.tensor(np.ascontiguousarray(x.T)).T):
        assert np.array_equal(ft.ops.dropout(source, p, 8, 4).numpy(), expected)
    assert not np.signbit(ft.ops.dropout(-ft.ones(n), 1, 8, 4).numpy()).any()


@pytest.mark.parametrize("dtype", [ft.float32, ft.float64, ft.bool_, ft.int64, ft.float16])
def test_bernoulli_draws_against_its_probability(dtype, threads):
    """One probability or many, in every dtype."""
    n, wide = 50_003, "float64" if dtype == ft.float64 else "float32"
    u = _philox.uniform(np, n, 2, 0, wide)
    drawn = ft.bernoulli(ft.zeros(n, dtype=dtype), 0.3, generator=ft.Generator(2)).numpy()
    assert drawn.dtype == dtype and np.array_equal(drawn, (u < np.dtype(wide).type(0.3)).astype(dtype))
    if drawn.dtype.kind == "f":
        p = ft.rand(n, generator=ft.Generator(5)).to(dtype)
        drawn = ft.bernoulli(p, generator=ft.Generator(2)).numpy()
        assert np.array_equal(drawn, (u < p.numpy().astype(wide)).astype(dtype))


@pytest.mark.parametrize("n", [0, 1, 2, 100, 5000, 300_000])
def test_permutations_sort_the_stream(n, threads):
    """randperm orders the numbers by 64 random bits each."""
    keys = _philox.integers(np, n, 6, 0, 2**64)
    assert np.array_equal(ft.randperm(n, generator=ft.Generator(6)).numpy(), np.argsort(keys, kind="stable"))


DIGESTS = """
import hashlib
import flambeau.tensor as ft

def digest(x):
    return hashlib.sha256(x.numpy().tobytes()).hexdigest()

g = ft.Generator(11)
exact = [ft.rand(5000, generator=g), ft.rand(5000, generator=g, dtype=ft.float64),
         ft.randint(-3, 10**12, (5000,), generator=g), ft.zeros(5000).uniform_(-2, 7, generator=g),
         ft.randn(5000, generator=g), ft.randn(5000, generator=g, dtype=ft.float64)]
print(*map(digest, exact), ft.randn(5000, generator=g).double().abs().sum().item())
"""


def test_instruction_sets_draw_the_same():
    """Numbers have the same bits on every instruction set: uniform ones, integers and normal ones."""
    found = []
    for isa in instruction_sets():
        env = os.environ | {"FLAMBEAU_ISA": isa}
        done = subprocess.run([sys.executable, "-c", DIGESTS], env=env, capture_output=True, text=True, check=True)
        found.append(done.stdout.split())
    assert len({tuple(f[:-1]) for f in found}) == 1
    np.testing.assert_allclose([float(f[-1]) for f in found], float(found[0][-1]), rtol=1e-7)


def test_results_do_not_depend_on_the_number_of_threads():
    """Every draw has the same bits for 1, 2 and 7 threads."""
    before, found = ft.get_num_threads(), set()
    for n in (1, 2, 7):
        ft.set_num_threads(n)
        generator = ft.Generator(0)
        draws = [ft.randn(200_001, generator=generator, dtype=d) for d in (ft.float32, ft.float64)]
        draws += [ft.rand(300_000, generator=generator), ft.randint(0, 9, (100_000,), generator=generator)]
        found.add(hashlib.sha256(b"".join(x.numpy().tobytes() for x in draws)).hexdigest())
    ft.set_num_threads(before)
    assert len(found) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_child_draws_with_threads_of_its_own():
    """A child of a process whose threads have worked computes the same, and ends."""
    expected = ft.randn(1_000_000, generator=ft.Generator(1)).numpy()
    for _ in range(5):
        child = os.fork()
        if child == 0:
            same = all(
                np.array_equal(ft.randn(1_000_000, generator=ft.Generator(1)).numpy(), expected) for _ in range(3)
            )
            os._exit(0 if same else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_callers_on_several_python_threads():
    """Python threads that draw at once, of whom one has the kernels' threads at a time, get what each gets alone."""
    expected = [ft.randn(200_000, generator=ft.Generator(k)).numpy() for k in range(4)]
    wrong = []

    def draw(k):
        for _ in range(10):
            if not np.array_equal(ft.randn(200_000, generator=ft.Generator(k)).numpy(), expected[k]):
                wrong.append(k)

    callers = [threading.Thread(target=draw, args=(k,)) for k in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []
