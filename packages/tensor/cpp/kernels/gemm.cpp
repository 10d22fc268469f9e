// Matrix products: which way each shape goes.
#include "flambeau/gemm.hpp"

#include "flambeau/gemm/blocked.hpp"
#include "flambeau/gemm/thin.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using namespace micro;

constexpr ptrdiff_t Tiny = 512;  // products up to which preparing anything costs more than computing

template <class T>
void tiny(const Product<T>& p) noexcept {
    if (p.b_column == 1 && p.c_column == 1 && p.n <= lanes<T>) {
        for (ptrdiff_t i = 0; i < p.m; ++i) {
            Vector<T> sum{};
            for (ptrdiff_t k = 0; k < p.k; ++k)
                sum += load_partial(p.b + k * p.b_row, p.n) * p.a[i * p.a_row + k * p.a_column];
            if (p.bias)
                for (ptrdiff_t j = 0; j < p.n; ++j) sum[j] += bias_at(p, i, j);
            store_partial(p.c + i * p.c_row, sum, p.n);
        }
        return;
    }
    for (ptrdiff_t i = 0; i < p.m; ++i)
        for (ptrdiff_t j = 0; j < p.n; ++j) {
            T sum = 0;
            for (ptrdiff_t k = 0; k < p.k; ++k)
                sum += p.a[i * p.a_row + k * p.a_column] * p.b[k * p.b_row + j * p.b_column];
            p.c[i * p.c_row + j * p.c_column] = sum + bias_at(p, i, j);
        }
}

// The transpose of the product: B' A' = C'.
template <class T>
Product<T> transposed(const Product<T>& p) noexcept {
    Product<T> t = p;
    t.m = p.n, t.n = p.m;
    t.a = p.b, t.a_row = p.b_column, t.a_column = p.b_row;
    t.b = p.a, t.b_row = p.a_column, t.b_column = p.a_row;
    t.c_row = p.c_column, t.c_column = p.c_row;
    t.bias_row = p.bias_column, t.bias_column = p.bias_row;
    return t;
}

// Whether the transposed product is the better one: vectors must run along a matrix that has them in memory, or that
// is the smaller one to rearrange.
template <class T>
bool better_transposed(const Product<T>& p) noexcept {
    if (p.n <= ThinRows && p.n < p.m) return true;
    if (p.m <= ThinRows) return false;
    if (p.c_column != 1 && p.c_row == 1) return true;
    return p.b_column != 1 && p.b_row == 1 && 2 * p.m <= p.n;
}

template <class T>
bool multiply(const Product<T>& given) noexcept {
    if (given.m == 0 || given.n == 0) return true;
    if (given.m * given.n <= Tiny && given.m * given.n * given.k <= Tiny) {
        tiny(given);
        return true;
    }
    const Product<T> p = better_transposed(given) ? transposed(given) : given;
    if (p.k == 0) {
        for (ptrdiff_t i = 0; i < p.m; ++i)
            for (ptrdiff_t j = 0; j < p.n; ++j) p.c[i * p.c_row + j * p.c_column] = bias_at(p, i, j);
        return true;
    }
    if (thin(p)) return true;
    return Blocked<T>(p).run(MatrixOutput<T>(p));
}

template <class T>
bool multiply_batch(const Product<T>& p, const Batch& batch) noexcept {
    ptrdiff_t count = 1;
    for (int d = 0; d < batch.ndim; ++d) count *= batch.sizes[d];
    const auto item = [&](ptrdiff_t index) noexcept {
        Product<T> one = p;
        for (int d = batch.ndim - 1; d >= 0; --d) {
            const ptrdiff_t i = index % batch.sizes[d];
            index /= batch.sizes[d];
            one.a += i * batch.a[d];
            one.b += i * batch.b[d];
            one.c += i * batch.c[d];
        }
        return multiply(one);
    };
    // Large matrices are shared out themselves; of small ones, a thread takes several.
    const double work = double(p.m) * double(p.n) * double(p.k);
    if (work >= 4.0 * Worthwhile || count < 2) {
        for (ptrdiff_t i = 0; i < count; ++i)
            if (!item(i)) return false;
        return true;
    }
    bool done = true;
    const ptrdiff_t grain = static_cast<ptrdiff_t>(2 * Worthwhile / (work + 256)) + 1;
    parallel(count, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        for (ptrdiff_t i = begin; i < end; ++i)
            if (!item(i)) __atomic_store_n(&done, false, __ATOMIC_RELAXED);
    });
    return done;
}

}  // namespace

extern const GemmKernels gemm;
const GemmKernels gemm = {multiply<float>, multiply<double>, multiply_batch<float>, multiply_batch<double>};

}  // namespace flambeau::FLAMBEAU_ISA
