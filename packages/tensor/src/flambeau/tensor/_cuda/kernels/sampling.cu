// Planes read at places that are computed. A thread has one place of some planes of an image.
#include "types.cuh"

using A = Compute<T>;

constexpr int planes_of_thread = 8;

// Calls `part(image, first plane, planes, place)`.
template <class Part> __device__ __forceinline__ void over_points(long long images, int planes, long long points, Part part) {
    const long long parts = (planes + planes_of_thread - 1) / planes_of_thread;
    const long long p = global_thread();
    if (p >= points) return;
    for (long long at = blockIdx.y; at < images * parts; at += gridDim.y) {
        const long long image = at / parts;
        const int first = static_cast<int>(at - image * parts) * planes_of_thread, left = planes - first;
        part(image, first, left < planes_of_thread ? left : planes_of_thread, p);
    }
}

KERNEL(256) sample(const T* x, const long long* index, const T* weight, long long images, int planes, long long size,
                   int taps, long long points, T* out) {
    over_points(images, planes, points, [&](long long image, int first, int count, long long p) {
        A sums[planes_of_thread] = {};
        for (int k = 0; k < taps; ++k) {
            const long long from = (image * taps + k) * points + p, place = index[from];
            if (place < 0 || place >= size) continue;
            const A w = load(weight[from]);
#pragma unroll
            for (int c = 0; c < planes_of_thread; ++c)
                if (c < count) sums[c] += load(x[(image * planes + first + c) * size + place]) * w;
        }
#pragma unroll
        for (int c = 0; c < planes_of_thread; ++c)
            if (c < count) out[(image * planes + first + c) * points + p] = store<T>(sums[c]);
    });
}

// Adds in any order: in double, so that it hardly ever shows in what is rounded from it.
KERNEL(256) sample_input_gradient(const T* g, const long long* index, const T* weight, long long images, int planes,
                                  long long size, int taps, long long points, double* out) {
    over_points(images, planes, points, [&](long long image, int first, int count, long long p) {
        for (int k = 0; k < taps; ++k) {
            const long long from = (image * taps + k) * points + p, place = index[from];
            if (place < 0 || place >= size) continue;
            const double w = static_cast<double>(load(weight[from]));
            for (int c = 0; c < count; ++c) {
                const long long plane = image * planes + first + c;
                atomicAdd(out + plane * size + place, static_cast<double>(load(g[plane * points + p])) * w);
            }
        }
    });
}

KERNEL(256) sample_weight_gradient(const T* g, const T* x, const long long* index, long long images, int planes,
                                   long long size, int taps, long long points, T* out) {
    const long long p = global_thread();
    if (p >= points) return;
    for (long long at = blockIdx.y; at < images * taps; at += gridDim.y) {
        const long long image = at / taps, place = index[at * points + p];
        A sum = 0;
        if (place >= 0 && place < size)
            for (long long plane = image * planes; plane < (image + 1) * planes; ++plane)
                sum += load(x[plane * size + place]) * load(g[plane * points + p]);
        out[at * points + p] = store<T>(sum);
    }
}
