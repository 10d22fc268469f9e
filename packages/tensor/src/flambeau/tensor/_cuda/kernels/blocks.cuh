// What the threads of a warp, or of a block, find out together.
#pragma once
#include "types.cuh"

[[maybe_unused]] constexpr int warp_size = 32;
[[maybe_unused]] constexpr unsigned all_lanes = 0xffffffffu;

struct Sum {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a + b; }
};
// NaN wins.
struct Greatest {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a > b || a != a ? a : b; }
};
struct Least {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a < b || a != a ? a : b; }
};

// The same value in every lane: what `Op` makes of the lanes' values.
template <class Op, class A>
__device__ __forceinline__ A over_warp(A value) {
    for (int offset = warp_size / 2; offset > 0; offset /= 2)
        value = Op::join(value, __shfl_xor_sync(all_lanes, value, offset));
    return value;
}

// The same for all threads of a block of whole warps, 1024 at most. `neutral` changes nothing when joined.
template <class Op, class A>
__device__ __forceinline__ A over_block(A value, A neutral) {
    __shared__ A partial[warp_size];
    const int lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
    value = over_warp<Op>(value);
    __syncthreads();  // whoever still reads what an earlier call left there
    if (lane == 0) partial[warp] = value;
    __syncthreads();
    value = lane < static_cast<int>(blockDim.x) / warp_size ? partial[lane] : neutral;
    return over_warp<Op>(value);
}
