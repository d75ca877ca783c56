#include "vector_math.h"

#include <math.h>
#include <string.h>

#include "dispatch.h"

// exp(y) for y <= 0, to about one unit in the last place: 2^n · exp(f) with |f| <= ln 2 / 2 and a Taylor polynomial.
static inline __attribute__((always_inline)) float exp_of_negative(float y) {
  y = y < -87.0f ? -87.0f : y;
  // Adding and taking off 1.5 · 2^23 rounds to the nearest integer.
  const float shifted = y * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float f = (y - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.0f / 5040.0f;
  p = p * f + 1.0f / 720.0f;
  p = p * f + 1.0f / 120.0f;
  p = p * f + 1.0f / 24.0f;
  p = p * f + 1.0f / 6.0f;
  p = p * f + 0.5f;
  p = p * f + 1.0f;
  p = p * f + 1.0f;
  const int32_t bits = ((int32_t)n + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

// The normal distribution's lower tail over its density, Φ(-u) / exp(-u²/2) for u >= 0, as a polynomial in
// 1 / (1 + 0.3 u): a minimax fit of relative error 6e-8 over 0 <= u <= 13, beyond which float32 has nothing left.
// scripts/fit-normal-tail makes the fit again, and compares.
static inline __attribute__((always_inline)) float scaled_tail(float u) {
  const float t = 1.0f / (1.0f + 0.3f * u);
  float q = 0.03827467318237172f;
  q = q * t - 0.16866075214676884f;
  q = q * t + 0.22761217088718394f;
  q = q * t - 0.07530287556997868f;
  q = q * t + 0.14170021777042147f;
  q = q * t + 0.09504125104536919f;
  q = q * t + 0.12182825682520618f;
  q = q * t + 0.11950068626598975f;
  q = q * t + 6.40010991490097e-06f;
  return q;
}

KERNEL(void, vm_gelu, (float *restrict result, const float *restrict x, size_t count), (result, x, count)) {
  for (size_t i = 0; i < count; i++) {
    const float u = fabsf(x[i]);
    const float tail = exp_of_negative(-0.5f * u * u) * scaled_tail(u);
    result[i] = x[i] * (x[i] < 0 ? tail : 1.0f - tail);
  }
}

KERNEL(
    void, vm_gelu_with_slope,
    (float *restrict result, float *restrict slope, const float *restrict x, size_t count),
    (result, slope, x, count)) {
  for (size_t i = 0; i < count; i++) {
    const float u = fabsf(x[i]);
    const float bell = exp_of_negative(-0.5f * u * u);
    const float tail = bell * scaled_tail(u);
    const float distribution = x[i] < 0 ? tail : 1.0f - tail;
    result[i] = x[i] * distribution;
    slope[i] = distribution + x[i] * bell * 0.3989422804f;
  }
}

KERNEL(void, vm_add_bias_gelu, (float *restrict x, float bias, size_t count), (x, bias, count)) {
  for (size_t i = 0; i < count; i++) {
    const float z = x[i] + bias;
    const float u = fabsf(z);
    const float tail = exp_of_negative(-0.5f * u * u) * scaled_tail(u);
    x[i] = z * (z < 0 ? tail : 1.0f - tail);
  }
}

KERNEL(
    void, vm_add_bias_gelu_and_gradient, (float *restrict x, float *restrict gradient, float bias, size_t count), (x, gradient, bias, count)) {
  for (size_t i = 0; i < count; i++) {
    const float z = x[i] + bias;
    const float u = fabsf(z);
    const float bell = exp_of_negative(-0.5f * u * u);
    const float tail = bell * scaled_tail(u);
    const float distribution = z < 0 ? tail : 1.0f - tail;
    x[i] = z * distribution;
    gradient[i] *= distribution + z * bell * 0.3989422804f;
  }
}
