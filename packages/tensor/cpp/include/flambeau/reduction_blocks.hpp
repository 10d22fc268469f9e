// The operations of the reduction iterator, for one instruction set: how a block becomes states.
#pragma once

#include <cmath>

#include "flambeau/casts.hpp"
#include "flambeau/reduction.hpp"
#include "flambeau/strided.hpp"
#include "flambeau/vector.hpp"

namespace flambeau::FLAMBEAU_ISA {

template <class T>
FLAMBEAU_INLINE T* field(States states, int k) {
    return reinterpret_cast<T*>(states.data + k * states.capacity * 8);
}

// Elements as values -----------------------------------------------------------------------------------------------

// What elements are added up in.
template <class In>
using Wide = std::conditional_t<is_half<In>, float, std::conditional_t<std::is_floating_point_v<In>, In, std::int64_t>>;
// What they are averaged in.
template <class In>
using Real = std::conditional_t<std::is_same_v<In, double>, double, float>;
// What they are compared in.
template <class In>
using Compared = std::conditional_t<is_half<In>, float, std::conditional_t<std::is_same_v<In, bool>, std::uint8_t, In>>;
// What they are compared in together with their places, which have 32 bits at least.
template <class In>
using Ranked = std::conditional_t<
    is_half<In>, float,
    std::conditional_t<sizeof(In) >= 4 && !std::is_same_v<In, std::uint32_t>, In,
                       std::conditional_t<std::is_same_v<In, std::uint32_t>, std::int64_t, std::int32_t>>>;

// Whether an element is not zero.
struct Truth {
    std::uint8_t value;
};

template <class Value, class In>
FLAMBEAU_INLINE Value value_of(In x) {
    if constexpr (!std::is_same_v<Value, Truth>) return converted<Value>(x);
    else if constexpr (is_half<In>) return {to_float(x) != 0};
    else return {x != 0};
}

template <class In, class Value>
void load_values(const char* in, std::ptrdiff_t stride, char* values, std::ptrdiff_t n) {
    Value* __restrict values_n = reinterpret_cast<Value*>(values);
    if (stride == sizeof(In)) {
        const In* in_n = reinterpret_cast<const In*>(in);
        for (std::ptrdiff_t i = 0; i < n; ++i) values_n[i] = value_of<Value>(in_n[i]);
    } else {
        for (std::ptrdiff_t i = 0; i < n; ++i) values_n[i] = value_of<Value>(*reinterpret_cast<const In*>(in + i * stride));
    }
}

// Finished values to the result.
template <class Out, class F>
FLAMBEAU_INLINE void store_values(char* out, std::ptrdiff_t stride, std::ptrdiff_t n, const F& value) {
    if (stride == sizeof(Out)) {
        Out* out_n = reinterpret_cast<Out*>(out);
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = converted<Out>(value(i));
    } else {
        for (std::ptrdiff_t i = 0; i < n; ++i) *reinterpret_cast<Out*>(out + i * stride) = converted<Out>(value(i));
    }
}

// Sums, products, extremes -------------------------------------------------------------------------------------------

template <class T, class Op>
struct Combined {
    using Value = T;
    static constexpr int fields = 1;

    static void rows(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t,
                     States states, std::ptrdiff_t first) {
        T* result = field<T>(states, 0) + first;
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            result[r] = combined_row<Op>(reinterpret_cast<const T*>(values + r * row_stride), n);
    }
    static void columns(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::int64_t, States states) {
        combined_columns<Op>(values, row_stride, rows, field<T>(states, 0), columns);
    }
    static void merge(States states, std::int64_t, States other, std::ptrdiff_t first, std::int64_t,
                      std::ptrdiff_t width) {
        T* a = field<T>(states, 0);
        const T* b = field<T>(other, 0) + first;
        for (std::ptrdiff_t i = 0; i < width; ++i) a[i] = Op::combine(a[i], b[i]);
    }
};

// How many values are true, counted in bytes as far as these go.
struct Counted {
    using Value = Truth;
    static constexpr int fields = 1;

    static void rows(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t,
                     States states, std::ptrdiff_t first) {
        std::int64_t* result = field<std::int64_t>(states, 0) + first;
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            result[r] = count(reinterpret_cast<const std::uint8_t*>(values + r * row_stride), n);
    }
    static void columns(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::int64_t, States states) {
        static_assert(BlockRows < 256);
        std::uint8_t counts[TileWidth];
        for (std::ptrdiff_t i = 0; i < columns; ++i) counts[i] = 0;
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const std::uint8_t* x = reinterpret_cast<const std::uint8_t*>(values + r * row_stride);
            for (std::ptrdiff_t i = 0; i < columns; ++i) counts[i] += x[i] != 0;
        }
        std::int64_t* result = field<std::int64_t>(states, 0);
        for (std::ptrdiff_t i = 0; i < columns; ++i) result[i] = counts[i];
    }
    static void merge(States states, std::int64_t count, States other, std::ptrdiff_t first, std::int64_t other_count,
                      std::ptrdiff_t width) {
        Combined<std::int64_t, Add<std::int64_t>>::merge(states, count, other, first, other_count, width);
    }

private:
    static FLAMBEAU_INLINE std::int64_t count(const std::uint8_t* x, std::ptrdiff_t n) {
        constexpr int lanes = Lanes<std::uint8_t>;
        std::int64_t total = 0;
        std::ptrdiff_t i = 0;
        while (n - i >= lanes) {
            const std::ptrdiff_t end = i + least(n - i, 255 * lanes) / lanes * lanes;
            Vector<std::uint8_t, lanes> counts{};
            for (; i < end; i += lanes)
                counts -= reinterpret_cast<Vector<std::uint8_t, lanes>>(load_vector<std::uint8_t, lanes>(x + i) != 0);
            std::uint8_t each[lanes];
            store_vector<std::uint8_t, lanes>(each, counts);
            std::int32_t sum = 0;
            for (int k = 0; k < lanes; ++k) sum += each[k];
            total += sum;
        }
        for (; i < n; ++i) total += x[i] != 0;
        return total;
    }
};

// Whether any value is true, or every one.
template <class Op, bool settling>
struct Judged : Combined<std::uint8_t, Op> {
    using Value = Truth;
    static bool settled(States states) { return (*field<std::uint8_t>(states, 0) != 0) == settling; }
};
using AnyTrue = Judged<Greater<std::uint8_t>, true>;
using AllTrue = Judged<Less<std::uint8_t>, false>;

// Extremes and their places: the first of equal ones, or the first nan.
template <class T, class Op>
struct Placed {
    using Value = T;
    using Place = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;  // within a block
    static constexpr int fields = 2;

    static void rows(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n,
                     std::int64_t at, States states, std::ptrdiff_t first) {
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const T* x = reinterpret_cast<const T*>(values + r * row_stride);
            const T best = combined_row<Op>(x, n);
            field<T>(states, 0)[first + r] = best;
            field<std::int64_t>(states, 1)[first + r] = at + (best != best ? find(x, n, [](T a) { return a != a; })
                                                                           : find(x, n, [=](T a) { return a == best; }));
        }
    }
    static void columns(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::int64_t at, States states) {
        T* __restrict best = field<T>(states, 0);
        Place place[TileWidth];
        const T* x = reinterpret_cast<const T*>(values);
        for (std::ptrdiff_t i = 0; i < columns; ++i) best[i] = x[i], place[i] = 0;
        for (std::ptrdiff_t r = 1; r < rows; ++r) {
            const T* row = reinterpret_cast<const T*>(values + r * row_stride);
            for (std::ptrdiff_t i = 0; i < columns; ++i) {
                const bool replace = comes_before(row[i], best[i]);
                best[i] = replace ? row[i] : best[i];
                place[i] = replace ? Place(r) : place[i];
            }
        }
        std::int64_t* places = field<std::int64_t>(states, 1);
        for (std::ptrdiff_t i = 0; i < columns; ++i) places[i] = at + place[i];
    }
    static void merge(States states, std::int64_t, States other, std::ptrdiff_t first, std::int64_t,
                      std::ptrdiff_t width) {
        T* best = field<T>(states, 0);
        std::int64_t* places = field<std::int64_t>(states, 1);
        const T* others = field<T>(other, 0) + first;
        const std::int64_t* other_places = field<std::int64_t>(other, 1) + first;
        for (std::ptrdiff_t i = 0; i < width; ++i) {
            if (!comes_before(others[i], best[i])) continue;
            best[i] = others[i];
            places[i] = other_places[i];
        }
    }

private:
    // Whether b is better than a, which is earlier.
    static FLAMBEAU_INLINE bool comes_before(T b, T a) {
        if constexpr (std::is_floating_point_v<T>) return (Op::better(b, a) | (b != b)) & (a == a);
        else return Op::better(b, a);
    }
    template <class F>
    static FLAMBEAU_INLINE std::int64_t find(const T* x, std::ptrdiff_t n, const F& wanted) {
        constexpr std::ptrdiff_t step = 64;
        std::ptrdiff_t i = 0;
        for (; i + step <= n; i += step) {
            int found = 0;
            for (int k = 0; k < step; ++k) found |= wanted(x[i + k]);
            if (found) break;
        }
        while (i < n - 1 && !wanted(x[i])) ++i;
        return i;
    }
};

// Mean and sum of squared deviations: of a block in two passes while it is in the cache, merged in double.
template <class T>
struct Moments {
    using Value = T;
    static constexpr int fields = 2;

    static void rows(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t,
                     States states, std::ptrdiff_t first) {
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const T* x = reinterpret_cast<const T*>(values + r * row_stride);
            const T mean = combined_row<Add<T>>(x, n) / static_cast<T>(n);
            T deviation, squares;
            deviations(x, n, mean, deviation, squares);
            put(states, first + r, mean, deviation, squares, n);
        }
    }
    static void columns(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::int64_t, States states) {
        T mean[TileWidth], deviation[TileWidth], squares[TileWidth];
        combined_columns<Add<T>>(values, row_stride, rows, mean, columns);
        for (std::ptrdiff_t i = 0; i < columns; ++i) mean[i] /= static_cast<T>(rows), deviation[i] = squares[i] = 0;
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const T* x = reinterpret_cast<const T*>(values + r * row_stride);
            for (std::ptrdiff_t i = 0; i < columns; ++i) {
                const T d = x[i] - mean[i];
                deviation[i] += d;
                squares[i] += d * d;
            }
        }
        for (std::ptrdiff_t i = 0; i < columns; ++i) put(states, i, mean[i], deviation[i], squares[i], rows);
    }
    static void merge(States states, std::int64_t count, States other, std::ptrdiff_t first, std::int64_t other_count,
                      std::ptrdiff_t width) {
        double* mean = field<double>(states, 0);
        double* squares = field<double>(states, 1);
        const double* other_mean = field<double>(other, 0) + first;
        const double* other_squares = field<double>(other, 1) + first;
        const double share = double(other_count) / double(count + other_count), weight = share * double(count);
        for (std::ptrdiff_t i = 0; i < width; ++i) {
            const double apart = other_mean[i] - mean[i];
            mean[i] += apart * share;
            squares[i] += other_squares[i] + apart * apart * weight;
        }
    }

private:
    // The rounding of the mean is what the deviations from it add up to: taken out of both.
    static FLAMBEAU_INLINE void put(States states, std::ptrdiff_t i, T mean, T deviation, T squares, std::ptrdiff_t n) {
        const double off = double(deviation) / double(n);
        field<double>(states, 0)[i] = double(mean) + off;
        field<double>(states, 1)[i] = double(squares) - off * double(deviation);
    }
    static FLAMBEAU_INLINE void deviations(const T* x, std::ptrdiff_t n, T mean, T& deviation, T& squares) {
        constexpr int lanes = Lanes<T>, several = 4;
        using V = Vector<T, lanes>;
        V sums[several] = {}, products[several] = {};
        const V middle = splat<T, lanes>(mean);
        std::ptrdiff_t i = 0;
        for (; i + several * lanes <= n; i += several * lanes)
            for (int k = 0; k < several; ++k) {
                const V d = load_vector<T, lanes>(x + i + k * lanes) - middle;
                sums[k] += d;
                products[k] += d * d;
            }
        T rest = 0, rest_squares = 0;
        for (; i < n; ++i) {
            const T d = x[i] - mean;
            rest += d;
            rest_squares += d * d;
        }
        using Op = Add<T>;
        deviation = rest + fold<Op, T, lanes>((sums[0] + sums[1]) + (sums[2] + sums[3]), x, 0);
        squares = rest_squares + fold<Op, T, lanes>((products[0] + products[1]) + (products[2] + products[3]), x, 0);
    }
};

// What becomes of states -------------------------------------------------------------------------------------------

template <class T, class Out>
struct AsIs {
    static constexpr int sizes[2] = {sizeof(Out), 0};
    static void finish(States states, std::ptrdiff_t width, std::int64_t, double, Outputs out) {
        const T* x = field<T>(states, 0);
        store_values<Out>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) { return x[i]; });
    }
};

template <class T, class Out>
struct Averaged {
    static constexpr int sizes[2] = {sizeof(Out), 0};
    static void finish(States states, std::ptrdiff_t width, std::int64_t count, double, Outputs out) {
        const T* x = field<T>(states, 0);
        const T n = static_cast<T>(count);
        store_values<Out>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) { return x[i] / n; });
    }
};

template <class T, class Out>
struct Rooted {
    static constexpr int sizes[2] = {sizeof(Out), 0};
    static void finish(States states, std::ptrdiff_t width, std::int64_t, double, Outputs out) {
        const T* x = field<T>(states, 0);
        store_values<Out>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) { return std::sqrt(x[i]); });
    }
};

template <class T, class Out>
struct WithPlaces {
    static constexpr int sizes[2] = {sizeof(Out), 8};
    static void finish(States states, std::ptrdiff_t width, std::int64_t, double, Outputs out) {
        const T* x = field<T>(states, 0);
        const std::int64_t* places = field<std::int64_t>(states, 1);
        if (out.data[0] != nullptr)
            store_values<Out>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) { return x[i]; });
        store_values<std::int64_t>(out.data[1], out.stride[1], width, [&](std::ptrdiff_t i) { return places[i]; });
    }
};

template <class T, class Out, bool root>
struct Spread {
    static constexpr int sizes[2] = {sizeof(Out), 0};
    static void finish(States states, std::ptrdiff_t width, std::int64_t count, double correction, Outputs out) {
        const double* squares = field<double>(states, 1);
        const double freedom = double(count) - correction, n = freedom > 0 ? freedom : 0;
        store_values<Out>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) {
            const double variance = squares[i] / n;
            return static_cast<T>(root ? std::sqrt(variance) : variance);
        });
    }
};

template <class T>
struct Standardized {
    static constexpr int sizes[2] = {sizeof(T), sizeof(T)};
    static void finish(States states, std::ptrdiff_t width, std::int64_t count, double eps, Outputs out) {
        const double *mean = field<double>(states, 0), *squares = field<double>(states, 1);
        store_values<T>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) { return static_cast<T>(mean[i]); });
        store_values<T>(out.data[1], out.stride[1], width, [&](std::ptrdiff_t i) {
            return static_cast<T>(1 / std::sqrt(squares[i] / double(count) + eps));
        });
    }
};

}  // namespace flambeau::FLAMBEAU_ISA
