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
    int last;  // where the last whole vector may begin, counted from the row; -1 where memory is not aligned

    __device__ __forceinline__ AlignedRow(E* row, int n, int past)
        : begin(row - past), n(n), past(past), last(sizeof(Elements) <= 16 && past == past_of(row) ? n - count : -1) {}
    static __device__ __forceinline__ int past_of(const Element* row) {
        return static_cast<int>(reinterpret_cast<unsigned long long>(row) / sizeof(Element) % count);
    }
    // For rows that are whole vectors, and begin anywhere, no more vectors than these are provided for.
    static __device__ __forceinline__ int past_for(const Element* row, int n) {
        return n % count ? past_of(row) : 0;
    }
    __device__ __forceinline__ int vectors() const { return (n + past + count - 1) / count; }
    __device__ __forceinline__ bool whole(int first) const { return first >= 0 && first <= last; }
    __device__ __forceinline__ bool inside(int i) const { return i >= 0 && i < n; }

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
