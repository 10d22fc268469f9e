// Pooling: the greatest element of each window and where it is in its image, and gradients back to there.
#include "pooling.cuh"

using A = Compute<T>;

// The first of equal ones, or the last nan.
struct Found {
    A value = A();
    long long place = -1;
    __device__ __forceinline__ void meet(A x, long long at) {
        if (!(place < 0 || x > value || x != x)) return;
        value = x;
        place = at;
    }
};

template <int k>
__device__ __forceinline__ void greatest_of(const T* x, const Pooling& p, long long samples, int channels, T* out,
                                                   long long* places) {
    const long long size = p.size(), windows = p.windows();
    over_places<k>(samples, channels, p.z.windows, p.y.windows, p.x.windows,
                   [&](long long sample, int channel, int i, int oz, int oy, int ox) {
        const T* const from = x + sample * size * channels + channel;
        Found found[k];
        over_window(p, oz, oy, ox, [&](int place) {
            const auto values = loaded<k>(from + static_cast<long long>(place) * channels);
            for (int j = 0; j < k; ++j) found[j].meet(values.at[j], place);
        });
        const long long to = (sample * windows + i) * channels + channel;
        Vector<A, k> values;
        for (int j = 0; j < k; ++j) values.at[j] = found[j].value;
        stored<k>(out + to, values);
        for (int j = 0; j < k; ++j) places[to + j] = found[j].place;
    });
}

// Channels are taken by 8 bytes: each has a place of 8 bytes beside it.
constexpr int several = sizeof(T) < 8 ? 8 / sizeof(T) : 1;

KERNEL(256, 4) greatest(const T* x, Pooling p, long long samples, int channels, T* out, long long* places) {
    if (several > 1 && channels % several == 0 && misalignment(x) % 8 == 0)
        greatest_of<several>(x, p, samples, channels, out, places);
    else
        greatest_of<1>(x, p, samples, channels, out, places);
}

// Each element adds up the gradients of the windows that it is the greatest of.
template <int k>
__device__ __forceinline__ void gathered(const T* g, const long long* places, const Pooling& p, long long samples,
                                                 int channels, T* out) {
    const long long size = p.size(), windows = p.windows();
    over_places<k>(samples, channels, p.z.size, p.y.size, p.x.size,
                   [&](long long sample, int channel, int i, int z, int y, int x) {
        Vector<A, k> sums = {};
        over_windows(p, z, y, x, [&](int at, int, int, int) {
            const long long from = (sample * windows + at) * channels + channel;
            const auto slopes = loaded<k>(g + from);
            for (int j = 0; j < k; ++j)
                if (places[from + j] == i) sums.at[j] += slopes.at[j];
        });
        stored<k>(out + (sample * size + i) * channels + channel, sums);
    });
}

KERNEL(256, 4) gather(const T* g, const long long* places, Pooling p, long long samples, int channels, T* out) {
    if (several > 1 && channels % several == 0 && misalignment(g) % 8 == 0)
        gathered<several>(g, places, p, samples, channels, out);
    else
        gathered<1>(g, places, p, samples, channels, out);
}
