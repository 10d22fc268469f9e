// Windows of pooling along three dimensions; those that are not there have one element and one window.
#pragma once
#include "teams.cuh"

struct Span {
    int begin, count;
};

// Windows at equal distances, the first of which begins at `start`; or, if `kernel` is 0, windows that share `size` out: the
// product of size and windows is below 2**31 then.
struct Axis {
    int size, windows, kernel, stride, start, dilation;
    __device__ __forceinline__ Span window(int o) const {
        if (kernel == 0) {
            const unsigned n = size, all = windows, begin = o * n / all;
            return {static_cast<int>(begin), static_cast<int>((o * n + n + all - 1) / all - begin)};
        }
        int begin = o * stride + start;
        const int skipped = begin < 0 ? (dilation - 1 - begin) / dilation : 0;
        begin += skipped * dilation;
        const int fit = (size - 1 - begin) / dilation + 1, left = kernel - skipped;
        return {begin, fit < left ? fit : left};
    }
    // The windows that may have element i: of dilated ones some have not.
    __device__ __forceinline__ Span having(int i) const {
        int first, last;
        if (kernel == 0) {
            const unsigned n = size, all = windows;
            first = static_cast<int>(i * all / n);
            last = static_cast<int>((i * all + all - 1) / n);
        } else {
            const int behind = i - start - dilation * (kernel - 1);
            first = behind <= 0 ? 0 : (behind + stride - 1) / stride;
            last = (i - start) / stride;
        }
        last = last < windows ? last : windows - 1;
        return {first, last - first + 1};
    }
    // By how much a mean is divided.
    __device__ __forceinline__ int divisor(int o, bool padding_counts) const {
        if (kernel == 0 || !padding_counts) return window(o).count;
        const int begin = o * stride + start, end = begin + kernel, most = size - start;
        return (end < most ? end : most) - begin;
    }
};

struct Pooling {
    Axis z, y, x;
    __device__ __forceinline__ int windows() const { return z.windows * y.windows * x.windows; }
    __device__ __forceinline__ int size() const { return z.size * y.size * x.size; }
};

// Calls `part(place)` for the places in an image of the elements of a window, in order.
template <class Part>
__device__ __forceinline__ void over_window(const Pooling& p, int oz, int oy, int ox, Part part) {
    const Span z = p.z.window(oz), y = p.y.window(oy), x = p.x.window(ox);
#pragma unroll 1
    for (int k = 0; k < z.count; ++k)
#pragma unroll 1
        for (int j = 0; j < y.count; ++j) {
            const int row = ((z.begin + k * p.z.dilation) * p.y.size + y.begin + j * p.y.dilation) * p.x.size + x.begin;
#pragma unroll 1
            for (int i = 0; i < x.count; ++i) part(row + i * p.x.dilation);
        }
}

// Calls `part(place, oz, oy, ox)` for the windows that may have an element, in order.
template <class Part>
__device__ __forceinline__ void over_windows(const Pooling& p, int iz, int iy, int ix, Part part) {
    const Span z = p.z.having(iz), y = p.y.having(iy), x = p.x.having(ix);
#pragma unroll 1
    for (int k = z.begin; k < z.begin + z.count; ++k)
#pragma unroll 1
        for (int j = y.begin; j < y.begin + y.count; ++j) {
            const int row = (k * p.y.windows + j) * p.x.windows;
#pragma unroll 1
            for (int i = x.begin; i < x.begin + x.count; ++i) part(row + i, k, j, i);
        }
}

// Calls `part(sample, channel, place, z, y, x)` for the places of images of one size with their channels innermost, k of them
// at once; those with channels outermost are so many more images of one. There are fewer than 2**31 elements.
template <int k, class Part>
__device__ __forceinline__ void over_places(long long samples, int channels, int depth, int height, int width, Part part) {
    const unsigned vectors = channels / k, count = depth * height * width, all = samples * count * vectors;
    for (unsigned v = static_cast<unsigned>(global_thread()); v < all; v += static_cast<unsigned>(global_threads())) {
        const unsigned place = v / vectors, sample = place / count, i = place - sample * count;
        const unsigned row = i / width, z = row / height;
        const int channel = static_cast<int>(v - place * vectors) * k;
        part(static_cast<long long>(sample), channel, static_cast<int>(i), static_cast<int>(z),
             static_cast<int>(row - z * height), static_cast<int>(i - row * width));
    }
}
