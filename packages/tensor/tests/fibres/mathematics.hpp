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
FIBRES_MATH1(ceil) FIBRES_MATH1(cos) FIBRES_MATH1(cosh) FIBRES_MATH1(erf) FIBRES_MATH1(erfc) FIBRES_MATH1(exp)
FIBRES_MATH1(exp2) FIBRES_MATH1(expm1) FIBRES_MATH1(fabs) FIBRES_MATH1(floor) FIBRES_MATH1(lgamma) FIBRES_MATH1(log)
FIBRES_MATH1(log10) FIBRES_MATH1(log1p) FIBRES_MATH1(log2) FIBRES_MATH1(rint) FIBRES_MATH1(round) FIBRES_MATH1(sin)
FIBRES_MATH1(sinh) FIBRES_MATH1(sqrt) FIBRES_MATH1(tan) FIBRES_MATH1(tanh) FIBRES_MATH1(trunc) FIBRES_MATH1(j0)
FIBRES_MATH1(j1) FIBRES_MATH1(y0) FIBRES_MATH1(y1)
FIBRES_MATH2(atan2) FIBRES_MATH2(copysign) FIBRES_MATH2(fmax) FIBRES_MATH2(fmin) FIBRES_MATH2(fmod)
FIBRES_MATH2(hypot) FIBRES_MATH2(nextafter) FIBRES_MATH2(pow) FIBRES_MATH2(remainder)

extern "C" {
double fma(double, double, double);
float fmaf(float, float, float);
double ldexp(double, int);
float ldexpf(float, int);
double frexp(double, int*);
float frexpf(float, int*);
int abs(int);
long long llabs(long long);
}
inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
inline float ldexp(float x, int n) { return ldexpf(x, n); }
inline float frexp(float x, int* n) { return frexpf(x, n); }
inline long long abs(long long x) { return llabs(x); }
inline long abs(long x) { return x < 0 ? -x : x; }
inline float abs(float x) { return fabsf(x); }
inline double abs(double x) { return fabs(x); }

inline float rsqrtf(float x) { return static_cast<float>(1 / sqrt(static_cast<double>(x))); }
inline double rsqrt(double x) { return 1 / sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
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
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dmul_rn(double x, double y) { return x * y; }

// The inverse of erf, by Newton's method from Winitzki's estimate; and erfc without what makes it small.
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
inline double erfcx(double x) {
    if (x < 25) return exp(x * x) * erfc(x);
    const double r = 1 / (x * x);
    return 0.56418958354775628695 / x * (1 - r * (0.5 - r * (0.75 - r * 1.875)));
}
#define FIBRES_FLOAT(name)                                                               \
    inline float name##f(float x) { return static_cast<float>(name(static_cast<double>(x))); } \
    inline float name(float x) { return name##f(x); }
FIBRES_FLOAT(erfinv) FIBRES_FLOAT(erfcx)
