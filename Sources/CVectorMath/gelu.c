#include "vector_math.h"

#include <math.h>
#include <string.h>

#include "dispatch.h"

// GELU(x) = x·Φ(x), with the normal distribution Φ. For u = |x|, at most LARGEST, and t = 2·(u/LARGEST)² − 1 it is
// Φ(u) − ½ = u·P(t); scripts/fit-gelu makes the polynomial again, and compares. As in PyTorch, the tail is right to a part of x and
// not of itself: GELU errs by at most 1.6 units in the last place of x, and for x > 0 of the result.
#define LARGEST 5.76f
static const float distribution[] = {
    0.000250084736f, -0.000650723955f, 0.000422651242f, -0.000441342232f, 0.00213842443f, -0.0041721409f,
    0.00571872329f, -0.00837322558f, 0.0124553756f, -0.0169639769f, 0.0216418069f, -0.0265516968f,
    0.0317015535f, -0.0375871632f, 0.0457893891f, -0.061328078f, 0.122755894f,
};
#define COUNT 17

// P(t), as four polynomials in t⁴, which a core works on at the same time.
INLINE float polynomial(float t) {
  const float square = t * t, fourth = square * square;
  float part[4];
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    const int first = (COUNT - 1 - j) % 4;
    part[j] = distribution[first];
#pragma clang loop unroll(full)
    for (int k = first + 4; k < COUNT; k += 4) part[j] = part[j] * fourth + distribution[k];
  }
  return (part[3] * t + part[2]) * square + (part[1] * t + part[0]);
}

INLINE float magnitude(float x) {
  const float u = fabsf(x);
  return u < LARGEST ? u : LARGEST;
}

// Φ(−u), which the polynomial may miss by a little below 0.
INLINE float tail(float u) {
  const float rest = 0.5f - u * polynomial(u * u * (2 / (LARGEST * LARGEST)) - 1);
  return rest > 0 ? rest : 0;
}

// x·Φ(x)
INLINE float gelu(float x, float tail) { return (x > 0 ? x : 0) - fabsf(x) * tail; }

// exp(−u²/2) = 2ⁿ · exp(f) with |f| <= ln 2 / 2, and a minimax polynomial of relative error 8e-8.
INLINE float bell(float u) {
  const float square = u * u;
  // Adding and taking off 1.5 · 2^23 rounds to the nearest integer, whose bits are the lowest ones of the sum.
  const float shifted = square * -0.72134752f + 12582912.0f;
  const float f = square * -0.5f - (shifted - 12582912.0f) * 0.69314718f;
  float p = 0.00829758161f;
  p = p * f + 0.0419158782f;
  p = p * f + 0.166675784f;
  p = p * f + 0.499988905f;
  p = p * f + 0.99999969f;
  p = p * f + 1.00000007f;
  uint32_t bits, n;
  memcpy(&bits, &p, sizeof bits);
  memcpy(&n, &shifted, sizeof n);
  bits += n << 23;
  memcpy(&p, &bits, sizeof p);
  return p;
}

// Φ(x) + x·φ(x)
INLINE float gelu_slope(float x, float u, float tail) {
  return (x > 0 ? 1 - tail : tail) + x * (0.3989422804f * bell(u));
}

KERNEL(void, vm_gelu, (float *restrict result, const float *restrict x, size_t count), (result, x, count)) {
  for (size_t i = 0; i < count; i++) result[i] = gelu(x[i], tail(magnitude(x[i])));
}

KERNEL(
    void, vm_gelu_with_slope,
    (float *restrict result, float *restrict slope, const float *restrict x, size_t count),
    (result, slope, x, count)) {
  for (size_t i = 0; i < count; i++) {
    const float u = magnitude(x[i]), rest = tail(u);
    result[i] = gelu(x[i], rest);
    slope[i] = gelu_slope(x[i], u, rest);
  }
}

KERNEL(void, vm_add_bias_gelu, (float *restrict x, float bias, size_t count), (x, bias, count)) {
  for (size_t i = 0; i < count; i++) {
    const float z = x[i] + bias;
    x[i] = gelu(z, tail(magnitude(z)));
  }
}

KERNEL(
    void, vm_add_bias_gelu_and_gradient, (float *restrict x, float *restrict gradient, float bias, size_t count),
    (x, gradient, bias, count)) {
  for (size_t i = 0; i < count; i++) {
    const float z = x[i] + bias, u = magnitude(z), rest = tail(u);
    x[i] = gelu(z, rest);
    gradient[i] *= gelu_slope(z, u, rest);
  }
}
