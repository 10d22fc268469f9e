// Resampling along a dimension. Where the elements of a window are rows, these are added up. Along rows themselves,
// several of them are turned so that they are such elements, too.
#include "flambeau/resampling.hpp"

#include "flambeau/gemm/pack.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using std::ptrdiff_t;

constexpr ptrdiff_t TaskElements = 16 << 10;
constexpr ptrdiff_t WindowTile = 256;  // windows whose elements are turned at a time

// out = sum over Count rows of x, `inner` apart.
template <class T, int Count>
FLAMBEAU_INLINE void mix(const T* x, ptrdiff_t inner, const T* weights, T* __restrict out) {
    T w[Count];
    for (int k = 0; k < Count; ++k) w[k] = weights[k];
    for (ptrdiff_t j = 0; j < inner; ++j) {
        T sum = w[0] * x[j];
#pragma GCC unroll 8
        for (int k = 1; k < Count; ++k) sum += w[k] * x[k * inner + j];
        out[j] = sum;
    }
}

// A row of the result from rows that are `inner` apart.
template <class T>
FLAMBEAU_INLINE void mix_rows(const T* x, ptrdiff_t inner, const T* weights, ptrdiff_t count, T* __restrict out) {
    switch (count) {
        case 0:
            for (ptrdiff_t j = 0; j < inner; ++j) out[j] = 0;
            return;
        case 1: return mix<T, 1>(x, inner, weights, out);
        case 2: return mix<T, 2>(x, inner, weights, out);
        case 3: return mix<T, 3>(x, inner, weights, out);
        default: mix<T, 4>(x, inner, weights, out);
    }
    for (ptrdiff_t k = 4; k < count; ++k)
        for (ptrdiff_t j = 0; j < inner; ++j) out[j] += weights[k] * x[k * inner + j];
}

template <class T>
bool across(const Resampling& p) {
    const T* const weights = static_cast<const T*>(p.weights);
    const ptrdiff_t inner = p.inner;
    parallel(p.outer * p.windows, TaskElements / (inner * p.most + 1) + 1, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        for (ptrdiff_t row = begin; row < end; ++row) {
            const ptrdiff_t i = row % p.windows;
            const T* x = static_cast<const T*>(p.x) + (row / p.windows * p.size + p.starts[i]) * inner;
            mix_rows(x, inner, weights + i * p.most, p.counts[i], static_cast<T*>(p.out) + row * inner);
        }
    });
    return true;
}

// Some windows of as many rows as a vector has lanes: the rows are turned into lanes and back.
template <class T>
struct Turned {
    const Resampling& p;
    T *in, *out;  // scratch

    static constexpr ptrdiff_t L = micro::lanes<T>;

    // The elements that the windows from i on see, up to i + WindowTile.
    FLAMBEAU_INLINE static ptrdiff_t end_of(const Resampling& p, ptrdiff_t last) { return p.starts[last] + p.counts[last]; }
    static ptrdiff_t span(const Resampling& p) {
        ptrdiff_t most = 0;
        for (ptrdiff_t i = 0; i < p.windows; i += WindowTile) {
            const ptrdiff_t n = end_of(p, micro::least(i + WindowTile, p.windows) - 1) - p.starts[i];
            most = n > most ? n : most;
        }
        return most;
    }

    void rows(ptrdiff_t row, ptrdiff_t count) const {
        const T *x = static_cast<const T*>(p.x) + row * p.size, *weights = static_cast<const T*>(p.weights);
        T* to = static_cast<T*>(p.out) + row * p.windows;
        for (ptrdiff_t i = 0; i < p.windows; i += WindowTile) {
            const ptrdiff_t n = micro::least(WindowTile, p.windows - i), start = p.starts[i], end = end_of(p, i + n - 1);
            for (ptrdiff_t j = start; j < end; j += L)
                micro::transpose_block<T, true>(x + j, p.size, count, micro::least(L, end - j), in + (j - start) * L, L);
            for (ptrdiff_t k = 0; k < n; ++k)
                mix_rows(in + (p.starts[i + k] - start) * L, L, weights + (i + k) * p.most, p.counts[i + k], out + k * L);
            for (ptrdiff_t k = 0; k < n; k += L)
                micro::transpose_block<T, false>(out + k * L, L, micro::least(L, n - k), count, to + i + k, p.windows);
        }
    }
};

template <class T>
bool along(const Resampling& p) {
    constexpr ptrdiff_t L = Turned<T>::L;
    const ptrdiff_t span = Turned<T>::span(p);
    bool done = true;
    parallel(micro::quotient_up(p.outer, L), TaskElements / (p.windows * p.most * L + 1) + 1,
             [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
                 const Scratch scratch((span + WindowTile) * L * sizeof(T));
                 if (scratch.data == nullptr) {
                     __atomic_store_n(&done, false, __ATOMIC_RELAXED);
                     return;
                 }
                 T* const space = static_cast<T*>(scratch.data);
                 const Turned<T> turned = {p, space, space + span * L};
                 for (ptrdiff_t group = begin; group < end; ++group)
                     turned.rows(group * L, micro::least(L, p.outer - group * L));
             });
    return done;
}

template <class T>
bool run(const Resampling& p) {
    return p.inner == 1 ? along<T>(p) : across<T>(p);
}

constexpr ResamplingKernels all_resamplings() {
    ResamplingKernels kernels = {};
    kernels.run[Float32] = &run<float>;
    kernels.run[Float64] = &run<double>;
    return kernels;
}

}  // namespace

extern const ResamplingKernels resampling;
const ResamplingKernels resampling = all_resamplings();

}  // namespace flambeau::FLAMBEAU_ISA
