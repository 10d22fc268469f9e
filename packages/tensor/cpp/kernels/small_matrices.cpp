// Small matrices, by the textbook algorithms: rows are padded to whole vectors, so that a row less a multiple of another
// one is a few vector operations without a remainder. What lies left of the step's column in such a row is not used any
// more and may become anything.
#include "flambeau/memory.hpp"
#include "flambeau/small_matrices.hpp"
#include "flambeau/threads.hpp"
#include "flambeau/vector.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t PartWork = 1 << 18;  // multiplications that one thread takes at a time

template <class T>
struct Small {
    static constexpr std::ptrdiff_t lanes = Lanes<T>;
    using V = Vector<T, lanes>;

    static constexpr std::ptrdiff_t padded(std::ptrdiff_t n) { return (n + lanes - 1) / lanes * lanes; }
    static FLAMBEAU_INLINE T size_of(T x) { return x < 0 ? -x : x; }

    // to -= factor * from, for columns from `first` on (and some before it).
    static FLAMBEAU_INLINE void subtract(T* __restrict to, const T* __restrict from, T factor, std::ptrdiff_t first,
                                         std::ptrdiff_t width) {
        const V times = splat<T, lanes>(factor);
        for (std::ptrdiff_t j = first / lanes * lanes; j < width; j += lanes)
            store_vector<T, lanes>(to + j, load_vector<T, lanes>(to + j) - times * load_vector<T, lanes>(from + j));
    }
    static FLAMBEAU_INLINE void scale(T* row, T factor, std::ptrdiff_t first, std::ptrdiff_t width) {
        const V times = splat<T, lanes>(factor);
        for (std::ptrdiff_t j = first / lanes * lanes; j < width; j += lanes)
            store_vector<T, lanes>(row + j, load_vector<T, lanes>(row + j) * times);
    }

    // Elimination with partial pivoting of n columns. Rows change places by their pointers. With `pivots` the factors of
    // rows are kept, behind the rows' own elements.
    static FLAMBEAU_INLINE std::int32_t eliminate(T** rows, std::ptrdiff_t n, std::ptrdiff_t width, bool& odd,
                                                  std::int32_t* pivots = nullptr) {
        std::int32_t failed = 0;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            std::ptrdiff_t best = k;
            T greatest = size_of(rows[k][k]);
            for (std::ptrdiff_t i = k + 1; i < n; ++i) {
                const T size = size_of(rows[i][k]);
                if (size > greatest) {
                    greatest = size;
                    best = i;
                }
            }
            if (best != k) {
                T* const row = rows[k];
                rows[k] = rows[best];
                rows[best] = row;
                odd = !odd;
            }
            const T* const top = rows[k];
            const T pivot = top[k];
            if (pivots != nullptr) pivots[k] = static_cast<std::int32_t>(best + 1);
            if (pivot == 0 && failed == 0) failed = static_cast<std::int32_t>(k + 1);
            for (std::ptrdiff_t i = k + 1; i < n; ++i) {
                const T factor = pivot == 0 ? T(0) : rows[i][k] / pivot;  // of a column of zeros
                if (pivots != nullptr) rows[i][width + k] = factor;
                subtract(rows[i], top, factor, k + 1, width);
            }
        }
        return failed;
    }

    // f(begin, end, scratch) for parts of the batch, each with scratch of its own.
    template <class F>
    static FLAMBEAU_INLINE bool over_batch(std::ptrdiff_t count, std::ptrdiff_t work, std::ptrdiff_t elements,
                                           const F& f) {
        const std::ptrdiff_t part = PartWork / (work + 1) + 1;
        bool done = true;
        parallel(count, part, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            const Scratch scratch(static_cast<std::size_t>(padded(elements)) * sizeof(T));
            if (scratch.data == nullptr) __atomic_store_n(&done, false, __ATOMIC_RELAXED);
            else f(begin, end, static_cast<T*>(scratch.data));
        });
        return done;
    }

    static FLAMBEAU_INLINE void load(T* to, const T* from, std::ptrdiff_t n) {
        for (std::ptrdiff_t j = 0; j < n; ++j) to[j] = from[j];
    }
    static FLAMBEAU_INLINE void clear(T* to, std::ptrdiff_t first, std::ptrdiff_t last) {
        for (std::ptrdiff_t j = first; j < last; ++j) to[j] = 0;
    }

    // The right side begins at a whole vector, so that solving backwards touches nothing else.
    static bool solve(std::ptrdiff_t count, std::ptrdiff_t n, std::ptrdiff_t k, const T* a, const T* b, T* x,
                      std::int32_t* info) {
        const std::ptrdiff_t right = padded(n), width = right + padded(k);
        return over_batch(count, n * n * (n / 3 + k) + 1, n * width, [=](auto begin, auto end, T* memory) {
            T* rows[LargestSmall];
            for (std::ptrdiff_t m = begin; m < end; ++m) {
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    rows[i] = memory + i * width;
                    load(rows[i], a + (m * n + i) * n, n);
                    clear(rows[i], n, right);
                    if (b != nullptr) {
                        load(rows[i] + right, b + (m * n + i) * k, k);
                    } else {
                        clear(rows[i], right, right + k);
                        rows[i][right + i] = 1;
                    }
                    clear(rows[i], right + k, width);
                }
                bool odd = false;
                info[m] = eliminate(rows, n, width, odd);
                for (std::ptrdiff_t i = n - 1; i >= 0; --i) {
                    T* const row = rows[i];
                    const T pivot = row[i];
                    for (std::ptrdiff_t j = right; j < width; ++j) row[j] /= pivot;
                    for (std::ptrdiff_t l = 0; l < i; ++l) subtract(rows[l], row, rows[l][i], right, width);
                    load(x + (m * n + i) * k, row + right, k);
                }
            }
        });
    }

    static bool determinant(std::ptrdiff_t count, std::ptrdiff_t n, const T* a, T* det) {
        const std::ptrdiff_t width = padded(n);
        return over_batch(count, n * n * n / 3 + 1, n * width, [=](auto begin, auto end, T* memory) {
            T* rows[LargestSmall];
            for (std::ptrdiff_t m = begin; m < end; ++m) {
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    rows[i] = memory + i * width;
                    load(rows[i], a + (m * n + i) * n, n);
                    clear(rows[i], n, width);
                }
                bool odd = false;
                eliminate(rows, n, width, odd);
                T product = odd ? -1 : 1;
                for (std::ptrdiff_t i = 0; i < n; ++i) product *= rows[i][i];
                det[m] = product;
            }
        });
    }

    static bool factors(std::ptrdiff_t count, std::ptrdiff_t n, const T* a, T* lu, std::int32_t* pivots,
                        std::int32_t* info) {
        const std::ptrdiff_t width = padded(n);
        return over_batch(count, n * n * n / 3 + 1, 2 * n * width, [=](auto begin, auto end, T* memory) {
            T* rows[LargestSmall];
            for (std::ptrdiff_t m = begin; m < end; ++m) {
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    rows[i] = memory + i * 2 * width;
                    load(rows[i], a + (m * n + i) * n, n);
                    clear(rows[i], n, width);
                }
                bool odd = false;
                info[m] = eliminate(rows, n, width, odd, pivots + m * n);
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    load(lu + (m * n + i) * n, rows[i] + width, i);
                    load(lu + (m * n + i) * n + i, rows[i] + i, n - i);
                }
            }
        });
    }

    // By rows of the upper triangle, which is the lower one of the symmetric matrix transposed.
    static bool cholesky(std::ptrdiff_t count, std::ptrdiff_t n, const T* a, T* l, std::int32_t* info) {
        const std::ptrdiff_t width = padded(n);
        return over_batch(count, n * n * n / 6 + 1, n * width, [=](auto begin, auto end, T* memory) {
            for (std::ptrdiff_t m = begin; m < end; ++m) {
                const T* const from = a + m * n * n;
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    for (std::ptrdiff_t j = 0; j < i; ++j) memory[i * width + j] = 0;
                    for (std::ptrdiff_t j = i; j < n; ++j) memory[i * width + j] = from[j * n + i];
                    clear(memory + i * width, n, width);
                }
                std::int32_t failed = 0;
                for (std::ptrdiff_t k = 0; k < n; ++k) {
                    T* const row = memory + k * width;
                    const T pivot = row[k];
                    if (!(pivot > 0) && failed == 0) failed = static_cast<std::int32_t>(k + 1);
                    const T root = __builtin_sqrt(pivot);
                    scale(row, 1 / root, k, width);
                    row[k] = root;
                    for (std::ptrdiff_t i = k + 1; i < n; ++i) subtract(memory + i * width, row, row[i], i, width);
                }
                info[m] = failed;
                T* const to = l + m * n * n;
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    for (std::ptrdiff_t j = 0; j <= i; ++j) to[i * n + j] = memory[j * width + i];
                    clear(to + i * n, i + 1, n);
                }
            }
        });
    }

    static bool triangular(std::ptrdiff_t count, std::ptrdiff_t n, std::ptrdiff_t k, bool upper, bool unit, const T* a,
                           const T* b, T* x) {
        const std::ptrdiff_t width = padded(k);
        return over_batch(count, n * n * k / 2 + 1, n * width, [=](auto begin, auto end, T* memory) {
            for (std::ptrdiff_t m = begin; m < end; ++m) {
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    load(memory + i * width, b + (m * n + i) * k, k);
                    clear(memory + i * width, k, width);
                }
                for (std::ptrdiff_t s = 0; s < n; ++s) {
                    const std::ptrdiff_t i = upper ? n - 1 - s : s;
                    T* const row = memory + i * width;
                    if (!unit) {
                        const T pivot = a[(m * n + i) * n + i];
                        for (std::ptrdiff_t j = 0; j < width; ++j) row[j] /= pivot;
                    }
                    const std::ptrdiff_t first = upper ? 0 : i + 1, last = upper ? i : n;
                    for (std::ptrdiff_t r = first; r < last; ++r)
                        subtract(memory + r * width, row, a[(m * n + r) * n + i], 0, width);
                    load(x + (m * n + i) * k, row, k);
                }
            }
        });
    }

    static constexpr SmallMatrixKernels<T> kernels() { return {solve, cholesky, determinant, factors, triangular}; }
};

}  // namespace

extern const SmallMatrices small_matrix;
const SmallMatrices small_matrix = {Small<float>::kernels(), Small<double>::kernels()};

}  // namespace flambeau::FLAMBEAU_ISA
