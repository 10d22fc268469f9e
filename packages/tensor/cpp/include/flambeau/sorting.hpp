// Order along a dimension.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// An array of shape (outer, n, inner) in C order; lines run along n. Results have k elements along it, n of them when all
// are sorted. Equal elements keep their order, NaN is the greatest.
struct SortLayout {
    const char* in;
    char* values;           // or null
    std::int64_t* indices;  // or null
    std::ptrdiff_t outer, n, inner, k;
    bool descending;
};

// What a line can have: indices are kept in 32 bits beside narrow keys.
constexpr std::ptrdiff_t SortLongest = std::ptrdiff_t(1) << 31;

// n elements one after the other, of which equal ones are neighbours.
struct RunLayout {
    const void* in;
    const std::int64_t* order;  // where each one was, or null for where it is
    void* values;               // the first element of each run
    std::int64_t* inverse;      // for the place where an element was its run, or null
    std::int64_t* counts;       // how many elements each run has, or null
    std::ptrdiff_t n;
};

// Sorted sequences of n elements and, for each, m values to find a place for; one sequence serves all where `step` is 0.
struct SearchLayout {
    const void* sequences;
    const void* values;
    std::int64_t* out;
    std::ptrdiff_t rows, n, m, step;
    bool right;  // behind equal elements
};

struct SortingKernels {
    bool (*sort[StoredTypes])(const SortLayout& layout);  // false when there is no memory
    std::ptrdiff_t (*runs[StoredTypes])(const RunLayout& layout);  // the number of runs
    void (*search[StoredTypes])(const SearchLayout& layout);
};

FLAMBEAU_EXPORT const SortingKernels& sorting_kernels() noexcept;

}  // namespace flambeau
