// Padded copies of images, and the offsets of windows in them.
#pragma once

#include "flambeau/convolution.hpp"
#include "flambeau/gemm/pack.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

struct PaddedAxis {
    ptrdiff_t size, low, high;  // zeros before and after

    FLAMBEAU_INLINE ptrdiff_t total() const { return low + size + high; }
    FLAMBEAU_INLINE bool outside(ptrdiff_t i) const { return i < low || i >= low + size; }
};

// The planes of a channel of an image (one of them, or as many as a volume is deep) with zeros around.
struct Planes {
    PaddedAxis z, y, x;

    FLAMBEAU_INLINE ptrdiff_t row() const { return x.total(); }             // from one row to the next
    FLAMBEAU_INLINE ptrdiff_t plane() const { return y.total() * row(); }   // from one plane to the next
    FLAMBEAU_INLINE ptrdiff_t size() const { return z.total() * plane(); }  // of all
    FLAMBEAU_INLINE bool bare() const { return (z.low | z.high | y.low | y.high | x.low | x.high) == 0; }
    FLAMBEAU_INLINE ptrdiff_t at(ptrdiff_t pz, ptrdiff_t py, ptrdiff_t px) const {
        return pz * plane() + py * row() + px;
    }

    // The planes of a channel, to numbers `step` apart: several images may lie interleaved.
    template <class T>
    void copy(const T* from, T* to, ptrdiff_t step) const noexcept {
        ptrdiff_t written = 0;
        const auto zero_until = [&](ptrdiff_t end) {
            if (step == 1) __builtin_memset(to + written, 0, (end - written) * sizeof(T));
            else
                for (; written < end; ++written) to[written * step] = 0;
            written = end;
        };
        for (ptrdiff_t pz = 0; pz < z.size; ++pz)
            for (ptrdiff_t py = 0; py < y.size; ++py, from += x.size) {
                zero_until(at(z.low + pz, y.low + py, x.low));
                if (step == 1) __builtin_memcpy(to + written, from, x.size * sizeof(T));
                else
                    for (ptrdiff_t px = 0; px < x.size; ++px) to[(written + px) * step] = from[px];
                written += x.size;
            }
        zero_until(size());
    }
};

// What the forward pass reads, and the gradient of the filters.
FLAMBEAU_INLINE Planes planes_of(const Convolution& c) {
    return {{c.z.size, c.z.before, c.z.after}, {c.y.size, c.y.before, c.y.after}, {c.x.size, c.x.before, c.x.after}};
}

FLAMBEAU_INLINE ptrdiff_t image_size(const Convolution& c) { return c.z.size * c.y.size * c.x.size; }
FLAMBEAU_INLINE ptrdiff_t result_size(const Convolution& c) { return c.z.result * c.y.result * c.x.result; }
FLAMBEAU_INLINE ptrdiff_t window_size(const Convolution& c) { return c.z.kernel * c.y.kernel * c.x.kernel; }

// Where the `tap`th number of a window is, along each dimension.
struct Tap {
    ptrdiff_t z, y, x;

    FLAMBEAU_INLINE Tap(const Convolution& c, ptrdiff_t tap)
        : z(tap / (c.y.kernel * c.x.kernel)), y(tap / c.x.kernel % c.y.kernel), x(tap % c.x.kernel) {}

    FLAMBEAU_INLINE ptrdiff_t offset(const Convolution& c, const Planes& planes) const {
        return planes.at(z * c.z.dilation, y * c.y.dilation, x * c.x.dilation);
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
