// Running sums, products and extremes.
//
// Of sums a row is cut into blocks: within one, vectors are summed in registers; from block to block the sum is carried in
// double (for floats), so that its error does not grow with the row. The sum of a block does not depend on what was before
// it, so that blocks can be summed on several threads first, and results are equal for any number. Products are made one
// after the other, in double for floats: those of a block alone may overflow where the running ones do not.
#include "flambeau/math/exponential.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/reduction_blocks.hpp"
#include "flambeau/scan.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t ScanBlock = 1024;          // elements of a row that are summed at once
constexpr std::ptrdiff_t ScanPart = 32 << 10;       // what one thread takes at a time
constexpr std::ptrdiff_t NarrowColumns = 16;        // fewer columns than these are summed one by one
constexpr std::ptrdiff_t WidestColumns = 512;

// Lane k becomes the sum of the lanes up to k.
template <class T, int lanes, int step, std::size_t... k>
FLAMBEAU_INLINE Vector<T, lanes> running(Vector<T, lanes> v, std::index_sequence<k...> all) {
    if constexpr (step < lanes) {
        v += __builtin_shufflevector(Vector<T, lanes>{}, v, (lanes - step + k)...);
        return running<T, lanes, 2 * step>(v, all);
    } else {
        return v;
    }
}

template <class T, int lanes, std::size_t... k>
FLAMBEAU_INLINE Vector<T, lanes> last_lane(Vector<T, lanes> v, std::index_sequence<k...>) {
    return __builtin_shufflevector(v, v, (k * 0 + lanes - 1)...);
}

template <class T>
FLAMBEAU_INLINE void scan_block(const T* x, T* out_n, std::ptrdiff_t n, T before) {
    constexpr int lanes = Lanes<T>;
    constexpr auto all = std::make_index_sequence<lanes>();
    // What was before comes last: it may be large, and each rounding then as large.
    const Vector<T, lanes> all_before = splat<T, lanes>(before);
    Vector<T, lanes> carry{};
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        const Vector<T, lanes> v = running<T, lanes, 1>(load_vector<T, lanes>(x + i), all);
        store_vector<T, lanes>(out_n + i, (v + carry) + all_before);
        carry += last_lane<T, lanes>(v, all);
    }
    T sum = carry[0];
    for (; i < n; ++i) {
        sum += x[i];
        out_n[i] = sum + before;
    }
}

struct Sum {
    template <class T> using Of = Add<T>;
    static constexpr bool regroups = true;  // what is between two elements may be combined first
};
struct Product {
    template <class T> using Of = Multiply<T>;
    static constexpr bool regroups = false;
};

template <class In, class Kind>
struct Scan {
    static constexpr bool regroups = Kind::regroups;
    using T = Wide<In>;
    using Out = std::conditional_t<std::is_integral_v<In>, std::int64_t, In>;
    using Carry = std::conditional_t<std::is_same_v<T, float>, double, T>;
    using Op = typename Kind::template Of<Carry>;

    // f(values, n, at) for the blocks of a row.
    template <class F>
    static FLAMBEAU_INLINE void blocks(const char* in, std::ptrdiff_t stride, std::ptrdiff_t n, const F& f) {
        T loaded[ScanBlock];
        for (std::ptrdiff_t at = 0; at < n; at += ScanBlock) {
            const std::ptrdiff_t length = least(ScanBlock, n - at);
            const char* from = in + at * stride;
            if (std::is_same_v<In, T> && stride == sizeof(T)) {
                f(reinterpret_cast<const T*>(from), length, at);
            } else {
                load_values<In, T>(from, stride, reinterpret_cast<char*>(loaded), length);
                f(loaded, length, at);
            }
        }
    }

    static Carry total(const char* in, std::ptrdiff_t stride, std::ptrdiff_t n) {
        Carry sum = 0;
        blocks(in, stride, n, [&](const T* x, std::ptrdiff_t length, std::ptrdiff_t) {
            sum += combined_row<Add<T>>(x, length);
        });
        return sum;
    }

    static void row(const ScanLayout& layout, std::ptrdiff_t in, std::ptrdiff_t out) {
        row(layout.in + in, layout.stride[layout.dim], layout.out + out, layout.out_stride[layout.dim],
            layout.shape[layout.dim], Op::identity);
    }
    // Gives what total() gives.
    static Carry row(const char* in, std::ptrdiff_t stride, char* out, std::ptrdiff_t out_stride, std::ptrdiff_t n,
                     Carry carry) {
        Carry sum = 0;
        blocks(in, stride, n, [&](const T* x, std::ptrdiff_t length, std::ptrdiff_t at) {
            char* to = out + at * out_stride;
            if constexpr (!regroups) {
                T products[ScanBlock];
                for (std::ptrdiff_t i = 0; i < length; ++i) {
                    carry = Op::combine(carry, static_cast<Carry>(x[i]));
                    products[i] = static_cast<T>(carry);
                }
                store_values<Out>(to, out_stride, length, [&](std::ptrdiff_t i) { return products[i]; });
                return;
            } else if (std::is_same_v<Out, T> && out_stride == sizeof(T)) {
                scan_block(x, reinterpret_cast<T*>(to), length, static_cast<T>(carry));
            } else {
                T sums[ScanBlock];
                scan_block(x, sums, length, static_cast<T>(carry));
                store_values<Out>(to, out_stride, length, [&](std::ptrdiff_t i) { return sums[i]; });
            }
            const Carry of_block = combined_row<Add<T>>(x, length);
            carry += of_block;
            sum += of_block;
        });
        return sum;
    }

    // One long row. On several threads the sums of its parts come first, so that all parts can be done at once.
    static void parts(const ScanLayout& layout, std::ptrdiff_t in_offset, std::ptrdiff_t out_offset) {
        const char* in = layout.in + in_offset;
        char* out = layout.out + out_offset;
        const std::ptrdiff_t stride = layout.stride[layout.dim], out_stride = layout.out_stride[layout.dim];
        const std::ptrdiff_t n = layout.shape[layout.dim];
        const std::ptrdiff_t count = (n + ScanPart - 1) / ScanPart;
        const auto length = [=](std::ptrdiff_t k) { return least(ScanPart, n - k * ScanPart); };
        const Scratch scratch(count * sizeof(Carry));
        Carry* sums = static_cast<Carry*>(scratch.data);
        if (sums == nullptr || thread_count() == 1) {
            Carry carry = 0;
            for (std::ptrdiff_t k = 0; k < count; ++k)
                carry += row(in + k * ScanPart * stride, stride, out + k * ScanPart * out_stride, out_stride, length(k), carry);
            return;
        }
        parallel(count, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t k = begin; k < end; ++k) sums[k] = total(in + k * ScanPart * stride, stride, length(k));
        });
        Carry carry = 0;
        for (std::ptrdiff_t k = 0; k < count; ++k) {
            const Carry sum = sums[k];
            sums[k] = carry;
            carry += sum;
        }
        parallel(count, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t k = begin; k < end; ++k)
                row(in + k * ScanPart * stride, stride, out + k * ScanPart * out_stride, out_stride, length(k), sums[k]);
        });
    }

    // Columns of one row after the other.
    static void columns(const ScanLayout& layout, std::ptrdiff_t in_offset, std::ptrdiff_t step,
                        std::ptrdiff_t out_offset, std::ptrdiff_t width) {
        const char* in = layout.in + in_offset;
        char* out = layout.out + out_offset;
        const std::ptrdiff_t stride = layout.stride[layout.dim], out_stride = layout.out_stride[layout.dim];
        const std::ptrdiff_t n = layout.shape[layout.dim];
        Carry sums[WidestColumns];
        T loaded[WidestColumns];
        for (std::ptrdiff_t c = 0; c < width; ++c) sums[c] = Op::identity;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            const T* x = reinterpret_cast<const T*>(in + k * stride);
            if (!std::is_same_v<In, T> || step != sizeof(In)) {
                load_values<In, T>(in + k * stride, step, reinterpret_cast<char*>(loaded), width);
                x = loaded;
            }
            Out* __restrict to = reinterpret_cast<Out*>(out + k * out_stride);
            for (std::ptrdiff_t c = 0; c < width; ++c) {
                sums[c] = Op::combine(sums[c], static_cast<Carry>(x[c]));
                to[c] = converted<Out>(static_cast<T>(sums[c]));
            }
        }
    }
};

// The greatest (or smallest) so far and where it is: the last of equal ones; a NaN stays until the next.
template <class In, bool greatest>
struct Extreme {
    static constexpr bool regroups = false;
    using T = Wide<In>;
    using Out = In;

    static FLAMBEAU_INLINE bool taken(T x, T best) {
        return (x != x) | ((best == best) & (greatest ? x >= best : x <= best));
    }
    static std::int64_t* places_of(const ScanLayout& layout, std::ptrdiff_t out) {
        return layout.places + out / static_cast<std::ptrdiff_t>(sizeof(Out));
    }
    static void row(const ScanLayout& layout, std::ptrdiff_t in, std::ptrdiff_t out) {
        const std::ptrdiff_t n = layout.shape[layout.dim], out_stride = layout.out_stride[layout.dim];
        std::int64_t* places = places_of(layout, out);
        const std::ptrdiff_t places_step = out_stride / static_cast<std::ptrdiff_t>(sizeof(Out));
        T best = 0;
        std::int64_t place = 0;
        Scan<In, Sum>::blocks(layout.in + in, layout.stride[layout.dim], n,
                              [&](const T* x, std::ptrdiff_t length, std::ptrdiff_t at) {
            if (at == 0) best = x[0];
            T values[ScanBlock];
            for (std::ptrdiff_t i = 0; i < length; ++i) {
                const bool take = taken(x[i], best);
                best = take ? x[i] : best;
                place = take ? at + i : place;
                values[i] = best;
                places[(at + i) * places_step] = place;
            }
            store_values<Out>(layout.out + out + at * out_stride, out_stride, length,
                              [&](std::ptrdiff_t i) { return values[i]; });
        });
    }
    static void parts(const ScanLayout&, std::ptrdiff_t, std::ptrdiff_t) {}
    static void columns(const ScanLayout& layout, std::ptrdiff_t in, std::ptrdiff_t step, std::ptrdiff_t out,
                        std::ptrdiff_t width) {
        const std::ptrdiff_t n = layout.shape[layout.dim], stride = layout.stride[layout.dim];
        const std::ptrdiff_t out_stride = layout.out_stride[layout.dim];
        std::int64_t* places = places_of(layout, out);
        const std::ptrdiff_t places_step = out_stride / static_cast<std::ptrdiff_t>(sizeof(Out));
        T best[WidestColumns], x[WidestColumns];
        std::int64_t place[WidestColumns];
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            load_values<In, T>(layout.in + in + k * stride, step, reinterpret_cast<char*>(x), width);
            Out* __restrict to = reinterpret_cast<Out*>(layout.out + out + k * out_stride);
            for (std::ptrdiff_t c = 0; c < width; ++c) {
                const bool take = k == 0 || taken(x[c], best[c]);
                best[c] = take ? x[c] : best[c];
                place[c] = take ? k : place[c];
                to[c] = converted<Out>(best[c]);
                places[k * places_step + c] = place[c];
            }
        }
    }
};

// log(exp(x[0]) + exp(x[1]) + ...): the greatest element so far, and the sum of the exponentials of distances from it. A
// new greatest one scales the sum. What depends on the order are the greatest elements and the sums; exponentials and
// logarithms are made in vectors, of a block at a time.
template <class In>
struct LogSumExp {
    static constexpr bool regroups = false;
    using T = Wide<In>;
    using Out = In;

    static constexpr T nothing = -math::infinity<T>;

    static FLAMBEAU_INLINE T greater(T x, T best) { return (x > best) | (x != x) ? x : best; }
    // e^(x - greatest), of equal infinities 1.
    static FLAMBEAU_INLINE T share(T x, T greatest) { return math::exp(x == greatest ? T(0) : x - greatest); }

    static void row(const ScanLayout& layout, std::ptrdiff_t in, std::ptrdiff_t out) {
        T best = nothing;
        double sum = 0;
        const std::ptrdiff_t out_stride = layout.out_stride[layout.dim];
        Scan<In, Sum>::blocks(layout.in + in, layout.stride[layout.dim], layout.shape[layout.dim],
                              [&](const T* x, std::ptrdiff_t length, std::ptrdiff_t at) {
            T greatest[ScanBlock + 1], scaled[ScanBlock], shares[ScanBlock], sums[ScanBlock];
            greatest[0] = best;
            for (std::ptrdiff_t i = 0; i < length; ++i) greatest[i + 1] = best = greater(x[i], best);
            for (std::ptrdiff_t i = 0; i < length; ++i) scaled[i] = share(greatest[i], greatest[i + 1]);
            for (std::ptrdiff_t i = 0; i < length; ++i) shares[i] = share(x[i], greatest[i + 1]);
            for (std::ptrdiff_t i = 0; i < length; ++i) {
                sum = sum * scaled[i] + shares[i];
                sums[i] = static_cast<T>(sum);
            }
            for (std::ptrdiff_t i = 0; i < length; ++i) sums[i] = greatest[i + 1] + math::log(sums[i]);
            store_values<Out>(layout.out + out + at * out_stride, out_stride, length,
                              [&](std::ptrdiff_t i) { return sums[i]; });
        });
    }
    static void parts(const ScanLayout&, std::ptrdiff_t, std::ptrdiff_t) {}
    static void columns(const ScanLayout& layout, std::ptrdiff_t in, std::ptrdiff_t step, std::ptrdiff_t out,
                        std::ptrdiff_t width) {
        const std::ptrdiff_t n = layout.shape[layout.dim], stride = layout.stride[layout.dim];
        const std::ptrdiff_t out_stride = layout.out_stride[layout.dim];
        T best[WidestColumns], x[WidestColumns], results[WidestColumns];
        double sum[WidestColumns];
        for (std::ptrdiff_t c = 0; c < width; ++c) best[c] = nothing, sum[c] = 0;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            load_values<In, T>(layout.in + in + k * stride, step, reinterpret_cast<char*>(x), width);
            for (std::ptrdiff_t c = 0; c < width; ++c) {
                const T now = greater(x[c], best[c]);
                sum[c] = sum[c] * static_cast<double>(share(best[c], now)) + static_cast<double>(share(x[c], now));
                best[c] = now;
                results[c] = now + math::log(static_cast<T>(sum[c]));
            }
            store_values<Out>(layout.out + out + k * out_stride, sizeof(Out), width, [&](std::ptrdiff_t c) { return results[c]; });
        }
    }
};

// The dimensions that are not scanned along.
struct Others {
    int ndim = 0;
    std::ptrdiff_t shape[MaxDims], stride[MaxDims], out_stride[MaxDims], count = 1;

    explicit Others(const ScanLayout& layout) {
        for (int d = 0; d < layout.ndim; ++d) {
            if (d == layout.dim || layout.shape[d] == 1) continue;
            count *= layout.shape[d];
            if (ndim > 0 && stride[ndim - 1] == layout.stride[d] * layout.shape[d] &&
                out_stride[ndim - 1] == layout.out_stride[d] * layout.shape[d]) {
                shape[ndim - 1] *= layout.shape[d];
                stride[ndim - 1] = layout.stride[d];
                out_stride[ndim - 1] = layout.out_stride[d];
                continue;
            }
            shape[ndim] = layout.shape[d];
            stride[ndim] = layout.stride[d];
            out_stride[ndim++] = layout.out_stride[d];
        }
    }
    void locate(std::ptrdiff_t index, int dims, std::ptrdiff_t& in, std::ptrdiff_t& out) const {
        in = out = 0;
        for (int d = dims - 1; d >= 0; --d) {
            in += index % shape[d] * stride[d];
            out += index % shape[d] * out_stride[d];
            index /= shape[d];
        }
    }
};

template <class S>
void scan_all(const ScanLayout& layout) {
    const Others others(layout);
    const std::ptrdiff_t n = layout.shape[layout.dim];
    if (n == 0 || others.count == 0) return;
    const int last = others.ndim - 1;
    if (last >= 0 && others.out_stride[last] == sizeof(typename S::Out) && others.shape[last] >= NarrowColumns) {
        const std::ptrdiff_t m = others.shape[last], step = others.stride[last];
        const std::ptrdiff_t eighth = (m / 8 + 15) / 16 * 16;
        const std::ptrdiff_t width = least(least(m, WidestColumns), eighth > 64 ? eighth : 64);
        const std::ptrdiff_t tiles = (m + width - 1) / width, grain = ScanPart / (n * width);
        parallel(others.count / m * tiles, grain > 0 ? grain : 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t i = begin; i < end; ++i) {
                std::ptrdiff_t in, out;
                others.locate(i / tiles, last, in, out);
                const std::ptrdiff_t first = i % tiles * width;
                S::columns(layout, in + first * step, step,
                           out + first * static_cast<std::ptrdiff_t>(sizeof(typename S::Out)), least(width, m - first));
            }
        });
        return;
    }
    if (S::regroups && others.count < 8 && n >= 4 * ScanPart) {
        for (std::ptrdiff_t i = 0; i < others.count; ++i) {
            std::ptrdiff_t in, out;
            others.locate(i, others.ndim, in, out);
            S::parts(layout, in, out);
        }
        return;
    }
    parallel(others.count, n < ScanPart ? ScanPart / n : 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            std::ptrdiff_t in, out;
            others.locate(i, others.ndim, in, out);
            S::row(layout, in, out);
        }
    });
}

struct ScanTable {
    ScanKernels kernels = {};

    constexpr ScanTable() { types(std::make_integer_sequence<int, StoredTypes>()); }
    template <int... type>
    constexpr void types(std::integer_sequence<int, type...>) {
        ((kernels.cumsum[type] = sums<typename ElementOf<type>::T, Sum>()), ...);
        ((kernels.cumprod[type] = sums<typename ElementOf<type>::T, Product>()), ...);
        ((kernels.cummax[type] = extremes<typename ElementOf<type>::T, true>()), ...);
        ((kernels.cummin[type] = extremes<typename ElementOf<type>::T, false>()), ...);
        ((kernels.logcumsumexp[type] = log_sums<typename ElementOf<type>::T>()), ...);
    }
    template <class In, class Kind>
    static constexpr ScanKernel sums() {
        if constexpr (std::is_void_v<In>) return nullptr;
        else return &scan_all<Scan<In, Kind>>;
    }
    template <class In>
    static constexpr ScanKernel log_sums() {
        if constexpr (is_half<In> || std::is_floating_point_v<In>) return &scan_all<LogSumExp<In>>;
        else return nullptr;
    }
    template <class In, bool greatest>
    static constexpr ScanKernel extremes() {
        if constexpr (std::is_void_v<In>) return nullptr;
        else return &scan_all<Extreme<In, greatest>>;
    }
};

}  // namespace

extern const ScanKernels scan;
const ScanKernels scan = ScanTable().kernels;

}  // namespace flambeau::FLAMBEAU_ISA
