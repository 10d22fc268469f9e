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
    const std::ptrdiff_t width = rows.width, all = rows.n > rows.size ? rows.n : rows.size;
    std::ptrdiff_t grain = width / 8 > 16 ? width / 8 : 16;
    if (grain * all < RowsPart) grain = RowsPart / (all > 0 ? all : 1);
    parallel(width, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        T* const out = static_cast<T*>(rows.out);
        for (std::ptrdiff_t r = 0; r < rows.size; ++r)
            for (std::ptrdiff_t k = begin; k < end; ++k) out[r * width + k] = 0;
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
