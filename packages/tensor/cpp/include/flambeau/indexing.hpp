// Reading and writing at places that indices or masks name, and joining.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/layout.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// `data` has shape (outer, size, row), `rows` (outer, n, row), both in C order; the index names rows of the former, from
// -size to size - 1. Of a row named several times the last one written stays.
struct RowsLayout {
    char* data;
    char* rows;
    const std::int64_t* index;
    std::ptrdiff_t outer, size, n;
    std::ptrdiff_t row;   // in bytes
    std::ptrdiff_t step;  // bytes between rows of `rows`; 0 where they are all the same
};

// `data` has shape (outer, size, inner), `elements` and `index` have (outer, n, inner), all in C order; indices are from 0
// to size - 1.
struct AlongLayout {
    char* data;
    char* elements;
    const std::int64_t* index;
    std::ptrdiff_t outer, size, n, inner;
    std::ptrdiff_t step;  // bytes between elements; 0 where they are all the same
    const std::uint16_t* narrow;  // the index once more, which may be read instead where inner is 1; or null
};

// Arrays of shape (outer, chunk of its own), in C order, side by side.
struct JoinLayout {
    char* out;
    const char* const* in;
    const std::ptrdiff_t* chunk;  // in bytes
    std::ptrdiff_t count, outer;
};

constexpr int ElementSizes = 5;  // 1, 2, 4, 8 and 16 bytes

struct IndexingKernels {
    bool (*inside)(const std::int64_t* index_n, std::ptrdiff_t n, std::int64_t low, std::int64_t high);
    // Whether all are in [0, size), which is 65536 at most; and they themselves in fewer bytes.
    bool (*narrow)(const std::int64_t* index_n, std::ptrdiff_t n, std::int64_t size, std::uint16_t* out);
    // place = place * size + index, negative ones counted from the end.
    void (*combine)(std::int64_t* place_n, const std::int64_t* index_n, std::ptrdiff_t n, std::ptrdiff_t size);
    void (*take)(const RowsLayout& layout);
    void (*put)(const RowsLayout& layout);
    void (*add[StoredTypes])(const RowsLayout& layout);  // null for types without kernels
    bool (*gather[ElementSizes])(const AlongLayout& layout);  // false where an index is outside: nothing is promised then
    void (*scatter[ElementSizes])(const AlongLayout& layout);
    void (*scatter_add[StoredTypes])(const AlongLayout& layout);
    std::ptrdiff_t (*count)(const std::uint8_t* mask_n, std::ptrdiff_t n);
    // The rows where the mask is true. False when there is no memory.
    bool (*select)(const std::uint8_t* mask_n, std::ptrdiff_t n, const char* in, std::ptrdiff_t row, char* out);
    void (*fill[ElementSizes])(const std::uint8_t* mask_n, std::ptrdiff_t n, char* data, const void* value);
    // The places where the mask, of that shape, is true: ndim numbers each. False when there is no memory.
    bool (*places)(const std::uint8_t* mask_n, int ndim, const std::ptrdiff_t* shape, std::int64_t* out);
    void (*join)(const JoinLayout& layout);
};

FLAMBEAU_EXPORT const IndexingKernels& indexing_kernels() noexcept;

}  // namespace flambeau
