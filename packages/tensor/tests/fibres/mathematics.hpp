// CUDA's mathematics: C's, overloaded for float as in C++, and what CUDA has beside.
#pragma once

#define FIBRES_MATH1(name)                                     \
    extern "C" double name(double);                            \
    extern "C" float name##f(float);                           \
    inline float name(float x) { return name##f(x); }
#define FIBRES_MATH2(name)                                     \
    extern "C" double name(double, double);                    \
    extern "C" float name##f(float, float);                    \
    inline float name(float x, float y) { return name##f(x, y); }
FIBRES_MATH1(acos) FIBRES_MATH1(acosh) FIBRES_MATH1(asin) FIBRES_MATH1(asinh) FIBRES_MATH1(atan) FIBRES_MATH1(atanh)
FIBRES_MATH1(cbrt) FIBRES_MATH1(ceil) FIBRES_MATH1(cos) FIBRES_MATH1(cosh) FIBRES_MATH1(erf) FIBRES_MATH1(erfc)
FIBRES_MATH1(exp) FIBRES_MATH1(exp2) FIBRES_MATH1(expm1) FIBRES_MATH1(fabs) FIBRES_MATH1(floor)
FIBRES_MATH1(lgamma) FIBRES_MATH1(log) FIBRES_MATH1(log10) FIBRES_MATH1(log1p) FIBRES_MATH1(log2) FIBRES_MATH1(logb)
FIBRES_MATH1(nearbyint) FIBRES_MATH1(rint) FIBRES_MATH1(round) FIBRES_MATH1(sin) FIBRES_MATH1(sinh) FIBRES_MATH1(sqrt)
FIBRES_MATH1(tan) FIBRES_MATH1(tanh) FIBRES_MATH1(tgamma) FIBRES_MATH1(trunc)
FIBRES_MATH1(j0) FIBRES_MATH1(j1) FIBRES_MATH1(y0) FIBRES_MATH1(y1)
FIBRES_MATH2(atan2) FIBRES_MATH2(copysign) FIBRES_MATH2(fdim) FIBRES_MATH2(fmax) FIBRES_MATH2(fmin) FIBRES_MATH2(fmod)
FIBRES_MATH2(hypot) FIBRES_MATH2(nextafter) FIBRES_MATH2(pow) FIBRES_MATH2(remainder)

extern "C" {
double fma(double, double, double);
float fmaf(float, float, float);
double ldexp(double, int);
float ldexpf(float, int);
double frexp(double, int*);
float frexpf(float, int*);
double modf(double, double*);
float modff(float, float*);
int ilogb(double);
int ilogbf(float);
double scalbn(double, int);
float scalbnf(float, int);
long lrint(double);
long lrintf(float);
long lround(double);
long lroundf(float);
long long llrint(double);
long long llrintf(float);
long long llround(double);
long long llroundf(float);
void sincos(double, double*, double*);
void sincosf(float, float*, float*);
double exp10(double);
float exp10f(float);
double jn(int, double);
float jnf(int, float);
double yn(int, double);
float ynf(int, float);
int abs(int);
long long llabs(long long);
}
inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
inline float ldexp(float x, int n) { return ldexpf(x, n); }
inline float frexp(float x, int* n) { return frexpf(x, n); }
inline float modf(float x, float* n) { return modff(x, n); }
inline int ilogb(float x) { return ilogbf(x); }
inline float scalbn(float x, int n) { return scalbnf(x, n); }
inline void sincos(float x, float* s, float* c) { sincosf(x, s, c); }
inline long long abs(long long x) { return llabs(x); }
inline long abs(long x) { return x < 0 ? -x : x; }
inline float abs(float x) { return fabsf(x); }
inline double abs(double x) { return fabs(x); }

inline float rsqrtf(float x) { return static_cast<float>(1 / sqrt(static_cast<double>(x))); }
inline double rsqrt(double x) { return 1 / sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
inline double rcbrt(double x) { return 1 / cbrt(x); }
inline double sinpi(double x) {
    const double r = remainder(x, 2.0);
    return r == trunc(r) ? copysign(0.0, x) : sin(3.14159265358979323846 * (fabs(r) > 0.5 ? copysign(1 - fabs(r), r) : r));
}
inline double cospi(double x) {
    const double r = fabs(remainder(x, 2.0));
    return r == 0.5 ? 0.0 : cos(3.14159265358979323846 * r);
}
inline float sinpif(float x) { return static_cast<float>(sinpi(static_cast<double>(x))); }
inline float cospif(float x) { return static_cast<float>(cospi(static_cast<double>(x))); }
inline void sincospif(float x, float* s, float* c) { *s = sinpif(x), *c = cospif(x); }
inline void sincospi(double x, double* s, double* c) { *s = sinpi(x), *c = cospi(x); }

#undef isnan
#undef isinf
#undef isfinite
#undef signbit
inline bool isnan(float x) { return x != x; }
inline bool isnan(double x) { return x != x; }
inline bool isinf(float x) { return __builtin_isinf(x); }
inline bool isinf(double x) { return __builtin_isinf(x); }
inline bool isfinite(float x) { return __builtin_isfinite(x); }
inline bool isfinite(double x) { return __builtin_isfinite(x); }
inline bool signbit(float x) { return __builtin_signbit(x); }
inline bool signbit(double x) { return __builtin_signbit(x); }

#define FIBRES_EXTREMES(T)                               \
    inline T min(T a, T b) { return b < a ? b : a; }     \
    inline T max(T a, T b) { return a < b ? b : a; }
FIBRES_EXTREMES(int) FIBRES_EXTREMES(unsigned) FIBRES_EXTREMES(long) FIBRES_EXTREMES(unsigned long)
FIBRES_EXTREMES(long long) FIBRES_EXTREMES(unsigned long long)
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

// With a rounding of their own, or less exact on a GPU.
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline double __fma_rn(double x, double y, double z) { return fma(x, y, z); }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dsub_rn(double x, double y) { return x - y; }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __ddiv_rn(double x, double y) { return x / y; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline double __dsqrt_rn(double x) { return sqrt(x); }
inline float __frcp_rn(float x) { return 1 / x; }
inline float __frsqrt_rn(float x) { return rsqrtf(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __expf(float x) { return expf(x); }
inline float __exp10f(float x) { return exp10f(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __log10f(float x) { return log10f(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __tanf(float x) { return tanf(x); }
inline void __sincosf(float x, float* s, float* c) { sincosf(x, s, c); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }

// Conversions. A GPU's keep to the type's range, and make 0 of NaN.
namespace fibres {
template <class To, class From> inline To converted(From x, double least, double bound) {
    if (x != x) return 0;
    if (x <= least) return static_cast<To>(least);
    if (x >= bound) return static_cast<To>(~0ull >> (static_cast<To>(-1) < 0 ? 65 - 8 * sizeof(To) : 64 - 8 * sizeof(To)));
    return static_cast<To>(x);
}
}  // namespace fibres
inline int __float2int_rn(float x) { return fibres::converted<int>(rintf(x), -0x1p31, 0x1p31); }
inline int __float2int_rz(float x) { return fibres::converted<int>(truncf(x), -0x1p31, 0x1p31); }
inline int __float2int_rd(float x) { return fibres::converted<int>(floorf(x), -0x1p31, 0x1p31); }
inline int __float2int_ru(float x) { return fibres::converted<int>(ceilf(x), -0x1p31, 0x1p31); }
inline unsigned __float2uint_rn(float x) { return fibres::converted<unsigned>(rintf(x), 0.0, 0x1p32); }
inline unsigned __float2uint_rz(float x) { return fibres::converted<unsigned>(truncf(x), 0.0, 0x1p32); }
inline long long __float2ll_rz(float x) { return fibres::converted<long long>(truncf(x), -0x1p63, 0x1p63); }
inline long long __float2ll_rn(float x) { return fibres::converted<long long>(rintf(x), -0x1p63, 0x1p63); }
inline unsigned long long __float2ull_rz(float x) { return fibres::converted<unsigned long long>(truncf(x), 0.0, 0x1p64); }
inline int __double2int_rz(double x) { return fibres::converted<int>(trunc(x), -0x1p31, 0x1p31); }
inline int __double2int_rn(double x) { return fibres::converted<int>(rint(x), -0x1p31, 0x1p31); }
inline unsigned __double2uint_rz(double x) { return fibres::converted<unsigned>(trunc(x), 0.0, 0x1p32); }
inline long long __double2ll_rz(double x) { return fibres::converted<long long>(trunc(x), -0x1p63, 0x1p63); }
inline long long __double2ll_rn(double x) { return fibres::converted<long long>(rint(x), -0x1p63, 0x1p63); }
inline unsigned long long __double2ull_rz(double x) { return fibres::converted<unsigned long long>(trunc(x), 0.0, 0x1p64); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
inline float __ll2float_rn(long long x) { return static_cast<float>(x); }
inline float __ull2float_rn(unsigned long long x) { return static_cast<float>(x); }
inline double __ll2double_rn(long long x) { return static_cast<double>(x); }
inline double __ull2double_rn(unsigned long long x) { return static_cast<double>(x); }
inline float __double2float_rn(double x) { return static_cast<float>(x); }

// The standard normal distribution, and inverses of what it is made of: Newton's method, from Winitzki's estimate of erfinv.
inline double normcdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }
inline double erfinv(double y) {
    if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(__builtin_inf(), y) : __builtin_nan("");
    const double a = 0.147, l = log1p(-y * y), b = 2 / (3.14159265358979323846 * a) + l / 2;
    double x = copysign(sqrt(sqrt(b * b - l / a) - b), y);
    for (int i = 0; i < 4; ++i) {
        const double error = fabs(y) < 0.5 ? erf(x) - y : copysign(1 - fabs(y) - erfc(fabs(x)), y);
        const double step = error / (1.12837916709551257390 * exp(-x * x));
        x -= step / (1 + x * step);
    }
    return x;
}
inline double erfcinv(double y) {
    if (y > 0.5) return erfinv(1 - y);
    if (!(y > 0)) return y == 0 ? __builtin_inf() : __builtin_nan("");
    double x = sqrt(-log(y));
    for (int i = 0; i < 30; ++i) {
        const double step = (erfc(x) - y) / (-1.12837916709551257390 * exp(-x * x));
        x -= step / (1 + x * step);
    }
    return x;
}
inline double normcdfinv(double p) { return -1.41421356237309504880 * erfcinv(2 * p); }
inline double erfcx(double x) {
    if (x < 25) return exp(x * x) * erfc(x);
    const double r = 1 / (x * x);
    return 0.56418958354775628695 / x * (1 - r * (0.5 - r * (0.75 - r * 1.875)));
}
// The modified Bessel functions, by their power series: all terms are positive.
inline double cyl_bessel_i0(double x) {
    double term = 1, sum = 1;
    for (int k = 1; term > 1e-18 * sum && k < 2000; ++k) sum += term *= x * x / 4 / k / k;
    return sum;
}
inline double cyl_bessel_i1(double x) {
    double term = x / 2, sum = x / 2;
    for (int k = 1; fabs(term) > 1e-18 * fabs(sum) && k < 2000; ++k) sum += term *= x * x / 4 / k / (k + 1);
    return sum;
}
#define FIBRES_FLOAT(name)                                                               \
    inline float name##f(float x) { return static_cast<float>(name(static_cast<double>(x))); } \
    inline float name(float x) { return name##f(x); }
FIBRES_FLOAT(normcdf) FIBRES_FLOAT(erfinv) FIBRES_FLOAT(erfcinv) FIBRES_FLOAT(normcdfinv) FIBRES_FLOAT(erfcx)
FIBRES_FLOAT(cyl_bessel_i0) FIBRES_FLOAT(cyl_bessel_i1) FIBRES_FLOAT(rcbrt)
