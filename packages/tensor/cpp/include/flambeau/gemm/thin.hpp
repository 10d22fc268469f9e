// Products with few rows, which read B once and are as fast as memory: a Linear layer on one sample, a matrix times a
// vector.
#pragma once

#include <cstdint>

#include "flambeau/gemm/pack.hpp"
#include "flambeau/gemm.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

constexpr ptrdiff_t ThinRows = 4;
constexpr ptrdiff_t ThinChunk = 1 << 16;  // numbers of B from which a task is worth a thread
constexpr ptrdiff_t MostRowTasks = 8;        // that share the rows of B
constexpr ptrdiff_t LongRow = 4096;

// The sum of all lanes, by halves.
template <class T>
FLAMBEAU_INLINE T sum_lanes(Vector<T> x) {
#pragma GCC unroll 4
    for (int half = lanes<T> / 2; half > 0; half /= 2) {
        Mask<T> mask{};
        for (int l = 0; l < lanes<T>; ++l) mask[l] = (l + half) % lanes<T>;
        x += __builtin_shuffle(x, mask);
    }
    return x[0];
}

template <class T>
FLAMBEAU_INLINE T bias_at(const Product<T>& p, ptrdiff_t i, ptrdiff_t j) {
    return p.bias ? p.bias[i * p.bias_row + j * p.bias_column] : T(0);
}

// How many numbers of the rows of a matrix come before the first whole line of the cache, where that is the same for all
// rows: vectors that cross lines come from far memory at little more than half the speed.
template <class T>
FLAMBEAU_INLINE ptrdiff_t numbers_before_line(const T* x, ptrdiff_t row, ptrdiff_t n) {
    if (VectorBytes < 64 || row % lanes<T> != 0 || n < lanes<T>) return 0;
    const ptrdiff_t bytes = static_cast<ptrdiff_t>(-reinterpret_cast<std::uintptr_t>(x) & (VectorBytes - 1));
    return bytes % sizeof(T) == 0 ? bytes / static_cast<ptrdiff_t>(sizeof(T)) : 0;
}

// Columns j to j + Columns of a product whose rows of A and columns of B lie along k in memory.
template <class T, int Rows, int Columns>
void dots(const Product<T>& p, ptrdiff_t j) noexcept {
    constexpr int L = lanes<T>;
    Vector<T> sums[Rows][Columns];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
        for (int c = 0; c < Columns; ++c) sums[i][c] = Vector<T>{};
    const ptrdiff_t a_row = p.a_row, b_column = p.b_column, k = p.k;
    const T* const a = p.a;
    const T* const b = p.b + j * b_column;
    const auto add = [&](ptrdiff_t step, auto read) __attribute__((always_inline)) {
        Vector<T> x[Rows];
#pragma GCC unroll 4
        for (int i = 0; i < Rows; ++i) x[i] = read(a + i * a_row + step);
#pragma GCC unroll 8
        for (int c = 0; c < Columns; ++c) {
            const Vector<T> y = read(b + c * b_column + step);
#pragma GCC unroll 4
            for (int i = 0; i < Rows; ++i) sums[i][c] += x[i] * y;
        }
    };
    ptrdiff_t step = numbers_before_line(b, b_column, k);
    // In the last lanes, so that numbers meet in each lane that would have met without this vector: sum_lanes() gives the
    // same wherever the lanes begin.
    if (const ptrdiff_t first = L - step; step > 0)
        add(-first, [=](const T* from) __attribute__((always_inline)) { return load_upper(from, first); });
    for (; step + L <= k; step += L) add(step, [](const T* from) __attribute__((always_inline)) { return load(from); });
    if (const ptrdiff_t rest = k - step; rest > 0)
        add(step, [=](const T* from) __attribute__((always_inline)) { return load_partial(from, rest); });
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
        for (int c = 0; c < Columns; ++c)
            p.c[i * p.c_row + (j + c) * p.c_column] = sum_lanes<T>(sums[i][c]) + bias_at(p, i, j + c);
}

template <class T, int Rows>
void all_dots(const Product<T>& p) noexcept {
    constexpr int Columns = Rows == 1 ? 8 : 4;
    parallel(p.n, round_up(quotient_up(ThinChunk, p.k), Columns), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        ptrdiff_t j = begin;
        for (; j + Columns <= end; j += Columns) dots<T, Rows, Columns>(p, j);
        for (; j < end; ++j) dots<T, Rows, 1>(p, j);
    });
}

// Adds rows k to k + Steps of B, times their numbers in A, to the whole of C between two columns.
template <class T, int Rows, int Steps>
FLAMBEAU_INLINE void add_rows(const Product<T>& p, ptrdiff_t k, ptrdiff_t begin, ptrdiff_t end) {
    T numbers[Rows][Steps];
    for (int i = 0; i < Rows; ++i)
        for (int s = 0; s < Steps; ++s) numbers[i][s] = p.a[i * p.a_row + (k + s) * p.a_column];
    const T* const b = p.b + k * p.b_row;
    const auto columns = [&](ptrdiff_t j, auto read, auto write) __attribute__((always_inline)) {
        Vector<T> row[Steps];
#pragma GCC unroll 8
        for (int s = 0; s < Steps; ++s) row[s] = read(b + s * p.b_row + j);
#pragma GCC unroll 4
        for (int i = 0; i < Rows; ++i) {
            T* const c = p.c + i * p.c_row + j;
            Vector<T> sum = read(static_cast<const T*>(c));
#pragma GCC unroll 8
            for (int s = 0; s < Steps; ++s) sum += row[s] * numbers[i][s];
            write(c, sum);
        }
    };
    const auto some = [&](ptrdiff_t j, ptrdiff_t count) __attribute__((always_inline)) {
        columns(
            j, [=](const T* from) __attribute__((always_inline)) { return load_partial(from, count); },
            [=](T* to, Vector<T> x) __attribute__((always_inline)) { store_partial(to, x, count); });
    };
    ptrdiff_t j = begin + numbers_before_line(b + begin, p.b_row, end - begin);
    if (j > begin) some(begin, j - begin);
    for (; j + lanes<T> <= end; j += lanes<T>)
        columns(
            j, [](const T* from) __attribute__((always_inline)) { return load(from); },
            [](T* to, Vector<T> x) __attribute__((always_inline)) { store(to, x); });
    if (j < end) some(j, end - j);
}

// C between two columns: the bias, where wanted, and rows of B from `first` to `last`, times their numbers in A.
template <class T, int Rows>
void sum_of_rows(const Product<T>& p, bool bias, ptrdiff_t first, ptrdiff_t last, ptrdiff_t begin, ptrdiff_t end) {
    constexpr int Steps = Rows == 1 ? 8 : 4;
    for (int i = 0; i < Rows; ++i)
        for (ptrdiff_t j = begin; j < end; ++j) p.c[i * p.c_row + j] = bias ? bias_at(p, i, j) : T(0);
    ptrdiff_t k = first;
    for (; k + Steps <= last; k += Steps) add_rows<T, Rows, Steps>(p, k, begin, end);
    for (; k < last; ++k) add_rows<T, Rows, 1>(p, k, begin, end);
}

// A product whose rows of B and C lie along the columns in memory: C is kept in the cache while rows of B are added.
// Tasks take whole rows of B, which memory gives faster than pieces of them, and add to a C of their own, placed in its
// lines as B is. Where rows are very long, they take columns.
template <class T, int Rows>
bool all_rows(const Product<T>& p) noexcept {
    const ptrdiff_t tasks = least(MostRowTasks, quotient_up(p.n * p.k, ThinChunk));
    if (tasks == 1 || p.n > LongRow) {
        parallel(p.n, least(LongRow, round_up(quotient_up(p.n, tasks), 256)), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            sum_of_rows<T, Rows>(p, true, 0, p.k, begin, end);
        });
        return true;
    }
    const ptrdiff_t grain = round_up(quotient_up(p.k, tasks), 8), count = quotient_up(p.k, grain);
    const ptrdiff_t row = round_up(p.n, lanes<T>), before = numbers_before_line(p.b, p.b_row, lanes<T>);
    const Scratch sums((count * Rows * row + lanes<T>) * sizeof(T));
    if (!sums.data) return false;
    T* const sums_n = static_cast<T*>(sums.data) + (lanes<T> - before) % lanes<T>;
    parallel(p.k, grain, [&](ptrdiff_t first, ptrdiff_t last) noexcept {
        Product<T> part = p;
        part.c = sums_n + first / grain * Rows * row;
        part.c_row = row;
        sum_of_rows<T, Rows>(part, first == 0, first, last, 0, p.n);
    });
    for (int i = 0; i < Rows; ++i) {
        T* const to = p.c + i * p.c_row;
        for (ptrdiff_t j = 0; j < p.n; ++j) to[j] = sums_n[i * row + j];
        for (ptrdiff_t task = 1; task < count; ++task) {
            const T* const from = sums_n + (task * Rows + i) * row;
            for (ptrdiff_t j = 0; j < p.n; ++j) to[j] += from[j];
        }
    }
    return true;
}

// Whether it was a thin product, which is then done.
template <class T>
bool thin(const Product<T>& given) noexcept {
    if (given.m > ThinRows) return false;
    Product<T> p = given;
    if (p.b_row == 1) {
        static constexpr void (*all[ThinRows])(const Product<T>&) noexcept = {all_dots<T, 1>, all_dots<T, 2>,
                                                                              all_dots<T, 3>, all_dots<T, 4>};
        if (p.a_column == 1) {
            all[p.m - 1](p);
            return true;
        }
        const Scratch rows(p.m * p.k * sizeof(T));
        T* const a = static_cast<T*>(rows.data);
        if (!a) return false;
        for (ptrdiff_t i = 0; i < p.m; ++i)
            for (ptrdiff_t k = 0; k < p.k; ++k) a[i * p.k + k] = p.a[i * p.a_row + k * p.a_column];
        p.a = a, p.a_row = p.k, p.a_column = 1;
        all[p.m - 1](p);
        return true;
    }
    if (p.b_column == 1 && p.c_column == 1 && p.n >= lanes<T>) {
        static constexpr bool (*all[ThinRows])(const Product<T>&) noexcept = {all_rows<T, 1>, all_rows<T, 2>,
                                                                              all_rows<T, 3>, all_rows<T, 4>};
        return all[p.m - 1](p);
    }
    return false;
}

}  // namespace flambeau::FLAMBEAU_ISA::micro
