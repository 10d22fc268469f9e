// What cpp/include/flambeau/math gives for arguments whose results are a matter of definition (C's Annex F), for exact
// cases, and that a result does not depend on the element's place in a loop.
#include <cmath>
#include <limits>

#include "check.hpp"
#include "flambeau/math/activations.hpp"
#include "flambeau/math/power.hpp"
#include "flambeau/math/special.hpp"
#include "flambeau/math/trigonometric.hpp"

using namespace flambeau::FLAMBEAU_ISA;

namespace {

bool failed = false;
constexpr std::ptrdiff_t Length = 67;  // vectors of all sizes, and a rest

template <class T>
bool same(T a, T b) { return (a != a && b != b) || math::bits(a) == math::bits(b); }

template <class T, class F>
void check(F function, T x, T y, T expected, const char* what) {
    T x_n[Length], y_n[Length], out_n[Length];
    for (std::ptrdiff_t i = 0; i < Length; ++i) x_n[i] = x, y_n[i] = y;
    asm volatile("" : : "r"(x_n), "r"(y_n) : "memory");  // what is in them is not known when compiling
#pragma GCC ivdep
    for (std::ptrdiff_t i = 0; i < Length; ++i) out_n[i] = function(x_n[i], y_n[i]);
    for (std::ptrdiff_t i = 0; i < Length; ++i) {
        if (same(out_n[i], expected)) continue;
        std::fprintf(stderr, "%s(%g, %g) is %.17g, not %.17g (float%d)\n", what, double(x), double(y), double(out_n[i]),
                     double(expected), int(sizeof(T) * 8));
        failed = true;
        return;
    }
}

// The same as one element alone, and as part of an array at any place.
template <class T, class F>
void check_place(F function, T low, T high, const char* what) {
    T x_n[Length], y_n[Length], out_n[Length];
    Random random(7);
    for (std::ptrdiff_t i = 0; i < Length; ++i) {
        x_n[i] = low + (high - low) * T(random.below(1 << 20)) / (1 << 20);
        y_n[i] = low + (high - low) * T(random.below(1 << 20)) / (1 << 20);
    }
#pragma GCC ivdep
    for (std::ptrdiff_t i = 0; i < Length; ++i) out_n[i] = function(x_n[i], y_n[i]);
    for (std::ptrdiff_t i = 0; i < Length; ++i) check(function, x_n[i], y_n[i], out_n[i], what);
}

#define INLINED __attribute__((always_inline))
#define IS(name, x, expected) check<T>([](T a, T) INLINED { return T(math::name(a)); }, T(x), T(0), T(expected), #name)
#define IS2(name, x, y, expected) check<T>([](T a, T b) INLINED { return T(math::name(a, b)); }, T(x), T(y), T(expected), #name)
#define ZERO(name) IS(name, 0.0, 0.0), IS(name, -0.0, -0.0), IS(name, NAN, NAN)
#define ODD(name) ZERO(name), IS(name, tiny, tiny), IS(name, -tiny, -tiny)
#define PLACE(name, low, high) check_place<T>([](T a, T) INLINED { return T(math::name(a)); }, low, high, #name)
#define PLACE2(name, low, high) check_place<T>([](T a, T b) INLINED { return T(math::name(a, b)); }, low, high, #name)

template <class T>
void exponentials() {
    constexpr T inf = std::numeric_limits<T>::infinity(), tiny = std::numeric_limits<T>::denorm_min();
    constexpr int digits = std::numeric_limits<T>::digits, lowest = std::numeric_limits<T>::min_exponent - digits;
    for (T zero : {T(0), T(-0.0), tiny, -tiny}) IS(exp, zero, 1), IS(exp2, zero, 1);
    IS(exp, inf, inf), IS(exp, -inf, 0), IS(exp, NAN, NAN), IS(exp, 1e4, inf), IS(exp, -1e4, 0);
    IS(exp2, inf, inf), IS(exp2, -inf, 0), IS(exp2, NAN, NAN);
    for (int n = lowest; n < std::numeric_limits<T>::max_exponent; ++n) {
        IS(exp2, n, std::ldexp(T(1), n));
        IS(log2, std::ldexp(T(1), n), n);
    }
    IS(exp2, std::numeric_limits<T>::max_exponent, inf), IS(exp2, lowest - 1, 0);
    ODD(expm1), IS(expm1, inf, inf), IS(expm1, -inf, -1), IS(expm1, -100, -1);
    IS(log, 1, 0), IS(log, 0.0, -inf), IS(log, -0.0, -inf), IS(log, -1, NAN), IS(log, -tiny, NAN), IS(log, inf, inf);
    IS(log, -inf, NAN), IS(log, NAN, NAN);
    IS(log2, 0.0, -inf), IS(log2, -1, NAN), IS(log2, inf, inf), IS(log2, NAN, NAN);
    IS(log10, 1, 0), IS(log10, 10, 1), IS(log10, 1000, 3), IS(log10, 0.0, -inf), IS(log10, -1, NAN), IS(log10, inf, inf);
    ODD(log1p), IS(log1p, -1, -inf), IS(log1p, -2, NAN), IS(log1p, inf, inf), IS(log1p, -inf, NAN);
    PLACE(exp, -90, 90), PLACE(exp2, -90, 90), PLACE(expm1, -9, 9), PLACE(log, 0, 9), PLACE(log2, 0, 9);
    PLACE(log10, 0, 9), PLACE(log1p, -1, 9);
}

template <class T>
void hyperbolics() {
    constexpr T inf = std::numeric_limits<T>::infinity(), tiny = std::numeric_limits<T>::denorm_min();
    ODD(tanh), IS(tanh, inf, 1), IS(tanh, -inf, -1), IS(tanh, 50, 1);
    ODD(sinh), IS(sinh, inf, inf), IS(sinh, -inf, -inf), IS(sinh, 1e4, inf);
    IS(cosh, 0.0, 1), IS(cosh, -0.0, 1), IS(cosh, inf, inf), IS(cosh, -inf, inf), IS(cosh, NAN, NAN);
    ODD(asinh), IS(asinh, inf, inf), IS(asinh, -inf, -inf);
    IS(acosh, 1, 0), IS(acosh, inf, inf), IS(acosh, 0.5, NAN), IS(acosh, -inf, NAN), IS(acosh, NAN, NAN);
    ODD(atanh), IS(atanh, 1, inf), IS(atanh, -1, -inf), IS(atanh, 2, NAN), IS(atanh, -inf, NAN);
    IS(sigmoid, 0.0, 0.5), IS(sigmoid, inf, 1), IS(sigmoid, -inf, 0), IS(sigmoid, NAN, NAN);
    PLACE(tanh, -3, 3), PLACE(sinh, -3, 3), PLACE(cosh, -3, 3), PLACE(asinh, -9, 9), PLACE(acosh, 1, 9), PLACE(atanh, -1, 1);
    PLACE(sigmoid, -9, 9);
}

template <class T>
void trigonometrics() {
    constexpr T inf = std::numeric_limits<T>::infinity(), tiny = std::numeric_limits<T>::denorm_min();
    constexpr T pi = T(3.14159265358979323846);
    ODD(sin), IS(sin, inf, NAN), IS(sin, -inf, NAN), ODD(tan), IS(tan, inf, NAN), ODD(Sin::fast), ODD(Tan::fast);
    IS(cos, 0.0, 1), IS(cos, -0.0, 1), IS(cos, inf, NAN), IS(cos, NAN, NAN), IS(Sin::fast, inf, NAN), IS(Cos::fast, -inf, NAN);
    ODD(asin), IS(asin, 1, pi / 2), IS(asin, -1, -pi / 2), IS(asin, 1.5, NAN), IS(asin, -inf, NAN);
    IS(acos, 1, 0), IS(acos, -1, pi), IS(acos, 0.0, pi / 2), IS(acos, 1.5, NAN), IS(acos, -1.5, NAN), IS(acos, NAN, NAN);
    ODD(atan), IS(atan, 1, pi / 4), IS(atan, inf, pi / 2), IS(atan, -inf, -pi / 2);
    for (T s : {T(1), T(-1)}) {  // the sign of y
        IS2(atan2, s * T(0), 0.0, s * T(0)), IS2(atan2, s * T(0), -0.0, s * pi), IS2(atan2, s * T(0), 1, s * T(0));
        IS2(atan2, s * T(0), -1, s * pi), IS2(atan2, s, 0.0, s * pi / 2), IS2(atan2, s, -0.0, s * pi / 2);
        IS2(atan2, s, inf, s * T(0)), IS2(atan2, s, -inf, s * pi), IS2(atan2, s * inf, 1, s * pi / 2);
        IS2(atan2, s * inf, inf, s * pi / 4), IS2(atan2, s * inf, -inf, s * T(2.35619449019234492885));
    }
    IS2(atan2, NAN, 1, NAN), IS2(atan2, 1, NAN, NAN), IS2(atan2, NAN, 0.0, NAN), IS2(atan2, NAN, inf, NAN);
    PLACE(Sin::fast, -99, 99), PLACE(Cos::fast, -99, 99), PLACE(Tan::fast, -99, 99), PLACE(asin, -1, 1), PLACE(acos, -1, 1);
    PLACE(atan, -9, 9), PLACE2(atan2, -9, 9);
}

// One rare argument among others, at every place, in place.
template <class F, class T>
void check_rare() {
    T x_n[1031];
    for (std::ptrdiff_t at = 0; at < 1031; at += 103) {
        for (std::ptrdiff_t i = 0; i < 1031; ++i) x_n[i] = i == at ? T(1e30) : T(i);
        math::over_array<F>(x_n, 1031, x_n);
        for (std::ptrdiff_t i = 0; i < 1031; ++i) CHECK(same(x_n[i], math::anywhere<F>(i == at ? T(1e30) : T(i))));
    }
}

template <class T>
void powers() {
    constexpr T inf = std::numeric_limits<T>::infinity(), tiny = std::numeric_limits<T>::denorm_min();
    constexpr T huge = std::numeric_limits<T>::max();
    for (T y : {T(0), T(-0.0)})
        for (T x : {T(0), T(1), T(-3), inf, -inf, T(NAN)}) IS2(pow, x, y, 1);
    for (T y : {inf, -inf, T(NAN), huge, tiny}) IS2(pow, 1, y, 1);
    IS2(pow, -1, inf, 1), IS2(pow, -1, -inf, 1), IS2(pow, NAN, 1, NAN), IS2(pow, 2, NAN, NAN);
    IS2(pow, -8, 1.0 / 3, NAN), IS2(pow, -8, 0.5, NAN), IS2(pow, -inf, 0.5, inf), IS2(pow, -0.0, 0.5, 0.0);
    IS2(pow, 0.0, 3, 0.0), IS2(pow, -0.0, 3, -0.0), IS2(pow, -0.0, 2, 0.0), IS2(pow, 0.0, -3, inf), IS2(pow, -0.0, -3, -inf);
    IS2(pow, -0.0, -2, inf), IS2(pow, 0.0, inf, 0.0), IS2(pow, 0.0, -inf, inf), IS2(pow, -0.0, -inf, inf);
    IS2(pow, 0.5, inf, 0), IS2(pow, 2, inf, inf), IS2(pow, 0.5, -inf, inf), IS2(pow, 2, -inf, 0), IS2(pow, -2, inf, inf);
    IS2(pow, inf, 2, inf), IS2(pow, inf, -2, 0), IS2(pow, -inf, 3, -inf), IS2(pow, -inf, 2, inf), IS2(pow, -inf, -3, -0.0);
    IS2(pow, -inf, -2, 0.0), IS2(pow, inf, inf, inf), IS2(pow, inf, -inf, 0), IS2(pow, huge, 2, inf), IS2(pow, -huge, 3, -inf);
    IS2(pow, -huge, -3, -0.0), IS2(pow, -2, huge, inf), IS2(pow, -2, 3, -8), IS2(pow, tiny, 1, tiny), IS2(pow, huge, 1, huge);
    for (int n = -40; n <= 40; ++n) IS2(pow, n, 2, n * n), IS2(pow, 2, n, std::ldexp(T(1), n));
    for (int n = 0; n <= 9; ++n) IS2(pow, 3, n, std::pow(3.0, n)), IS2(pow, 10, n, std::pow(10.0, n));
    ZERO(sqrt), IS(sqrt, -1, NAN), IS(sqrt, inf, inf), IS(rsqrt, 4, 0.5), IS(rsqrt, 0.0, inf), IS(rsqrt, inf, 0);
    ZERO(cbrt), IS(cbrt, inf, inf), IS(cbrt, -inf, -inf);
    for (int n = -30; n <= 30; ++n) IS(cbrt, n * n * n, n == 0 ? 0 : n);
    IS2(hypot, 3, -4, 5), IS2(hypot, inf, NAN, inf), IS2(hypot, NAN, -inf, inf), IS2(hypot, NAN, 1, NAN), IS2(hypot, 0.0, -0.0, 0.0);
    IS2(hypot, huge, 0.0, huge), IS2(hypot, tiny, -0.0, tiny), IS2(hypot, huge, huge, inf);
    PLACE2(pow, 0, 9), PLACE(cbrt, -9, 9), PLACE2(hypot, -9, 9), PLACE(rsqrt, 0, 9);
}
template <class T>
void specials() {
    constexpr T inf = std::numeric_limits<T>::infinity();
    ZERO(erf), IS(erf, inf, 1), IS(erf, -inf, -1), IS(erf, 9, 1);
    IS(erfc, 0.0, 1), IS(erfc, inf, 0), IS(erfc, -inf, 2), IS(erfc, NAN, NAN), IS(erfc, 1e30, 0);
    ZERO(erfinv), IS(erfinv, 1, inf), IS(erfinv, -1, -inf), IS(erfinv, 1.5, NAN), IS(erfinv, -inf, NAN);
    ZERO(gelu), IS(gelu, inf, inf), IS(gelu, -inf, -0.0), ZERO(gelu_tanh), IS(gelu_tanh, inf, inf), IS(gelu_tanh, -inf, -0.0);
    ZERO(silu), IS(silu, inf, inf), IS(silu, -inf, -0.0), ZERO(mish), IS(mish, -inf, -0.0);
    IS(softplus, -inf, 0), IS(softplus, inf, inf), IS(softplus, NAN, NAN), IS(log_sigmoid, inf, -0.0), IS(log_sigmoid, -inf, -inf);
    IS2(elu, 3, 2, 3), IS2(elu, -inf, 2, -2), IS2(elu, -0.0, 2, -0.0), IS2(elu, NAN, 2, NAN);
    PLACE(erf, -3, 3), PLACE(erfc, -3, 9), PLACE(erfinv, -1, 1), PLACE(gelu, -9, 9), PLACE(gelu_tanh, -9, 9), PLACE(silu, -9, 9);
    PLACE(softplus, -9, 9), PLACE(mish, -9, 9);
}

template <class T>
void all() {
    exponentials<T>();
    hyperbolics<T>();
    trigonometrics<T>();
    check_rare<math::Sin, T>();
    check_rare<math::Cos, T>();
    check_rare<math::Tan, T>();
    powers<T>();
    specials<T>();
}

}  // namespace

int main() {
    skip_unless_supported();
    all<float>();
    all<double>();
    return failed;
}
