// Rows added up. Threads take columns, so that every sum is added up in the same order.
#include "flambeau/embedding.hpp"

#include "flambeau/strided.hpp"
#include "flambeau/threads.hpp"
#include "flambeau/vector.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t RowsPart = 16 << 10;  // elements that one thread takes at a time

template <class T>
void add_rows(const AddRows& rows) {
    const std::ptrdiff_t width = rows.width;
    if (width == 0) return;
    parallel(rows.size, RowsPart / width + 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        T* const out = static_cast<T*>(rows.out);
        for (std::ptrdiff_t i = begin * width; i < end * width; ++i) out[i] = 0;
    });
    if (rows.n == 0) return;
    const std::ptrdiff_t quarter = (width / 4 + 15) / 16 * 16, least = RowsPart / rows.n;
    const std::ptrdiff_t narrow = quarter > 64 ? quarter : 64, grain = narrow > least ? narrow : least;
    parallel(width, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        T* const out = static_cast<T*>(rows.out);
        for (std::ptrdiff_t i = 0; i < rows.n; ++i) {
            const T* from = static_cast<const T*>(rows.input) + (rows.source == nullptr ? i : rows.source[i]) * width;
            T* __restrict to = out + (rows.target == nullptr ? i : rows.target[i]) * width;
            if (rows.scale == nullptr) {
                for (std::ptrdiff_t k = begin; k < end; ++k) to[k] += from[k];
            } else {
                const T by = static_cast<const T*>(rows.scale)[i];
                for (std::ptrdiff_t k = begin; k < end; ++k) to[k] += from[k] * by;
            }
        }
    });
}

constexpr EmbeddingKernels all_embeddings() {
    EmbeddingKernels kernels = {};
    kernels.add_rows[Float32] = &add_rows<float>;
    kernels.add_rows[Float64] = &add_rows<double>;
    return kernels;
}

}  // namespace

extern const EmbeddingKernels embedding;
const EmbeddingKernels embedding = all_embeddings();

}  // namespace flambeau::FLAMBEAU_ISA
