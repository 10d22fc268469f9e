// Pooling: the mean of each window, and gradients back to all its elements.
#include "pooling.cuh"

using A = Compute<T>;

__device__ __forceinline__ A divisor_of(const Pooling& p, int oz, int oy, int ox, bool padding_counts, double divisor) {
    if (divisor != 0) return static_cast<A>(divisor);
    return static_cast<A>(p.z.divisor(oz, padding_counts)) * static_cast<A>(p.y.divisor(oy, padding_counts)) *
           static_cast<A>(p.x.divisor(ox, padding_counts));
}

// Where one window has all of an image.
KERNEL(256) means_whole(const T* x, double divisor, long long images, long long size, int lanes, T* out) {
    const Lanes team = {lanes};
    for (long long base = static_cast<long long>(blockIdx.x) * team.count(); base < images;
         base += static_cast<long long>(gridDim.x) * team.count()) {
        const long long image = base + team.index();
        const T* const from = x + (image < images ? image : 0) * size;
        A sum = 0;
        over_row(team, from, image < images ? size : 0, true, [&](long long i, auto k) {
            const auto values = loaded<decltype(k)::count>(from + i);
            for (int j = 0; j < decltype(k)::count; ++j) sum += values.at[j];
        });
        sum = team.over<Sum>(sum, A(0));
        if (image < images && team.rank() == 0) out[image] = store<T>(sum / static_cast<A>(divisor));
    }
}

template <int k>
__device__ __forceinline__ void means_of(const T* x, const Pooling& p, bool padding_counts, double divisor,
                                                long long samples, int channels, T* out) {
    const long long size = p.size(), windows = p.windows();
    over_places<k>(samples, channels, p.z.windows, p.y.windows, p.x.windows,
                   [&](long long sample, int channel, int i, int oz, int oy, int ox) {
        const T* const from = x + sample * size * channels + channel;
        Vector<A, k> sums = {};
        over_window(p, oz, oy, ox, [&](int place) {
            const auto values = loaded<k>(from + static_cast<long long>(place) * channels);
            for (int j = 0; j < k; ++j) sums.at[j] += values.at[j];
        });
        const A by = divisor_of(p, oz, oy, ox, padding_counts, divisor);
        for (int j = 0; j < k; ++j) sums.at[j] /= by;
        stored<k>(out + (sample * windows + i) * channels + channel, sums);
    });
}

constexpr int several = sizeof(T) < 8 ? vector_length<T> : 1;

KERNEL(256, 4) means(const T* x, Pooling p, bool padding_counts, double divisor, long long samples, int channels,
                         T* out) {
    if (several > 1 && channels % several == 0 && misalignment(x) == 0)
        means_of<several>(x, p, padding_counts, divisor, samples, channels, out);
    else
        means_of<1>(x, p, padding_counts, divisor, samples, channels, out);
}

template <int k>
__device__ __forceinline__ void shares_of(const T* g, const Pooling& p, bool padding_counts, double divisor,
                                                 long long samples, int channels, T* out) {
    const long long size = p.size(), windows = p.windows();
    over_places<k>(samples, channels, p.z.size, p.y.size, p.x.size,
                   [&](long long sample, int channel, int i, int z, int y, int x) {
        Vector<A, k> sums = {};
        over_windows(p, z, y, x, [&](int at, int oz, int oy, int ox) {
            const auto slopes = loaded<k>(g + (sample * windows + at) * channels + channel);
            const A by = divisor_of(p, oz, oy, ox, padding_counts, divisor);
            for (int j = 0; j < k; ++j) sums.at[j] += slopes.at[j] / by;
        });
        stored<k>(out + (sample * size + i) * channels + channel, sums);
    });
}

KERNEL(256, 4) shares(const T* g, Pooling p, bool padding_counts, double divisor, long long samples, int channels,
                          T* out) {
    if (several > 1 && channels % several == 0 && misalignment(g) == 0)
        shares_of<several>(g, p, padding_counts, divisor, samples, channels, out);
    else
        shares_of<1>(g, p, padding_counts, divisor, samples, channels, out);
}
