// What every kernel begins with: the types of elements and how they are computed with. Without NVIDIA's headers, so that
// nothing but the compiler is needed, and the same file compiles as C++ for a CPU (tests run kernels there).
#pragma once

#ifndef KERNEL
// A kernel as Python launches it: KERNEL(threads of a block at most) name(parameters) { ... }. KERNEL(threads, blocks)
// says how many blocks a multiprocessor has to hold, and that registers may be spent up to that.
#define KERNEL(...) extern "C" __global__ void __launch_bounds__(__VA_ARGS__)
#endif

struct half {
    unsigned short bits;
};
struct bfloat16 {
    unsigned short bits;
};

#ifdef __CUDA_ARCH__
__device__ __forceinline__ float to_float(half x) {
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(x.bits));
    return result;
}

__device__ __forceinline__ half to_half(float x) {
    half result;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result.bits) : "f"(x));
    return result;
}

__device__ __forceinline__ half to_half(double x) {
    half result;
    asm("cvt.rn.f16.f64 %0, %1;" : "=h"(result.bits) : "d"(x));
    return result;
}
#else
__device__ inline float to_float(half x) { return static_cast<float>(__builtin_bit_cast(_Float16, x.bits)); }
__device__ inline half to_half(float x) { return {__builtin_bit_cast(unsigned short, static_cast<_Float16>(x))}; }
__device__ inline half to_half(double x) { return {__builtin_bit_cast(unsigned short, static_cast<_Float16>(x))}; }
#endif

__device__ __forceinline__ float to_float(bfloat16 x) {
    return __int_as_float(static_cast<int>(static_cast<unsigned>(x.bits) << 16));
}

// To the nearest, ties to even; NaN stays one.
__device__ __forceinline__ bfloat16 to_bfloat16(float x) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    bfloat16 result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result.bits) : "f"(x));
    return result;
#else
    const unsigned bits = static_cast<unsigned>(__float_as_int(x));
    if ((bits & 0x7fffffffu) > 0x7f800000u) return {static_cast<unsigned short>(bits >> 16 | 0x40u)};
    return {static_cast<unsigned short>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16)};
#endif
}

// In what numbers of a type are computed, and added up: load() brings an element there, store<T>() back.
template <class T> struct ComputeType { using Type = T; };
template <> struct ComputeType<half> { using Type = float; };
template <> struct ComputeType<bfloat16> { using Type = float; };
template <class T> using Compute = typename ComputeType<T>::Type;

template <class T> __device__ __forceinline__ Compute<T> load(T x) { return x; }
template <> __device__ __forceinline__ float load<half>(half x) { return to_float(x); }
template <> __device__ __forceinline__ float load<bfloat16>(bfloat16 x) { return to_float(x); }

template <class T> __device__ __forceinline__ T store(Compute<T> x) { return x; }
template <> __device__ __forceinline__ half store<half>(float x) { return to_half(x); }
template <> __device__ __forceinline__ bfloat16 store<bfloat16>(float x) { return to_bfloat16(x); }

// `count` elements, read by one instruction where they are aligned and of 16 bytes, or a smaller power of two.
template <class T, int count> struct alignas(sizeof(T) * count) Vector {
    T at[count];
};
template <class T> constexpr int vector_length = 16 / sizeof(T);

// Two neighbouring elements of 16 bits, as numbers.
template <class T> __device__ __forceinline__ Vector<Compute<T>, 2> load_two(unsigned word) {
    const auto two = __builtin_bit_cast(Vector<T, 2>, word);
    return {load(two.at[0]), load(two.at[1])};
}
template <> __device__ __forceinline__ Vector<float, 2> load_two<bfloat16>(unsigned word) {
    return {__int_as_float(static_cast<int>(word << 16)), __int_as_float(static_cast<int>(word & 0xffff0000u))};
}

// What a vector of so many bytes is made of.
template <int bytes> struct PackedWord { using Type = unsigned; };
template <> struct PackedWord<2> { using Type = unsigned short; };
template <> struct PackedWord<1> { using Type = unsigned char; };

// A vector as memory gives it. Where a Vector of 16-bit elements is read in a branch, or in one of two ways, the compiler
// takes it apart right behind the load, and waits for it before it issues the next load; words it leaves alone. So what
// is read ahead is kept like this until it is used.
template <class T, int count> struct alignas(sizeof(T) * count) Packed {
    using Word = typename PackedWord<sizeof(T) * count>::Type;
    Word words[sizeof(T) * count / sizeof(Word)];

    static __device__ __forceinline__ Packed at(const T* from) { return *reinterpret_cast<const Packed*>(from); }
    static __device__ __forceinline__ Packed of(const Vector<T, count>& x) { return __builtin_bit_cast(Packed, x); }
    __device__ __forceinline__ Vector<T, count> elements() const {
        return __builtin_bit_cast(Vector<T, count>, *this);
    }
    __device__ __forceinline__ Vector<Compute<T>, count> numbers() const {
        Vector<Compute<T>, count> result;
        if constexpr (sizeof(T) == 2 && count % 2 == 0) {
#pragma unroll
            for (int j = 0; j < count; j += 2) {
                const auto two = load_two<T>(words[j / 2]);
                result.at[j] = two.at[0];
                result.at[j + 1] = two.at[1];
            }
        } else {
            const auto plain = elements();
#pragma unroll
            for (int j = 0; j < count; ++j) result.at[j] = load(plain.at[j]);
        }
        return result;
    }
};

// The same back: by one instruction.
template <class T> __device__ __forceinline__ Vector<T, 2> store_two(Compute<T> a, Compute<T> b) {
    return {store<T>(a), store<T>(b)};
}
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
template <> __device__ __forceinline__ Vector<half, 2> store_two<half>(float a, float b) {
    unsigned result;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(b), "f"(a));
    return __builtin_bit_cast(Vector<half, 2>, result);
}
template <> __device__ __forceinline__ Vector<bfloat16, 2> store_two<bfloat16>(float a, float b) {
    unsigned result;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(b), "f"(a));
    return __builtin_bit_cast(Vector<bfloat16, 2>, result);
}
#endif

// Numbers as elements of type T.
template <class T, int count>
__device__ __forceinline__ Vector<T, count> store_all(const Vector<Compute<T>, count>& x) {
    Vector<T, count> result;
#pragma unroll
    for (int j = 0; j + 1 < count; j += 2) {
        const Vector<T, 2> two = store_two<T>(x.at[j], x.at[j + 1]);
        result.at[j] = two.at[0];
        result.at[j + 1] = two.at[1];
    }
    if constexpr (count % 2) result.at[count - 1] = store<T>(x.at[count - 1]);
    return result;
}

// Writes a vector by one instruction: left alone, the compiler often writes its elements one by one, and the caches have
// several times as much to do.
template <class T, int count>
__device__ __forceinline__ void write_vector(T* to, const Vector<T, count>& values) {
#ifdef __CUDA_ARCH__
    if constexpr (count > 1 && sizeof(values) == 16) {
        const auto words = __builtin_bit_cast(Vector<unsigned, 4>, values);
        asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(to)), "r"(words.at[0]),
                     "r"(words.at[1]), "r"(words.at[2]), "r"(words.at[3])
                     : "memory");
    } else if constexpr (count > 1 && sizeof(values) == 8) {
        const auto words = __builtin_bit_cast(Vector<unsigned, 2>, values);
        asm volatile("st.global.v2.b32 [%0], {%1, %2};" ::"l"(__cvta_generic_to_global(to)), "r"(words.at[0]),
                     "r"(words.at[1])
                     : "memory");
    } else if constexpr (count > 1 && sizeof(values) == 4) {
        asm volatile("st.global.b32 [%0], %1;" ::"l"(__cvta_generic_to_global(to)),
                     "r"(__builtin_bit_cast(unsigned, values))
                     : "memory");
    } else
#endif
    {
        *reinterpret_cast<Vector<T, count>*>(to) = values;
    }
}

// The number of this thread among all, and how many there are: for loops over any number of elements.
__device__ __forceinline__ long long global_thread() {
    return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ __forceinline__ long long global_threads() { return static_cast<long long>(gridDim.x) * blockDim.x; }
