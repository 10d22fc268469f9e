// Random numbers from counters: Philox4x32-10, as in _reference/_philox.py, which is the definition.
//
// Element i of a draw follows from the seed, the draw's offset and i alone. Uniform numbers, integers and masks are the
// same everywhere; normal numbers to 4 ulp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// A place in the stream of a seed: the number of a block of four words.
struct Place {
    std::uint64_t seed, offset;
};

struct RandomKernels {
    // out[i] = u * span + low, and low where that is rounded up to high; u uniform in [0, 1).
    void (*uniform_f32)(float* out, std::ptrdiff_t n, Place place, float span, float low, float high);
    void (*uniform_f64)(double* out, std::ptrdiff_t n, Place place, double span, double low, double high);
    // out[i] = z * std + mean, z standard normal.
    void (*normal_f32)(float* out, std::ptrdiff_t n, Place place, float std, float mean);
    void (*normal_f64)(double* out, std::ptrdiff_t n, Place place, double std, double mean);
    // out[i] = low + a number in [0, span), modulo 2^64; span 0 stands for 2^64.
    void (*integers)(std::uint64_t* out, std::ptrdiff_t n, Place place, std::uint64_t span, std::uint64_t low);
    // out[i] = u < p[i] or, where p is null, u < all.
    void (*bernoulli_f32)(float* out, std::ptrdiff_t n, Place place, const float* p, float all);
    void (*bernoulli_f64)(double* out, std::ptrdiff_t n, Place place, const double* p, double all);
    void (*bernoulli_bool)(bool* out, std::ptrdiff_t n, Place place, float all);  // by draws of float32
    // out[i] = u < p ? 0 : x[i] * scale, u of float32.
    void (*dropout_f32)(const float* x, float* out, std::ptrdiff_t n, Place place, float p, float scale);
    void (*dropout_f64)(const double* x, double* out, std::ptrdiff_t n, Place place, float p, double scale);
};

FLAMBEAU_EXPORT const RandomKernels& random_kernels() noexcept;

// places: the numbers 0 to n - 1 in the order of their keys, as a stable sort gives it. It is quick for keys that are
// spread evenly, and only for these. False when there is no memory.
FLAMBEAU_EXPORT bool order_random_keys(const std::uint64_t* keys, std::int64_t* places, std::ptrdiff_t n) noexcept;

}  // namespace flambeau
