// Reductions: one iterator for every operation, dtype, layout and set of dimensions.
//
// An operation is a Reduction: functions that reduce one block (a few rows, or a few columns) to states, merge states and
// finish them. The iterator (src/reduction.cpp) cuts the work into blocks and merges their states pairwise, in an order
// that depends on the shape alone: results are equal bit for bit for any number of threads. No long row of sums is kept
// in one accumulator, so a sum of n elements is off by at most
//
//     (RunLength + BlockLength / (RunLength * lanes) + log2(lanes) + log2(n / BlockLength) + 1) * epsilon * sum |x|
//
// where `lanes` are the vector accumulators of a row (32 for float on x86-64-v2, 128 on v4) and RunLength is 16; over
// columns the first three terms are BlockRows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/layout.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

enum ReductionName : std::uint8_t {
    ReduceSum, ReduceProd, ReduceMean, ReduceMax, ReduceMin, ReduceArgMax, ReduceArgMin,
    ReduceAny, ReduceAll, ReduceCount, ReduceVar, ReduceStd,
    ReduceNorm0, ReduceNorm1, ReduceNorm2, ReduceNormMax, ReduceNormMin, ReduceLogSumExp, ReduceMoments,
    ReductionNames
};

constexpr std::ptrdiff_t BlockLength = 16384;  // elements of a row that are reduced at once
constexpr std::ptrdiff_t BlockRows = 64;      // rows that are reduced at once, over columns
constexpr std::ptrdiff_t TileWidth = 1024;    // outputs that are reduced together

// What a number of outputs have become so far: arrays of `capacity` elements, eight bytes reserved for each.
struct States {
    char* data;
    std::ptrdiff_t capacity;
};

// Where finished outputs go; strides are in bytes. The second is for the places of extremes (the values may be null then), or for
// 1 / sqrt(variance + parameter) beside the mean.
struct Outputs {
    char* data[2];
    std::ptrdiff_t stride[2];
};

struct Reduction {
    int fields;        // arrays in a state
    int input_size;    // bytes of an element in memory
    int value_size;    // bytes of an element in a block
    bool direct;       // elements are values already: contiguous ones need no loading
    bool ordered;      // the order of elements matters
    bool empty;        // takes no elements at all too
    int output_size[2];
    // Elements at a distance of `stride` bytes as contiguous values.
    void (*load)(const char* in, std::ptrdiff_t stride, char* values_n, std::ptrdiff_t n);
    // Rows of n contiguous values to the states `first`, `first + 1`... `at` is the place of the first value in its row.
    void (*rows)(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t at,
                 States states, std::ptrdiff_t first);
    // Columns of `rows` values to the first states. Row number `at` is the first.
    void (*columns)(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                    std::int64_t at, States states);
    // What the first states became of `count` elements, with what those of `other` from `first` on became of the next.
    void (*merge)(States states, std::int64_t count, States other, std::ptrdiff_t first, std::int64_t other_count,
                  std::ptrdiff_t width);
    // Whether the first state will stay what it is, whatever follows; null where nothing can tell.
    bool (*settled)(States states);
    void (*finish)(States states, std::ptrdiff_t width, std::int64_t count, double parameter, Outputs out);
};

struct ReductionKernels {
    const Reduction* reductions;  // StoredTypes for each name
};

FLAMBEAU_EXPORT const ReductionKernels& reduction_kernels() noexcept;

// The dimensions of an input. Strides of the input are in bytes, those of the outputs in elements, 0 where reduced.
struct ReductionLayout {
    const char* in;
    char* out[2];
    double parameter;  // the correction of a variance, or what is added to it
    int ndim;
    std::ptrdiff_t shape[MaxDims], stride[MaxDims], out_stride[MaxDims];
    bool reduced[MaxDims];
};

// False when there is no memory for scratch. An ordered reduction runs over one dimension, or over several that lie
// in memory like one.
FLAMBEAU_EXPORT bool reduce(const Reduction& reduction, const ReductionLayout& layout) noexcept;

}  // namespace flambeau
