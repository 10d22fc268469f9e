// Elements joined with those where indices say: several may go to one place, in any order.
#include "walk.cuh"

struct Add {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a + b; }
    static __device__ __forceinline__ bool join(bool a, bool b) { return a || b; }
};
struct Multiply {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a * b; }
    static __device__ __forceinline__ bool join(bool a, bool b) { return a && b; }
};
// NaN wins.
struct Greatest {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a > b || a != a ? a : b; }
};
struct Least {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a < b || a != a ? a : b; }
};

template <int bytes> struct WordOf { using Type = unsigned; };
template <> struct WordOf<8> { using Type = unsigned long long; };

template <class To, class From> __device__ __forceinline__ To bits_as(From x) {
    static_assert(sizeof(To) == sizeof(From));
    To result;
    memcpy(&result, &x, sizeof(x));
    return result;
}

// *place = join(*place, value), by compare and swap of the word that the element is in.
template <class Op>
__device__ __forceinline__ void join_at(T* place, T value) {
    using Word = typename WordOf<sizeof(T)>::Type;
    constexpr unsigned long long part = sizeof(Word) - 1;
    const unsigned long long address = reinterpret_cast<unsigned long long>(place);
    Word* const word = reinterpret_cast<Word*>(address & ~part);
    const int shift = static_cast<int>(address & part) * 8;
    constexpr Word mask = sizeof(T) == sizeof(Word) ? ~Word(0) : (Word(1) << (sizeof(T) * 8 % 64)) - 1;
    Word old = *word, seen;
    do {
        seen = old;
        T element;
        const Word own = seen >> shift & mask;
        memcpy(&element, &own, sizeof(T));
        element = store<T>(static_cast<Compute<T>>(Op::join(load(element), load(value))));
        Word joined = 0;
        memcpy(&joined, &element, sizeof(T));
        old = atomicCAS(word, seen, (seen & ~(mask << shift)) | joined << shift);
    } while (old != seen);
}

// What the hardware adds itself.
__device__ __forceinline__ void add_at(float* place, float value) { atomicAdd(place, value); }
__device__ __forceinline__ void add_at(double* place, double value) { atomicAdd(place, value); }
__device__ __forceinline__ void add_at(int* place, int value) { atomicAdd(place, value); }
__device__ __forceinline__ void add_at(unsigned* place, unsigned value) { atomicAdd(place, value); }
__device__ __forceinline__ void add_at(unsigned long long* place, unsigned long long value) { atomicAdd(place, value); }
__device__ __forceinline__ void add_at(long long* place, long long value) {
    atomicAdd(reinterpret_cast<unsigned long long*>(place), static_cast<unsigned long long>(value));
}
template <class R> __device__ __forceinline__ void add_at(R* place, R value) { join_at<Add>(place, value); }

KERNEL(256) add_at_places(T* data, const T* values, const long long* a, const long long* b, const long long* c,
                          const long long* d, Walk walk, long long n) {
    walk_all(walk, {{a, b, c, d}}, n, [=](bool inside, long long at, long long place) {
        if (inside) add_at(data + at, values[place]);
    });
}

template <class Op>
__device__ __forceinline__ void join_at_places(T* data, const T* values, const Indices& indices, const Walk& walk,
                                               long long n) {
    walk_all(walk, indices, n, [=](bool inside, long long at, long long place) {
        if (inside) join_at<Op>(data + at, values[place]);
    });
}

KERNEL(256) multiply_at_places(T* data, const T* values, const long long* a, const long long* b, const long long* c,
                               const long long* d, Walk walk, long long n) {
    join_at_places<Multiply>(data, values, {{a, b, c, d}}, walk, n);
}

KERNEL(256) greatest_at_places(T* data, const T* values, const long long* a, const long long* b, const long long* c,
                               const long long* d, Walk walk, long long n) {
    join_at_places<Greatest>(data, values, {{a, b, c, d}}, walk, n);
}

KERNEL(256) least_at_places(T* data, const T* values, const long long* a, const long long* b, const long long* c,
                            const long long* d, Walk walk, long long n) {
    join_at_places<Least>(data, values, {{a, b, c, d}}, walk, n);
}
