// The loops of the pointwise table, for one instruction set.
#pragma once

#include <type_traits>
#include <utility>

#include "flambeau/isa.hpp"
#include "flambeau/math/rare.hpp"
#include "flambeau/pointwise.hpp"

namespace flambeau::FLAMBEAU_ISA {

// Says that iterations are independent: `out` may be an operand itself, but overlaps none of them otherwise.
#define FLAMBEAU_EACH(n) _Pragma("GCC ivdep") for (std::ptrdiff_t i = 0; i < (n); ++i)

// An element. gcc does not vectorise loops over bools, but does over bytes; and a bool of another library's may hold
// something else than 0 or 1.
template <class T>
FLAMBEAU_INLINE T element(const T* in_n, std::ptrdiff_t i) {
    if constexpr (std::is_same_v<T, bool>) return reinterpret_cast<const std::uint8_t*>(in_n)[i] != 0;
    else return in_n[i];
}

template <class F, class In, class Out>
void unary(const void* const* in, unsigned, void* out, std::ptrdiff_t n) {
    const In* a_n = static_cast<const In*>(in[0]);
    Out* out_n = static_cast<Out*>(out);
    if constexpr (requires { typename F::Rare; }) math::over_array<typename F::Rare>(out_n, n, a_n);
    else FLAMBEAU_EACH(n) out_n[i] = static_cast<Out>(F::apply(element(a_n, i)));
}

template <class F, class In, class Out>
void binary(const void* const* in, unsigned scalars, void* out, std::ptrdiff_t n) {
    const In* a_n = static_cast<const In*>(in[0]);
    const In* b_n = static_cast<const In*>(in[1]);
    Out* out_n = static_cast<Out*>(out);
    if constexpr (std::is_floating_point_v<In> && requires { typename F::Rare; })
        if (scalars == 0) return math::over_array<typename F::Rare>(out_n, n, a_n, b_n);
    // A loop for each case, so that the compiler vectorises each.
    switch (scalars) {
        case 0: FLAMBEAU_EACH(n) out_n[i] = static_cast<Out>(F::apply(element(a_n, i), element(b_n, i))); break;
        case 1: { const In a = element(a_n, 0); FLAMBEAU_EACH(n) out_n[i] = static_cast<Out>(F::apply(a, element(b_n, i))); break; }
        case 2: { const In b = element(b_n, 0); FLAMBEAU_EACH(n) out_n[i] = static_cast<Out>(F::apply(element(a_n, i), b)); break; }
        default: { const Out x = static_cast<Out>(F::apply(element(a_n, 0), element(b_n, 0))); FLAMBEAU_EACH(n) out_n[i] = x; }
    }
}

// The same for functions with much to compute, such as pow: what depends on a single operand alone would be taken out of
// the loop, with branches on it, and gcc would not vectorise what is left. So that operand is spread over a block.
template <class F, class In, class Out>
void binary_function(const void* const* in, unsigned scalars, void* out, std::ptrdiff_t n) {
    if (scalars == 0) return binary<F, In, Out>(in, 0, out, n);
    constexpr std::ptrdiff_t block = 256;
    In same[2][block];
    for (int k = 0; k < 2; ++k)
        for (std::ptrdiff_t i = 0; i < block && i < n; ++i) same[k][i] = *static_cast<const In*>(in[k]);
    for (std::ptrdiff_t start = 0; start < n; start += block) {
        const void* part[2];
        for (int k = 0; k < 2; ++k)
            part[k] = scalars >> k & 1 ? same[k] : static_cast<const void*>(static_cast<const In*>(in[k]) + start);
        binary<F, In, Out>(part, 0, static_cast<Out*>(out) + start, n - start < block ? n - start : block);
    }
}

// Rows of more arguments, or with number parameters: those are single elements, all else is contiguous.
template <class T, ArgumentKind kind>
struct Argument {
    const T* data;
    FLAMBEAU_INLINE T operator[](std::ptrdiff_t i) const { return element(data, i); }
};
template <class T>
struct Argument<T, Mask> {
    const bool* data;
    FLAMBEAU_INLINE bool operator[](std::ptrdiff_t i) const { return element(data, i); }
};
template <class T>
struct Argument<T, Number> {
    T value;
    FLAMBEAU_INLINE explicit Argument(const void* p) : value(*static_cast<const T*>(p)) {}
    FLAMBEAU_INLINE T operator[](std::ptrdiff_t) const { return value; }
};

template <class A>
FLAMBEAU_INLINE A argument(const void* p) {
    if constexpr (requires(A a) { a.data; }) return A{static_cast<decltype(A::data)>(p)};
    else return A(p);
}

template <class F, class In, class Out, ArgumentKind... kinds>
struct Several {
    template <std::size_t... k>
    static FLAMBEAU_INLINE void over(const void* const* in, Out* out_n, std::ptrdiff_t n, std::index_sequence<k...>) {
        each(out_n, n, argument<Argument<In, kinds>>(in[k])...);
    }
    template <class... A>
    static FLAMBEAU_INLINE void each(Out* out_n, std::ptrdiff_t n, A... arguments) {
        FLAMBEAU_EACH(n) out_n[i] = static_cast<Out>(F::apply(arguments[i]...));
    }
    static void loop(const void* const* in, unsigned, void* out, std::ptrdiff_t n) {
        if constexpr (requires { typename F::Whole; })
            F::Whole::over(static_cast<const In*>(in[0]), *static_cast<const In*>(in[1]), static_cast<Out*>(out), n);
        else over(in, static_cast<Out*>(out), n, std::make_index_sequence<sizeof...(kinds)>());
    }
};

}  // namespace flambeau::FLAMBEAU_ISA
