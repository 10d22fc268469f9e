// The accuracy of cpp/include/flambeau/math: the largest error of each function, and the number where it occurs, as a table.
// Fails where an error exceeds its bound.
//
// accuracy [--list] [--every N] [function...]
//   --list: only says which functions there are
//   --every: every Nth float instead of every 4001st, and more numbers of other kinds accordingly; 1 for all floats
#include <string_view>

#include "accuracy.hpp"
#include "flambeau/math/activations.hpp"
#include "flambeau/math/combined.hpp"
#include "flambeau/math/power.hpp"
#include "flambeau/math/special.hpp"
#include "flambeau/math/trigonometric.hpp"

using namespace flambeau::FLAMBEAU_ISA;
using accuracy::Block, accuracy::Worst;

namespace {

bool failed = false, list = false;
long every = 4001;
int names = 0;
char** name_n = nullptr;

#define FLAMBEAU_TEXT(x) #x
#define FLAMBEAU_NAME(x) FLAMBEAU_TEXT(x)

template <class T>
void report(const char* name, int arguments, double bound, const Worst<T>& worst) {
    std::printf("%-10s %-7s %-3s %8.3f of %-5g", name, sizeof(T) == 4 ? "float32" : "float64",
                FLAMBEAU_NAME(FLAMBEAU_ISA), worst.error, bound);
    if (arguments == 2) std::printf(" at (%.17g, %.17g): %.17g", double(worst.x), double(worst.y), double(worst.got));
    else std::printf(" at %.17g: %.17g", double(worst.x), double(worst.got));
    std::printf(worst.error > bound ? "  ABOVE\n" : "\n");
    std::fflush(stdout);
    failed |= worst.error > bound;
}

bool wanted(const char* name) {
    for (int i = 0; i < names; ++i)
        if (std::string_view(name_n[i]) == name) return true;
    return names == 0;
}

template <class F>
auto each(F function) {
    return [=](const auto* x_n, const auto* y_n, auto* out_n) {
#pragma GCC ivdep
        for (std::ptrdiff_t i = 0; i < Block; ++i) out_n[i] = function(x_n[i], y_n[i]);
    };
}

template <class F>
auto over_array() {
    return [](const auto* x_n, const auto*, auto* out_n) { math::over_array<F>(out_n, Block, x_n); };
}

template <class F, class R>
void measure(const char* name, int arguments, double float_bound, double double_bound, F over, R reference) {
    if (list) std::printf("%s\n", name);
    if (list || !wanted(name)) return;
    const long samples = 100'000 + 2'000'000'000 / (every < 100 ? 100 : every);  // there is no end of doubles
    report(name, arguments, float_bound,
           arguments == 2 ? accuracy::over_samples<float>(1, samples, over, reference)
           : every == 1   ? accuracy::over_all_floats(over, reference)
                          : accuracy::over_floats(std::uint64_t(every), over, reference));
    report(name, arguments, double_bound, accuracy::over_samples<double>(2, samples, over, reference));
}

#define INLINED __attribute__((always_inline))
#define UNARY(name, float_bound, double_bound, right)                                                                  \
    measure(#name, 1, float_bound, double_bound, each([](auto x, auto) INLINED { return math::name(x); }),             \
            [](auto x, auto) { return right; })
#define BINARY(name, float_bound, double_bound, right)                                                                 \
    measure(#name, 2, float_bound, double_bound, each([](auto x, auto y) INLINED { return math::name(x, y); }),        \
            [](auto x, auto y) { return right; })
#define RARE(name, function, float_bound, double_bound, right)                                                         \
    measure(#name, 1, float_bound, double_bound, over_array<math::function>(), [](auto x, auto) { return right; })

void exponentials() {
    UNARY(exp, 1.5, 1.5, std::exp(x));
    UNARY(exp2, 1.5, 1.5, std::exp2(x));
    UNARY(expm1, 1.5, 1.5, std::expm1(x));
    UNARY(log, 1.5, 1.5, std::log(x));
    UNARY(log2, 1.5, 1.5, std::log2(x));
    UNARY(log10, 1.5, 1.5, std::log10(x));
    UNARY(log1p, 1.5, 1.5, std::log1p(x));
}

void hyperbolics() {
    UNARY(tanh, 1.5, 1.5, std::tanh(x));
    UNARY(sinh, 2, 2, std::sinh(x));
    UNARY(cosh, 1.5, 1.5, std::cosh(x));
    UNARY(asinh, 1.5, 1.5, std::asinh(x));
    UNARY(acosh, 1.5, 1.5, std::acosh(x));
    UNARY(atanh, 1.5, 1.5, std::atanh(x));
    UNARY(sigmoid, 2, 2, x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)));
}

void trigonometrics() {
    RARE(sin, Sin, 1.5, 1.5, std::sin(x));
    RARE(cos, Cos, 1.5, 1.5, std::cos(x));
    RARE(tan, Tan, 1.5, 1.5, std::tan(x));
    UNARY(asin, 1.5, 1.5, std::asin(x));
    UNARY(acos, 1.5, 1.5, std::acos(x));
    UNARY(atan, 1.5, 1.5, std::atan(x));
    BINARY(atan2, 1.5, 1.5, std::atan2(x, y));
}

// The inverse of erf by Newton's method, in the type of x.
template <class X>
X inverse_erf(X x) {
    if (!(std::fabs(x) < 1)) return std::fabs(x) == 1 ? x * X(INFINITY) : X(NAN);
    if (std::fabs(x) < X(1e-30)) return x * X(0.886226925452758013649083741670572591L);
    const X a = std::fabs(x), c = 1 - a;
    X y = c > X(0.3) ? a : std::sqrt(std::log(1 / c)) * X(0.8);
    for (int i = 0; i < 80; ++i) {
        const X excess = y < X(0.5) ? std::erf(y) - a : c - std::erfc(y);
        const X step = excess * std::exp(y * y) * X(0.886226925452758013649083741670572591L);
        y -= step / (1 + y * step);  // Halley's
        if (std::fabs(step) < y * 8 * std::numeric_limits<X>::epsilon()) break;
    }
    return std::copysign(y, x);
}

// x / sqrt(2) in two parts: its rounding would show in erfc where that is small.
template <class X>
X exact_gelu(X x) {
    if (x < -40) return -X(0);
    if (std::isinf(x)) return x;
    constexpr X s = 0.707106781186547524400844362104849039L;
    const X z = -x * s, lost = std::fma(-x, s, -z) - x * std::fma(-s, s, X(0.5)) / (2 * s);
    return x * (std::erfc(z) - lost * std::exp(-z * z) * X(1.128379167095512573896158903121545172L)) / 2;
}

// x (c + d x^2) in two parts, for a rounding of it would show in its exponential: c is 2 sqrt(2 / pi), d 0.044715 times
// that, each in two parts as well.
template <class X>
X tanh_gelu(X x) {
    if (x < -X(30)) return -X(0);
    if (x > X(30)) return x;
    constexpr bool longer = sizeof(X) > sizeof(double);
    constexpr X c = longer ? X(1.59576912160573071170627246218L) : X(0x1.9884533d43651p+0);
    constexpr X c_low = longer ? X(5.351177755720478292013163e-20L) : X(-0x1.cbc0d30ebfd15p-54);
    constexpr X d = longer ? X(0.0713548162726002487772137584943L) : X(0x1.2444f2a4d8b4bp-4);
    constexpr X d_low = longer ? X(-8.750062144008984958247768e-22L) : X(-0x1.6c843a29d1c70p-61);
    const X square = x * x, square_low = std::fma(x, x, -square);
    const X product = d * square, product_low = std::fma(d, square, -product) + (d_low * square + d * square_low);
    const X sum = c + product, part = sum - c, sum_low = (c - (sum - part)) + (product - part) + (product_low + c_low);
    const X v = x * sum, v_low = std::fma(x, sum, -v) + x * sum_low, e = std::exp(-v);
    return x / (1 + (std::isinf(e) ? e : e - e * v_low));
}

template <class X>
X reference_mish(X x) {
    if (x < -20000) return -X(0);
    if (x > 100) return x;
    return x * std::tanh(std::log1p(std::exp(x)));
}

template <class X>
X exact_sinc(X x) {
    constexpr X pi = 3.141592653589793238462643383279502884L;
    const X whole = std::rint(x), sine = std::sin(pi * (x - whole));
    return x == 0 ? X(1) : (std::fmod(whole, X(2)) == 0 ? sine : -sine) / (pi * x);
}

void specials() {
    UNARY(erf, 1.5, 1.5, std::erf(x));
    UNARY(erfc, 2.5, 2, std::erfc(x));
    UNARY(erfinv, 1.5, 2, inverse_erf(x));
    UNARY(sinc, 3.5, 3.5, exact_sinc(x));
    UNARY(log_odds, 2, 2, x > 0.25 && x < 0.75 ? 2 * std::atanh(2 * x - 1) : std::log(x) - std::log1p(-x));
}

void powers() {
    BINARY(pow, 1.5, 1.5, std::pow(x, y));
    UNARY(sqrt, 0.5, 0.501, std::sqrt(x));
    UNARY(rsqrt, 1.5, 1.5, 1 / std::sqrt(x));
    UNARY(cbrt, 1.5, 1.5, std::cbrt(x));
    BINARY(hypot, 1.5, 1.5, std::hypot(x, y));
}

void activations() {
    UNARY(gelu, 2.5, 2.5, exact_gelu(x));
    UNARY(gelu_tanh, 2.5, 2.5, tanh_gelu(x));
    UNARY(silu, 2, 2, std::isinf(x) && x < 0 ? -decltype(x)(0) : x > 0 ? x / (1 + std::exp(-x)) : x * (std::exp(x) / (1 + std::exp(x))));
    UNARY(softplus, 2, 2, x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)));
    UNARY(log_sigmoid, 2, 2, x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)));
    UNARY(mish, 2, 2, reference_mish(x));
}

}  // namespace

int main(int argc, char** argv) {
    skip_unless_supported();
    if (argc > 1 && std::string_view(argv[1]) == "--list") {
        list = true;
        --argc, ++argv;
    }
    if (argc > 2 && std::string_view(argv[1]) == "--every") {
        every = std::strtol(argv[2], nullptr, 10);
        if (every < 1) return std::fprintf(stderr, "--every: expected a positive number, got %s\n", argv[2]), 2;
        argc -= 2, argv += 2;
    }
    names = argc - 1;
    name_n = argv + 1;
    exponentials();
    hyperbolics();
    trigonometrics();
    specials();
    powers();
    activations();
    return failed;
}
