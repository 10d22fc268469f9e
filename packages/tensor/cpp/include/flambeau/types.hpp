// Element types, in NumPy's order as far as it goes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace flambeau {

// bool to float64 are NumPy's type numbers; long long has no kernels (long is int64 on every supported platform).
// Kernels compute in the types up to Float64; the others are only stored, and computed in float32.
enum Type : std::uint8_t {
    Bool, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, LongLong, ULongLong, Float32, Float64,
    ComputeTypes,
    Float16 = ComputeTypes, BFloat16,
    StoredTypes
};

constexpr int type_sizes[StoredTypes] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 4, 8, 2, 2};

}  // namespace flambeau
