// Draws of random numbers. This file is compiled without contraction, so that they are the same for every instruction set.
#include "flambeau/isa.hpp"
#include "flambeau/math/exponential.hpp"
#include "flambeau/math/trigonometric.hpp"
#include "flambeau/philox.hpp"
#include "flambeau/philox_words.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using namespace philox;

constexpr std::ptrdiff_t ChunkTiles = 32;  // what a thread takes at a time: 16K words

// Calls consume(first, count, pairs) for tiles of a draw of n elements of `Words` words each; first is a multiple of
// four, and pairs holds the words of the elements from there on.
template <int Words, class F>
FLAMBEAU_INLINE void draw(std::ptrdiff_t n, Place place, const F& consume) noexcept {
    constexpr std::ptrdiff_t elements = TileWords / Words;
    parallel((n + elements - 1) / elements, ChunkTiles, [&](std::ptrdiff_t begin, std::ptrdiff_t end) noexcept {
        alignas(64) std::uint64_t pairs[TileWords / 2];
        for (std::ptrdiff_t tile = begin; tile < end; ++tile) {
            fill_words(pairs, place.offset + std::uint64_t(tile * TileBlocks), place.seed);
            const std::ptrdiff_t first = tile * elements;
            consume(first, n - first < elements ? n - first : elements, pairs);
        }
    });
}

// The words one by one: they lie in memory in their order on every machine that is served here.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
using Word = std::uint32_t [[gnu::may_alias]];
FLAMBEAU_INLINE const Word* words_of(const std::uint64_t* pairs) noexcept {
    return reinterpret_cast<const Word*>(pairs);
}

// Uniform in [0, 1): 24 bits of a word; 27 and 26 bits of two.
constexpr float Step32 = 0x1p-24f;
constexpr double Step64 = 0x1p-53;
FLAMBEAU_INLINE float narrow(std::uint32_t word) noexcept { return float(std::int32_t(word >> 8)) * Step32; }
FLAMBEAU_INLINE double wide(std::uint64_t pair) noexcept {
    const auto high = std::int32_t(std::uint32_t(pair) >> 5), low = std::int32_t(pair >> 38);
    return (double(high) * 0x1p26 + double(low)) * Step64;
}

template <class T>
struct Uniform;
template <>
struct Uniform<float> {
    static constexpr int words = 1;
    FLAMBEAU_INLINE static float at(const std::uint64_t* pairs, std::ptrdiff_t i) noexcept {
        return narrow(words_of(pairs)[i]);
    }
};
template <>
struct Uniform<double> {
    static constexpr int words = 2;
    FLAMBEAU_INLINE static double at(const std::uint64_t* pairs, std::ptrdiff_t i) noexcept { return wide(pairs[i]); }
};

template <class T>
void uniform(T* out, std::ptrdiff_t n, Place place, T span, T low, T high) {
    draw<Uniform<T>::words>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        T* const to = out + first;
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            const T value = Uniform<T>::at(pairs, i) * span + low;
            to[i] = value < high ? value : low;
        }
    });
}

// Sine and cosine of t quarter turns, t in [-1/2, 1/2].
template <class T>
struct Turn {
    T sine, cosine;
};

FLAMBEAU_INLINE Turn<float> quarter_turns(float t) noexcept {
    using C = math::TrigonometricConstants<float>;
    const double r = double(t) * (math::TrigonometricConstants<double>::pi.high / 2), square = r * r;
    const double sine = r + r * square * math::polynomial(square, C::quarter_sin);
    const double cosine = (1 - 0.5 * square) + square * square * math::polynomial(square, C::quarter_cos);
    return {float(sine), float(cosine)};
}

FLAMBEAU_INLINE Turn<double> quarter_turns(double t) noexcept {
    constexpr math::Pair<double> pi = math::TrigonometricConstants<double>::pi;
    const math::Pair<double> r = math::exact_product(t, pi.high / 2);
    const math::SineCosine both = math::sine_cosine({r.high, r.low + t * (pi.low / 2)});
    return {both.sine.high + both.sine.low, both.cosine.high + both.cosine.low};
}

// log x for x in (0, 1], a normal number.
template <class T>
FLAMBEAU_INLINE T logarithm(T x) noexcept {
    const math::Logarithm<T> l = math::split_normal(x);
    return math::log_sum(l.e, l.f, T(0));
}

// Box and Muller's pair: r cos(2 pi v) and r sin(2 pi v), with r = sqrt(-2 log u), u in (0, 1], v in [0, 1). The angle is
// reduced to the nearest quarter turn while it is an exact number, so that small results are as precise as large ones.
template <class T>
FLAMBEAU_INLINE void box_muller(T u, std::int32_t quarter, T t, T& first, T& second) noexcept {
    const T radius = sizeof(T) == 4 ? T(__builtin_sqrtf(float(-2 * logarithm(u))))
                                    : T(__builtin_sqrt(double(-2 * logarithm(u))));
    const Turn<T> turn = quarter_turns(t);
    const T a = quarter & 1 ? turn.sine : turn.cosine, b = quarter & 1 ? turn.cosine : turn.sine;
    first = (quarter + 1) & 2 ? -radius * a : radius * a;
    second = quarter & 2 ? -radius * b : radius * b;
}

void normal_f32(float* out, std::ptrdiff_t n, Place place, float std, float mean) {
    draw<1>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        alignas(64) float values[TileWords], one[TileWords / 2], other[TileWords / 2];
        for (std::ptrdiff_t i = 0; i < TileWords / 2; ++i) {
            const float u = float(std::int32_t(std::uint32_t(pairs[i]) >> 8) + 1) * Step32;
            const auto angle = std::int32_t(pairs[i] >> 40);
            const std::int32_t quarter = (angle + (1 << 21)) >> 22;
            const float t = float(angle - (quarter << 22)) * 0x1p-22f;
            box_muller<float>(u, quarter, t, one[i], other[i]);
        }
        for (std::ptrdiff_t i = 0; i < TileWords / 2; ++i) {
            values[2 * i] = one[i];
            values[2 * i + 1] = other[i];
        }
        for (std::ptrdiff_t i = 0; i < count; ++i) out[first + i] = values[i] * std + mean;
    });
}

void normal_f64(double* out, std::ptrdiff_t n, Place place, double std, double mean) {
    draw<2>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        alignas(64) double values[TileWords / 2];
        for (std::ptrdiff_t i = 0; i < TileWords / 4; ++i) {
            const double u = wide(pairs[2 * i]) + Step64, v = wide(pairs[2 * i + 1]) * 4;
            const auto quarter = std::int32_t(v + 0.5);
            box_muller<double>(u, quarter, v - double(quarter), values[2 * i], values[2 * i + 1]);
        }
        for (std::ptrdiff_t i = 0; i < count; ++i) out[first + i] = values[i] * std + mean;
    });
}

// The remainder by a multiplication: the quotient is right or one too small.
void integers(std::uint64_t* out, std::ptrdiff_t n, Place place, std::uint64_t span, std::uint64_t low) {
    using Double = unsigned __int128;
    const auto inverse = span < 2 ? 0 : static_cast<std::uint64_t>((Double(1) << 64) / span);
    draw<2>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        std::uint64_t* const to = out + first;
        if (span < 2) {
            for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = (span == 0 ? pairs[i] : 0) + low;
            return;
        }
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            const auto quotient = static_cast<std::uint64_t>(Double(pairs[i]) * inverse >> 64);
            const std::uint64_t rest = pairs[i] - quotient * span;
            to[i] = (rest >= span ? rest - span : rest) + low;
        }
    });
}

template <class T>
void bernoulli(T* out, std::ptrdiff_t n, Place place, const T* p, T all) {
    draw<Uniform<T>::words>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        T* const to = out + first;
        if (p == nullptr) {
            for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = Uniform<T>::at(pairs, i) < all ? T(1) : T(0);
        } else {
            const T* const from = p + first;
            for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = Uniform<T>::at(pairs, i) < from[i] ? T(1) : T(0);
        }
    });
}

void bernoulli_bool(bool* out, std::ptrdiff_t n, Place place, float all) {
    draw<1>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        for (std::ptrdiff_t i = 0; i < count; ++i) out[first + i] = Uniform<float>::at(pairs, i) < all;
    });
}

template <class T>
void dropout(const T* x, T* out, std::ptrdiff_t n, Place place, float p, T scale) {
    draw<1>(n, place, [=](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint64_t* pairs) {
        const T* const from = x + first;
        T* const to = out + first;
        for (std::ptrdiff_t i = 0; i < count; ++i)
            to[i] = Uniform<float>::at(pairs, i) < p ? T(0) : T(from[i] * scale);
    });
}

}  // namespace

extern const RandomKernels random;
const RandomKernels random = {
    uniform<float>,   uniform<double>,   normal_f32,     normal_f64,     integers,
    bernoulli<float>, bernoulli<double>, bernoulli_bool, dropout<float>, dropout<double>,
};

}  // namespace flambeau::FLAMBEAU_ISA
