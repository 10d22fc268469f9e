"""The random bits: known answers, and one stream however it is cut."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._reference import _philox

# philox4x32 with 10 rounds, from the file kat_vectors of Random123: counter, key, answer.
KNOWN_ANSWERS = (
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers(counter, key, answer):
    """The rounds give the published words."""
    words = _philox.rounds(np, [np.array([c], np.uint64) for c in counter], key)
    assert tuple(int(w[0]) for w in words) == answer


def test_bits_take_the_seed_as_key_and_the_offset_as_counter():
    """Word i of a draw is word i % 4 of block offset + i // 4."""
    seed, offset = 0x0123456789ABCDEF, 2**32 - 1  # the second block's counter carries into the second word
    stream = _philox.bits(np, 8, seed, offset)
    key = (0x89ABCDEF, 0x01234567)
    for block, counter in enumerate([(2**32 - 1, 0), (0, 1)]):
        words = _philox.rounds(np, [np.array([c], np.uint64) for c in (*counter, 0, 0)], key)
        assert stream[4 * block : 4 * block + 4].tolist() == [int(w[0]) for w in words]


def test_offsets_wrap():
    """The counter's low 64 bits are a ring."""
    across = _philox.bits(np, 8, 1, 2**64 - 1)
    assert across[4:].tolist() == _philox.bits(np, 4, 1, 0).tolist()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_is_within_its_bounds(dtype):
    """No draw is rounded up to 1, and the mean and variance are right."""
    u = _philox.uniform(np, 100_000, 7, 0, dtype)
    assert u.dtype == dtype and u.min() >= 0 and u.max() < 1
    assert abs(u.astype(float).mean() - 0.5) < 0.005 and abs(u.astype(float).var() - 1 / 12) < 0.002


@pytest.mark.parametrize("low, high", [(0, 1), (1, 2), (-3.5, 0.1), (2, 2)])
@pytest.mark.parametrize("dtype", [ft.float16, ft.bfloat16, ft.float32, ft.float64], ids=str)
def test_filling_never_reaches_the_upper_end(dtype, low, high):
    """``uniform_`` stays in [low, high), however the dtype rounds; of no room at all it gives ``low``."""
    x = ft.empty(20_000, dtype=dtype).uniform_(low, high, generator=ft.Generator(3))
    low, high = (ft.tensor(n, dtype=dtype) for n in (low, high))
    assert bool((x >= low).all())
    assert bool((x < high).all()) or low.item() == high.item() == x.amax().item()


def test_largest_words_stay_below_one():
    """All bits set give the greatest number below 1."""
    words = np.full(2, 2**32 - 1, np.uint64)
    assert _philox._narrow(np, words, 24).astype(np.float32).max() == np.float32(1 - 2.0**-24)
    assert _philox._wide(np, words)[0] == 1 - 2.0**-53


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_moments(dtype):
    """Mean 0, variance 1, no skew, kurtosis 3, neighbours uncorrelated."""
    z = _philox.normal(np, 100_001, 3, 0, dtype).astype(float)
    assert np.isfinite(z).all() and len(z) == 100_001
    assert abs(z.mean()) < 0.02 and abs(z.var() - 1) < 0.02
    assert abs((z**3).mean()) < 0.05 and abs((z**4).mean() - 3) < 0.1
    assert abs((z[:-1] * z[1:]).mean()) < 0.02


def test_integers_cover_their_range():
    """Every value comes up about as often."""
    counts = np.bincount(_philox.integers(np, 60_000, 5, 0, 6).astype(int), minlength=6)
    assert len(counts) == 6 and counts.min() > 9_600 and counts.max() < 10_400


def test_draws_follow_each_other():
    """Two draws take what one draw of both takes, when the first fills its blocks."""
    together = ft.rand(12, generator=ft.Generator(9)).tolist()
    generator = ft.Generator(9)
    assert ft.rand(8, generator=generator).tolist() + ft.rand(4, generator=generator).tolist() == together


def test_reserve_counts_blocks_of_four():
    """A draw takes whole blocks."""
    generator = ft.Generator(9)
    assert generator.reserve(5) == (9, 0)
    assert generator.reserve(1) == (9, 2)
    assert generator.reserve_blocks(3) == (9, 3)
    assert generator.get_state() == {"seed": 9, "offset": 6}


def test_state_goes_on_from_where_it_was_saved():
    """A saved state repeats what came after it, in another Generator too."""
    generator = ft.Generator(4)
    ft.rand(3, generator=generator)
    state = generator.get_state()
    expected = ft.randn(5, generator=generator).tolist()
    other = ft.Generator(0)
    other.set_state(state)
    assert ft.randn(5, generator=other).tolist() == expected


def test_bad_seed_and_state():
    """A seed is an int, a state what get_state() gave."""
    with pytest.raises(TypeError) as error:
        ft.Generator("one")
    assert str(error.value) == "manual_seed(): argument 'seed': expected int, got str"
    with pytest.raises(ValueError) as error:
        ft.Generator(0).set_state({"seed": 1})
    assert str(error.value) == "set_state(): argument 'state': expected what get_state() gave, got {'seed': 1}"
