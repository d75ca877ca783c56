#include "vector_math.h"

#include <string.h>

#include "dispatch.h"

// GELU(x) = x·Φ(x), with the normal distribution Φ. For u = |x| up to LARGEST, Φ(−u) is a polynomial of its own in each of eight
// segments of equal length, in a variable r from −½ to ½: AVX2 and AVX-512 find eight numbers in a register by their places, which takes
// them no longer than a product. It errs by at most 1e-8; scripts/fit-gelu makes the coefficients again, and compares. As in
// PyTorch, the tail is right to a part of x and not of itself: GELU errs by at most 1.2 units in the last place of x (1.5
// without fused multiply-adds), and for x > 0 by 1.7 of the result's (1.9); the slope errs by 1.3e-7.
#define LARGEST 5.76f
#define SEGMENTS 8
#define DEGREE 6
// The highest power first.
static const float distribution[DEGREE + 1][SEGMENTS] = {
    {0.000345169043f, 0.000216183718f, -0.000182937831f, -6.7631634e-05f,
     2.54809547e-05f, 1.26570112e-05f, 1.83379893e-06f, 1.21602625e-07f},
    {-0.00131980178f, 0.0009115024f, 0.000751299667f, -0.000129246837f,
     -0.000168943108f, -4.03399608e-05f, -4.22765424e-06f, -2.25459232e-07f},
    {-0.0043242625f, -0.00493673049f, 0.000380680576f, 0.00157620059f,
     0.000570322736f, 8.82183449e-05f, 6.91442301e-06f, 2.91926824e-07f},
    {0.0202419516f, -0.00230036443f, -0.0110007357f, -0.00554983225f,
     -0.0012384518f, -0.000143176992f, -9.06394689e-06f, -3.22550449e-07f},
    {0.0348902158f, 0.0623287037f, 0.0368350595f, 0.0108886305f,
     0.00176020118f, 0.00016107499f, 8.48777381e-06f, 2.60084107e-07f},
    {-0.269215524f, -0.160310656f, -0.0568441339f, -0.012002429f,
     -0.00150909589f, -0.000112990987f, -5.03832916e-06f, -1.33818546e-07f},
    {0.359423578f, 0.140071094f, 0.0359303169f, 0.005867742f,
     0.000597648614f, 3.7474867e-05f, 1.43436512e-06f, 2.90836191e-08f},
};

// 1.5 · 2²³: adding and taking it off rounds to the nearest integer, whose bits are the lowest ones of the sum.
#define ROUNDING 12582912.0f

#if VM_DISPATCHES
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,tune=x86-64"))), apply_to = function)
#define LEVEL avx512
#define WIDTH 16
#define LOOKUP(out, row, index)                                        \
  (out) = (LINE)_mm512_permutexvar_ps(                                 \
      __builtin_bit_cast(__m512i, index), _mm512_broadcast_f32x8(_mm256_loadu_ps(row)))
#include "gelu_lines.h"
#undef LEVEL
#undef WIDTH
#undef LOOKUP
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3,tune=x86-64"))), apply_to = function)
#define LEVEL avx2
#define WIDTH 8
#define LOOKUP(out, row, index) \
  (out) = (LINE)_mm256_permutevar8x32_ps(_mm256_loadu_ps(row), __builtin_bit_cast(__m256i, index))
#include "gelu_lines.h"
#undef LEVEL
#undef WIDTH
#undef LOOKUP
#pragma clang attribute pop

#define DISPATCH(name, parameters, arguments)    \
  void name parameters {                         \
    switch (vm_chosen) {                         \
      case vm_avx512: name##_avx512 arguments; break; \
      case vm_avx2: name##_avx2 arguments; break;     \
      default: name##_baseline arguments;        \
    }                                            \
  }
#else
#define DISPATCH(name, parameters, arguments) \
  void name parameters { name##_baseline arguments; }
#endif

#define LEVEL baseline
#define WIDTH 4
#define LOOKUP(out, row, index) \
  for (size_t i = 0; i < WIDTH; i++) (out)[i] = (row)[(index)[i] & (SEGMENTS - 1)]
#include "gelu_lines.h"

DISPATCH(vm_gelu, (float *restrict result, const float *restrict x, size_t count), (result, x, count))

DISPATCH(
    vm_gelu_with_slope, (float *restrict result, float *restrict slope, const float *restrict x, size_t count),
    (result, slope, x, count))

DISPATCH(vm_add_bias_gelu, (float *restrict x, float bias, size_t count), (x, bias, count))

DISPATCH(
    vm_add_bias_gelu_and_gradient, (float *restrict x, float *restrict gradient, float bias, size_t count),
    (x, gradient, bias, count))
