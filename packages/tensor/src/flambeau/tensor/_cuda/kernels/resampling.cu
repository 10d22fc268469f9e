// Resampling along one to three dimensions: elements made of windows of others. T is what is read, U what is written.
#include "pooling.cuh"

using A = Compute<T>;

// Of window i the first element and how many there are, and their weights; no table where a dimension stays as it is.
struct Table {
    const int* spans;
    const A* weights;
    int size, windows, most;
    __device__ __forceinline__ int first(int i) const { return spans ? spans[2 * i] : i; }
    __device__ __forceinline__ int count(int i) const { return spans ? spans[2 * i + 1] : 1; }
    __device__ __forceinline__ A weight(int i, int k) const { return spans ? weights[i * most + k] : A(1); }
};

template <int k>
__device__ __forceinline__ void resampled(const T* x, const Table& z, const Table& y, const Table& x_, long long outer,
                                          int inner, U* out) {
    const long long size = static_cast<long long>(z.size) * y.size * x_.size;
    const long long windows = static_cast<long long>(z.windows) * y.windows * x_.windows;
    over_places<k>(outer, inner, z.windows, y.windows, x_.windows,
                   [&](long long sample, int channel, int at, int oz, int oy, int ox) {
        const T* const from = x + sample * size * inner + channel;
        const int count_z = z.count(oz), count_y = y.count(oy), count_x = x_.count(ox), first_x = x_.first(ox);
        Vector<A, k> sums = {};
#pragma unroll 1
        for (int c = 0; c < count_z; ++c)
#pragma unroll 1
            for (int b = 0; b < count_y; ++b) {
                const A weight = z.weight(oz, c) * y.weight(oy, b);
                const int row = ((z.first(oz) + c) * y.size + y.first(oy) + b) * x_.size + first_x;
#pragma unroll 1
                for (int a = 0; a < count_x; ++a) {
                    const auto values = loaded<k>(from + static_cast<long long>(row + a) * inner);
                    const A w = weight * x_.weight(ox, a);
                    for (int j = 0; j < k; ++j) sums.at[j] += values.at[j] * w;
                }
            }
        U* const to = out + (sample * windows + at) * inner + channel;
        for (int j = 0; j < k; ++j) to[j] = store<U>(static_cast<Compute<U>>(sums.at[j]));
    });
}

KERNEL(256, 4) resample(const T* x, const int* z_spans, const Compute<T>* z_weights, int z_size, int z_windows, int z_most,
                     const int* y_spans, const Compute<T>* y_weights, int y_size, int y_windows, int y_most,
                     const int* x_spans, const Compute<T>* x_weights, int x_size, int x_windows, int x_most,
                     long long outer, int inner, U* out) {
    const Table z = {z_spans, z_weights, z_size, z_windows, z_most}, y = {y_spans, y_weights, y_size, y_windows, y_most};
    const Table x_ = {x_spans, x_weights, x_size, x_windows, x_most};
    constexpr int several = sizeof(T) < 8 ? vector_length<T> : 1;
    if (several > 1 && inner % several == 0 && misalignment(x) == 0) resampled<several>(x, z, y, x_, outer, inner, out);
    else resampled<1>(x, z, y, x_, outer, inner, out);
}
