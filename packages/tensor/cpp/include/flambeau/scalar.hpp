// Scalar functions that pointwise expressions may call: those of arithmetic.hpp and those of this library's mathematics.
#pragma once

#include <cmath>

#include "flambeau/arithmetic.hpp"
#include "flambeau/math/activations.hpp"
#include "flambeau/math/bessel.hpp"
#include "flambeau/math/combined.hpp"
#include "flambeau/math/exponential.hpp"
#include "flambeau/math/gamma.hpp"
#include "flambeau/math/hyperbolic.hpp"
#include "flambeau/math/incomplete_gamma.hpp"
#include "flambeau/math/polygamma.hpp"
#include "flambeau/math/normal.hpp"
#include "flambeau/math/power.hpp"
#include "flambeau/math/special.hpp"
#include "flambeau/math/trigonometric.hpp"

namespace flambeau::FLAMBEAU_ISA::scalar {

using math::acos, math::acosh, math::asin, math::asinh, math::atan, math::atan2, math::atanh, math::cos, math::cosh,
    math::elu, math::erf, math::erfc, math::erfinv, math::exp, math::exp2, math::expm1, math::gelu, math::gelu_slope,
    math::gelu_tanh, math::gelu_tanh_slope, math::hypot, math::log, math::log10, math::log1p, math::log2,
    math::log_odds, math::log_sigmoid, math::logaddexp, math::logaddexp2, math::mish, math::mish_slope, math::pow,
    math::sigmoid, math::silu, math::silu_slope, math::sin, math::sinc, math::sinh, math::sqrt, math::tan, math::tanh,
    math::xlogy;
using math::bessel_j0, math::bessel_j1, math::bessel_y0, math::bessel_y1, math::digamma, math::erfcx, math::i0,
    math::i0e, math::i1, math::i1e, math::igamma, math::igammac, math::lgamma, math::log_ndtr, math::modified_bessel_k0, math::modified_bessel_k1,
    math::ndtri, math::scaled_modified_bessel_k0, math::scaled_modified_bessel_k1;
using std::ceil, std::copysign, std::floor, std::isfinite, std::isinf, std::isnan, std::rint, std::trunc;

// a 2^by, where the power alone would overflow, too.
template <class T>
FLAMBEAU_INLINE T ldexp(T a, T by) {
    const T bounded = by > T(4000) ? T(4000) : by < T(-4000) ? T(-4000) : by;
    const T half = std::floor(bounded * T(0.5));
    return a * math::exp2(half) * math::exp2(by - half);
}

// log(1 + e^(bx)) / b; x itself where bx exceeds the threshold.
template <class T>
FLAMBEAU_INLINE T softplus(T x, T beta, T threshold) {
    const T scaled = x * beta;
    return scaled > threshold ? x : math::softplus(scaled) / beta;
}

}  // namespace flambeau::FLAMBEAU_ISA::scalar
