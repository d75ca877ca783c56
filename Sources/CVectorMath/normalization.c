#include "vector_math.h"

#include <math.h>

#include "dispatch.h"
#include "exponential.h"

// Values of a run that is summed in single precision.
enum { RUN = 256, LANES = 16 };

// exp(y) - 1 for y <= 0, to about one unit in the last place of the result: 2^n · (exp(f) - 1) + (2^n - 1), which loses nothing where
// y is small and n = 0.
INLINE float exp_minus_one_of_negative(float y) {
  float scale;
  const float p = reduced_exponential(y < -40.0f ? -40.0f : y, &scale);
  return p * scale + (scale - 1.0f);
}

// tanh u = -e / (2 + e) with e = exp(-2u) - 1, for u >= 0.
INLINE float hyperbolic_tangent(float x) {
  const float e = exp_minus_one_of_negative(-2.0f * fabsf(x));
  return copysignf(-e / (2.0f + e), x);
}

INLINE double total(const double *partial) {
  double sum = 0;
  for (size_t lane = 0; lane < LANES; lane++) sum += partial[lane];
  return sum;
}

KERNEL(void, vm_tanh, (float *result, const float *x, size_t count), (result, x, count)) {
  for (size_t i = 0; i < count; i++) result[i] = hyperbolic_tangent(x[i]);
}

// Adds `term`, an expression of the index i, over all values of a channel into double lanes, through single-precision
// lanes for a run: the same additions in the same order on every instruction set and at any number of threads.
#define SUM_CHANNEL(lanes, term)                                                                                       \
  for (size_t start = 0; start < channel->count; start += RUN) {                                                       \
    const size_t end = start + RUN < channel->count ? start + RUN : channel->count;                                    \
    float partial[LANES] = {0};                                                                                        \
    size_t first = start;                                                                                              \
    for (; first + LANES <= end; first += LANES)                                                                       \
      for (size_t lane = 0; lane < LANES; lane++) {                                                                    \
        const size_t i = first + lane;                                                                                 \
        partial[lane] += (term);                                                                                       \
      }                                                                                                                \
    for (size_t i = first; i < end; i++) partial[i - first] += (term);                                                 \
    for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += (double)partial[lane];                                  \
  }

KERNEL(double, vm_channel_sum, (const struct vm_channel *channel, const float *x), (channel, x)) {
  double lanes[LANES] = {0};
  for (size_t row = 0; row < channel->rows; row++, x += channel->stride) {
    SUM_CHANNEL(lanes, x[i])
  }
  return total(lanes);
}

KERNEL(
    double, vm_channel_squares, (const struct vm_channel *channel, const float *x, float center), (channel, x, center)) {
  double lanes[LANES] = {0};
  for (size_t row = 0; row < channel->rows; row++, x += channel->stride) {
    SUM_CHANNEL(lanes, (x[i] - center) * (x[i] - center))
  }
  return total(lanes);
}

KERNEL(
    void, vm_normalize,
    (const struct vm_channel *channel, const struct vm_normalization *to, float *restrict y, const float *restrict x),
    (channel, to, y, x)) {
  const float mean = to->mean, scale = to->scale, shift = to->shift;
  for (size_t row = 0; row < channel->rows; row++, x += channel->stride, y += channel->stride)
    for (size_t i = 0; i < channel->count; i++) y[i] = (x[i] - mean) * scale + shift;
}

KERNEL(
    void, vm_normalize_tanh,
    (const struct vm_channel *channel, const struct vm_normalization *to, float *restrict y, const float *restrict x),
    (channel, to, y, x)) {
  const float mean = to->mean, scale = to->scale, shift = to->shift;
  for (size_t row = 0; row < channel->rows; row++, x += channel->stride, y += channel->stride)
    for (size_t i = 0; i < channel->count; i++) y[i] = hyperbolic_tangent((x[i] - mean) * scale + shift);
}

KERNEL(
    void, vm_normalize_gradient,
    (const struct vm_channel *channel, const struct vm_normalization *to, const float *g, const float *x,
     struct vm_gradient_sums *sums),
    (channel, to, g, x, sums)) {
  double plain[LANES] = {0}, weighted[LANES] = {0};
  const float mean = to->mean;
  for (size_t row = 0; row < channel->rows; row++, x += channel->stride, g += channel->stride) {
    SUM_CHANNEL(plain, g[i])
    SUM_CHANNEL(weighted, g[i] * (x[i] - mean))
  }
  sums->plain = total(plain);
  sums->weighted = total(weighted);
}

KERNEL(
    void, vm_normalize_tanh_gradient,
    (const struct vm_channel *channel, const struct vm_normalization *to, float *restrict dz, const float *restrict g,
     const float *restrict x, struct vm_gradient_sums *sums),
    (channel, to, dz, g, x, sums)) {
  double plain[LANES] = {0}, weighted[LANES] = {0};
  const float mean = to->mean, scale = to->scale, shift = to->shift;
  for (size_t row = 0; row < channel->rows;
       row++, x += channel->stride, g += channel->stride, dz += channel->stride) {
    for (size_t i = 0; i < channel->count; i++) {
      const float y = hyperbolic_tangent((x[i] - mean) * scale + shift);
      dz[i] = g[i] * (1.0f - y * y);
    }
    SUM_CHANNEL(plain, dz[i])
    SUM_CHANNEL(weighted, dz[i] * (x[i] - mean))
  }
  sums->plain = total(plain);
  sums->weighted = total(weighted);
}

KERNEL(
    void, vm_normalize_input_gradient,
    (const struct vm_channel *channel, const struct vm_normalization *to, float *dx, const float *dz, const float *x,
     float slope, float offset),
    (channel, to, dx, dz, x, slope, offset)) {
  const float mean = to->mean, scale = to->scale;
  for (size_t row = 0; row < channel->rows;
       row++, x += channel->stride, dz += channel->stride, dx += channel->stride) {
    // dz may be dx itself, which no iteration minds.
#pragma clang loop vectorize(assume_safety)
    for (size_t i = 0; i < channel->count; i++) dx[i] = dz[i] * scale + (x[i] - mean) * slope + offset;
  }
}
