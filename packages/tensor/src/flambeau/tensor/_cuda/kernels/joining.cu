// Arrays as one. Elements are moved as they are: T is an integer of their size.
#include "types.cuh"

constexpr int most_parts = 48;

// Dense arrays of shape (outer, length), which become columns from `start` on of one of shape (outer, total). Packed by
// joining.py.
struct Parts {
    const unsigned char* from[most_parts];
    long long start[most_parts], length[most_parts];
};

template <class R, class N>
__device__ __forceinline__ void join_by(const R* from, R* out, N length, long long n, long long total) {
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const N row = static_cast<N>(i) / length;
        out[static_cast<long long>(row) * total + (static_cast<N>(i) - row * length)] = from[i];
    }
}

// blockIdx.y is the number of the part.
template <class R>
__device__ __forceinline__ void join_parts(const Parts& parts, unsigned char* to, long long outer, long long total) {
    const int part = static_cast<int>(blockIdx.y);
    const R* const from = reinterpret_cast<const R*>(parts.from[part]);
    R* const out = reinterpret_cast<R*>(to) + parts.start[part];
    const long long length = parts.length[part], n = outer * length;
    if (outer == 1) {
        for (long long i = global_thread(); i < n; i += global_threads()) out[i] = from[i];
    } else if (n <= 0xffffffffll) {
        join_by(from, out, static_cast<unsigned>(length), n, total);
    } else {
        join_by(from, out, length, n, total);
    }
}

KERNEL(256) join(Parts parts, unsigned char* out, long long outer, long long total) {
    join_parts<T>(parts, out, outer, total);
}

// The same by 16 bytes at a time.
KERNEL(256) join_wide(Parts parts, unsigned char* out, long long outer, long long total) {
    join_parts<Vector<T, vector_length<T>>>(parts, out, outer, total);
}
