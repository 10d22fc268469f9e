"""Philox4x32-10: random bits as a pure function of a key and a counter.

J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. A block of
four 32-bit words comes from a counter of 128 bits and a key of 64. Here the key is the seed, and the low 64 bits of the
counter are the number of the block in the stream of that seed. So element i of a draw depends on the seed, the draw's
offset and i alone: not on threads, devices or how the work is cut up.
"""

# The multipliers of the round function, and what is added to the key from round to round.
M0, M1 = 0xD2511F53, 0xCD9E8D57
W0, W1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
MASK = 0xFFFFFFFF


def rounds(xp, counter, key):
    """The four words of each block.

    Args:
        counter: four uint64 arrays that hold 32-bit words, least significant first.
        key: two Python ints of 32 bits, least significant first.

    Returns:
        list of four uint64 arrays that hold 32-bit words.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    low, shift = _u64(xp, MASK), _u64(xp, 32)
    m0, m1 = _u64(xp, M0), _u64(xp, M1)
    for _ in range(ROUNDS):
        p0, p1 = m0 * c0, m1 * c2  # 32 by 32 bits fits into 64
        c0 = (p1 >> shift) ^ c1 ^ _u64(xp, k0)
        c2 = (p0 >> shift) ^ c3 ^ _u64(xp, k1)
        c1, c3 = p1 & low, p0 & low
        k0, k1 = (k0 + W0) & MASK, (k1 + W1) & MASK
    return [c0, c1, c2, c3]


def bits(xp, count, seed, offset):
    """The first ``count`` words from block ``offset`` on, as a uint64 array of 32-bit words."""
    blocks = -(-count // 4)
    # Offsets are taken modulo 2**64, as uint64 wraps.
    index = xp.arange(blocks, dtype="uint64") + _u64(xp, offset % 2**64)
    zeros = xp.zeros_like(index)
    counter = (index & _u64(xp, MASK), index >> _u64(xp, 32), zeros, zeros)
    words = rounds(xp, counter, (seed & MASK, seed >> 32 & MASK))
    return xp.stack(words, axis=1).reshape(-1)[:count]


def uniform(xp, count, seed, offset, dtype):
    """``count`` numbers in [0, 1): multiples of 2**-24 (float32) or 2**-53 (float64, from two words each)."""
    dtype = xp.dtype(dtype)
    if dtype.itemsize == 8:
        return _wide(xp, bits(xp, 2 * count, seed, offset)).astype(dtype)
    if dtype.itemsize == 4:
        return _narrow(xp, bits(xp, count, seed, offset), 24).astype(dtype)
    # As many bits as the significand has, so that nothing is rounded up to 1.
    return _narrow(xp, bits(xp, count, seed, offset), 11 if dtype.kind == "f" else 8).astype(dtype)


def normal(xp, count, seed, offset, dtype):
    """``count`` standard normal numbers: Box and Muller's pairs, from two neighbouring uniforms each.

    They are ``sqrt(-2 log u) cos(2 pi v)`` and the same with sin, to 4 ulp on every device. That includes small ones:
    the angle is reduced to the nearest quarter turn while it is an exact number.
    """
    dtype = xp.dtype(dtype)
    pairs = -(-count // 2)
    if dtype.itemsize == 8:
        # A block gives two numbers, that is one pair.
        u = _wide(xp, bits(xp, 4 * pairs, seed, offset)).reshape(pairs, 2)
        step = 2.0**-53
    else:
        u = _narrow(xp, bits(xp, 2 * pairs, seed, offset), 24).reshape(pairs, 2)
        step = 2.0**-24
    # In (0, 1], where the logarithm is finite.
    radius = xp.sqrt(-2 * xp.log(u[:, 0] + step))
    quarters = u[:, 1] * 4
    nearest = xp.floor(quarters + 0.5)
    angle = (quarters - nearest) * (xp.pi / 2)
    sine, cosine = xp.sin(angle), xp.cos(angle)
    # A quarter turn takes (cos, sin) to (-sin, cos).
    odd = nearest % 2 == 1
    turned = xp.where(odd, sine, cosine), xp.where(odd, cosine, sine)
    signs = xp.where((nearest == 1) | (nearest == 2), -1.0, 1.0), xp.where(nearest % 4 >= 2, -1.0, 1.0)
    both = xp.stack([radius * sign * part for sign, part in zip(signs, turned, strict=True)], axis=1)
    return both.reshape(-1)[:count].astype(dtype)


def integers(xp, count, seed, offset, span):
    """``count`` integers in [0, span) as uint64, from 64 bits each: no value is off by more than span / 2**64."""
    words = bits(xp, 2 * count, seed, offset).reshape(count, 2)
    wide = words[:, 0] | words[:, 1] << _u64(xp, 32)
    return wide if span == 2**64 else wide % _u64(xp, span)


def words_of(count, dtype):
    """How many 32-bit words ``count`` numbers of a floating dtype take."""
    return 2 * count if dtype.itemsize == 8 else count


def _narrow(xp, words, width):
    return (words >> _u64(xp, 32 - width)).astype("float64") * 2.0**-width


def _wide(xp, words):
    """Pairs of words as float64: 27 bits of the first, 26 of the second."""
    pairs = words.reshape(-1, 2)
    high = (pairs[:, 0] >> _u64(xp, 5)) << _u64(xp, 26)
    return (high | pairs[:, 1] >> _u64(xp, 6)).astype("float64") * 2.0**-53


def _u64(xp, value):
    """uint64 with no dimensions: Python ints would do in NumPy, but CuPy takes them for int64."""
    return xp.asarray(value, dtype="uint64")
