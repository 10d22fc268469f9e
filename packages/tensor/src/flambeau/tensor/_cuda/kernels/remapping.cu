// Planes put together anew from rows and columns of their own: element (n, a, b, r, s) of the result is
// (n, rows[a, r], columns[b, s]), or 0 where there is no such row or column.
#include "types.cuh"

// Elements are moved as they are: T is an integer of their size.
KERNEL(256) remap(const unsigned char* from, const long long* rows, const long long* columns, long long planes,
                  long long height, long long width, long long a, long long b, long long r, long long s,
                  unsigned char* to) {
    const T* const x = reinterpret_cast<const T*>(from);
    T* const out = reinterpret_cast<T*>(to);
    const long long n = planes * a * b * r * s;
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const long long is = i % s, ir = i / s % r, ib = i / (s * r) % b, rest = i / (s * r * b);
        const long long row = rows[rest % a * r + ir], column = columns[ib * s + is];
        const bool there = row >= 0 && row < height && column >= 0 && column < width;
        out[i] = there ? x[(rest / a * height + row) * width + column] : T(0);
    }
}

// A thread has one element of a plane and looks for where it went: the threads of a warp read the same entries of
// rows and columns, and sums are made in the same order every time.
KERNEL(256) remap_gradient(const T* g, const long long* rows, const long long* columns, long long planes,
                           long long height, long long width, long long a, long long b, long long r, long long s,
                           T* out) {
    const long long n = planes * height * width;
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const long long x = i % width, y = i / width % height, plane = i / (width * height);
        Compute<T> sum = 0;
        for (long long down = 0; down < a * r; ++down) {
            if (rows[down] != y) continue;
            const T* const windows = g + ((plane * a + down / r) * b * r + down % r) * s;
            for (long long right = 0; right < b * s; ++right)
                if (columns[right] == x) sum += load(windows[right / s * r * s + right % s]);
        }
        out[i] = store<T>(sum);
    }
}
