// Draws of random numbers. This file is compiled without contraction, for uniform numbers are the same everywhere;
// where polynomials use fused multiply-adds they say so.
#include "flambeau/isa.hpp"
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

template <class T>
FLAMBEAU_INLINE T fused(T a, T b, T c) noexcept {
#if defined(__FMA__) || defined(__aarch64__)
    if constexpr (sizeof(T) == 4) return __builtin_fmaf(a, b, c);
    else return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

template <class T, int N>
FLAMBEAU_INLINE T polynomial(T x, const T (&coefficients)[N]) noexcept {
    T sum = coefficients[N - 1];
#pragma GCC unroll 16
    for (int i = N - 2; i >= 0; --i) sum = fused(sum, x, coefficients[i]);
    return sum;
}

// log x for x in (0, 1], a normal number. x = 2^e (1 + f), 1 + f in [sqrt 1/2, sqrt 2); minimax polynomials for f.
FLAMBEAU_INLINE float logarithm(float x) noexcept {
    constexpr std::int32_t root = 0x3F3504F3;  // of 1/2, as bits
    constexpr float c[] = {0.3333333118003004805f, -0.2499999695795088204f, 0.2000071574889210174f,
                           -0.1666780231950125407f, 0.1424905764569748040f, -0.1242568733145110611f,
                           0.1168541992348673930f, -0.1147973384663763556f, 0.0697161145147113182f};
    const auto bits = __builtin_bit_cast(std::int32_t, x);
    const std::int32_t exponent = (bits - root) >> 23;
    const float e = float(exponent), f = __builtin_bit_cast(float, bits - (exponent << 23)) - 1;
    const float rest = fused(f * f * f, polynomial(f, c), fused(f * f, -0.5f, e * 3.1946184945309415e-05f));
    return fused(e, 0.693115234375f, f + rest);
}

FLAMBEAU_INLINE double logarithm(double x) noexcept {
    constexpr std::int64_t root = 0x3FE6A09E667F3BCD;
    constexpr double c[] = {0.6666666666666669686164, 0.3999999999989950448979, 0.2857142862597548492145,
                            0.2222221113479507985507, 0.1818288912526172208027, 0.1533172160055604126863,
                            0.1461644968504340586042};
    const auto bits = __builtin_bit_cast(std::int64_t, x);
    const auto exponent = std::int32_t(std::uint64_t(bits - root + (std::int64_t(1023) << 52)) >> 52) - 1023;
    const double e = double(exponent);
    const double f = __builtin_bit_cast(double, bits - (std::int64_t(exponent) << 52)) - 1;
    // log(1 + f) = 2s + s z P(z), with s = f / (2 + f) and z = s^2; 2s = f - s f, and s f = f^2/2 - s f^2/2.
    const double s = f / (2 + f), z = s * s, half = 0.5 * f * f;
    const double rest = fused(s, fused(z, polynomial(z, c), half), e * 1.90821492927058770002e-10);
    return fused(e, 6.93147180369123816490e-01, f - (half - rest));
}

// sin and cos of t quarter turns, t in [-1/2, 1/2].
struct SineCosine32 {
    float sine, cosine;
    FLAMBEAU_INLINE explicit SineCosine32(float t) noexcept {
        constexpr float s[] = {-4.855304993574175e-08f, -0.6459634776648117955f, 0.0796802176477554133f,
                               -0.0046021492128141760f};
        constexpr float c[] = {-1.233700549374219357f, 0.2536694103571084988f, -0.0208615283421999686f,
                               0.0009067398984032665f};
        const float z = t * t;
        sine = fused(t, 1.570796321953236685f, t * polynomial(z, s));  // s[0] is what the constant lacks
        cosine = fused(z, polynomial(z, c), 1.0f);
    }
};
struct SineCosine64 {
    double sine, cosine;
    FLAMBEAU_INLINE explicit SineCosine64(double t) noexcept {
        constexpr double s[] = {5.628901826572791e-17, -0.6459640975062443157299, 0.07969262624604300313385,
                                -0.004681754132340975991661, 0.0001604411507421909105201,
                                -0.000003598643352982309702027, 5.633933781537953853828e-8};
        constexpr double c[] = {-1.233700550136169826869, 0.2536695079010478232137, -0.02086348076334077252094,
                                0.0009192602745468446187299, -0.00002520203902802917610508,
                                4.710678405505227106298e-7, -6.329396344967423512081e-9};
        const double z = t * t;
        sine = fused(t, 1.570796326794896614288, t * polynomial(z, s));
        cosine = fused(z, polynomial(z, c), 1.0);
    }
};

// Box and Muller's pair: r cos(2 pi v) and r sin(2 pi v), with r = sqrt(-2 log u), u in (0, 1], v in [0, 1). The angle is
// reduced to the nearest quarter turn while it is an exact number, so that small results are as precise as large ones.
template <class T, class Part>
FLAMBEAU_INLINE void box_muller(T u, std::int32_t quarter, T t, T& first, T& second) noexcept {
    const T radius = sizeof(T) == 4 ? T(__builtin_sqrtf(float(-2 * logarithm(u))))
                                    : T(__builtin_sqrt(double(-2 * logarithm(u))));
    const Part part(t);
    const T a = quarter & 1 ? part.sine : part.cosine, b = quarter & 1 ? part.cosine : part.sine;
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
            box_muller<float, SineCosine32>(u, quarter, t, one[i], other[i]);
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
            box_muller<double, SineCosine64>(u, quarter, v - double(quarter), values[2 * i], values[2 * i + 1]);
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
