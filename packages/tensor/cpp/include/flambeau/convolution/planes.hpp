// Padded copies of images, and the offsets of windows in them.
#pragma once

#include "flambeau/convolution.hpp"
#include "flambeau/gemm/pack.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

// The planes of an image with zeros around: `low` before and `high` after each row and column. Numbers of a plane are
// `lanes` apart: several images may lie interleaved.
struct Planes {
    ptrdiff_t h, w;
    ptrdiff_t low_y, low_x, high_y, high_x;

    FLAMBEAU_INLINE ptrdiff_t rows() const { return low_y + h + high_y; }
    FLAMBEAU_INLINE ptrdiff_t row() const { return low_x + w + high_x; }  // from one row to the next
    FLAMBEAU_INLINE ptrdiff_t size() const { return rows() * row(); }     // of one plane
    FLAMBEAU_INLINE bool bare() const { return (low_y | low_x | high_y | high_x) == 0; }

    // One plane, to numbers `step` apart.
    template <class T>
    void copy(const T* plane, T* to, ptrdiff_t step) const noexcept {
        const ptrdiff_t line = row();
        const auto zero = [&](ptrdiff_t begin, ptrdiff_t end) {
            if (step == 1) __builtin_memset(to + begin, 0, (end - begin) * sizeof(T));
            else
                for (ptrdiff_t i = begin; i < end; ++i) to[i * step] = 0;
        };
        zero(0, low_y * line + low_x);
        for (ptrdiff_t y = 0; y < h; ++y) {
            const ptrdiff_t begin = (low_y + y) * line + low_x;
            if (step == 1) __builtin_memcpy(to + begin, plane + y * w, w * sizeof(T));
            else
                for (ptrdiff_t x = 0; x < w; ++x) to[(begin + x) * step] = plane[y * w + x];
            // Up to the next row's first number: what is after this row and before the next.
            zero(begin + w, y + 1 < h ? begin + line : size());
        }
        if (h == 0) zero(low_y * line + low_x, size());
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
