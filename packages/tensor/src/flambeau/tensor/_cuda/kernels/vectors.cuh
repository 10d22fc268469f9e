// Rows of elements read and written by vectors, wherever in memory they begin.
#pragma once
#include "types.cuh"

// A row by vectors of `count` elements that are aligned in memory: the first and the last may be partly outside. E is
// const where the row is read only.
template <class E, int count> struct AlignedRow {
    template <class X> struct Plain { using Type = X; };
    template <class X> struct Plain<const X> { using Type = X; };
    using Element = typename Plain<E>::Type;
    using Elements = Vector<Element, count>;

    E* begin;  // of the first vector
    int n;
    int past;  // elements from there to the row
    bool aligned;

    __device__ __forceinline__ AlignedRow(E* row, int n, int past)
        : begin(row - past), n(n), past(past), aligned(sizeof(Elements) <= 16 && past == past_of(row)) {}
    static __device__ __forceinline__ int past_of(const Element* row) {
        return static_cast<int>(reinterpret_cast<unsigned long long>(row) / sizeof(Element) % count);
    }
    // For rows that are whole vectors, and begin anywhere, no more vectors than these are provided for.
    static __device__ __forceinline__ int past_for(const Element* row, int n) {
        return n % count ? past_of(row) : 0;
    }
    __device__ __forceinline__ int vectors() const { return (n + past + count - 1) / count; }
    __device__ __forceinline__ bool whole(int first) const { return aligned && first >= 0 && first + count <= n; }
    __device__ __forceinline__ bool inside(int i) const { return i >= 0 && i < n; }

    // Whether all vectors are.
    __device__ __forceinline__ bool whole() const { return aligned && past == 0 && n % count == 0; }

    // What is not in the row is `outside`.
    __device__ __forceinline__ Packed<Element, count> read(int vector, Element outside) const {
        const int first = vector * count - past;
        E* const from = begin + vector * count;
        if (whole(first)) return Packed<Element, count>::at(from);
        Elements result;
#pragma unroll
        for (int j = 0; j < count; ++j) result.at[j] = inside(first + j) ? from[j] : outside;
        return Packed<Element, count>::of(result);
    }
    __device__ __forceinline__ void write(int vector, const Elements& values) const {
        const int first = vector * count - past;
        E* const to = begin + vector * count;
        if (whole(first)) {
            write_vector(to, values);
            return;
        }
#pragma unroll
        for (int j = 0; j < count; ++j)
            if (inside(first + j)) to[j] = values.at[j];
    }

    // Several vectors, `step` apart, as far as there are. Of rows that are whole vectors nothing else is asked for each.
    template <int several>
    __device__ __forceinline__ void read(Packed<Element, count> (&values)[several], int vector, int step, int vectors,
                                         Element outside) const {
        if (whole()) {
#pragma unroll
            for (int k = 0; k < several; ++k)
                if (vector + k * step < vectors)
                    values[k] = Packed<Element, count>::at(begin + (vector + k * step) * count);
        } else {
#pragma unroll
            for (int k = 0; k < several; ++k)
                if (vector + k * step < vectors) values[k] = read(vector + k * step, outside);
        }
    }
    template <int several>
    __device__ __forceinline__ void write(int vector, int step, int vectors, const Elements (&values)[several]) const {
        if (whole()) {
#pragma unroll
            for (int k = 0; k < several; ++k)
                if (vector + k * step < vectors) write_vector(begin + (vector + k * step) * count, values[k]);
        } else {
#pragma unroll
            for (int k = 0; k < several; ++k)
                if (vector + k * step < vectors) write(vector + k * step, values[k]);
        }
    }
};

// Writes neighbours, 16 bytes at a time where they are aligned.
template <class T, int count> __device__ __forceinline__ void write_all(T* to, const T (&values)[count]) {
    constexpr int some = count * static_cast<int>(sizeof(T)) > 16 ? 16 / static_cast<int>(sizeof(T)) : count;
    using Elements = Vector<T, some>;
    if (reinterpret_cast<unsigned long long>(to) % sizeof(Elements) == 0) {
#pragma unroll
        for (int i = 0; i < count; i += some) {
            Elements part;
#pragma unroll
            for (int j = 0; j < some; ++j) part.at[j] = values[i + j];
            write_vector(to + i, part);
        }
    } else {
#pragma unroll
        for (int j = 0; j < count; ++j) to[j] = values[j];
    }
}
