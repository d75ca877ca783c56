#include "vector_math.h"

#include <math.h>

#include "dispatch.h"
#include "exponential.h"

// Rows of a few hundred values: sums in single precision, in as many interleaved partial sums.
enum { LANES = 16 };

INLINE float lane_total(const float *lanes) {
  float sum = 0;
  for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

// Adds `term`, an expression of the index i, over a row.
#define SUM_ROW(lanes, term)                                                                                           \
  {                                                                                                                    \
    size_t first = 0;                                                                                                  \
    for (; first + LANES <= count; first += LANES)                                                                     \
      for (size_t lane = 0; lane < LANES; lane++) {                                                                    \
        const size_t i = first + lane;                                                                                 \
        lanes[lane] += (term);                                                                                         \
      }                                                                                                                \
    for (size_t i = first; i < count; i++) lanes[i - first] += (term);                                                 \
  }

// e^y for y <= 0, to about two units in the last place. What is below the smallest normal number becomes 0.
INLINE float exponential_of_negative(float y) {
  float scale;
  const float p = reduced_exponential(y < -87.0f ? -87.0f : y, &scale);
  const float result = p * scale + scale;
  return y < -87.0f ? 0.0f : result;
}

KERNEL(float, vm_largest, (const float *x, size_t count), (x, count)) {
  float lanes[LANES];
  for (size_t lane = 0; lane < LANES; lane++) lanes[lane] = -INFINITY;
  size_t first = 0;
  for (; first + LANES <= count; first += LANES)
    for (size_t lane = 0; lane < LANES; lane++) {
      const float value = x[first + lane];
      lanes[lane] = value > lanes[lane] ? value : lanes[lane];
    }
  for (size_t i = first; i < count; i++) lanes[i - first] = x[i] > lanes[i - first] ? x[i] : lanes[i - first];
  float largest = lanes[0];
  for (size_t lane = 1; lane < LANES; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  return largest;
}

KERNEL(
    float, vm_exponentials, (float *restrict x, float scale, float shift, size_t count), (x, scale, shift, count)) {
  float lanes[LANES] = {0};
  size_t first = 0;
  for (; first + LANES <= count; first += LANES)
    for (size_t lane = 0; lane < LANES; lane++) {
      const float y = exponential_of_negative(x[first + lane] * scale - shift);
      x[first + lane] = y;
      lanes[lane] += y;
    }
  for (size_t i = first; i < count; i++) {
    const float y = exponential_of_negative(x[i] * scale - shift);
    x[i] = y;
    lanes[i - first] += y;
  }
  return lane_total(lanes);
}

KERNEL(
    void, vm_softmax_gradient,
    (float *restrict g, const float *restrict y, float mean, float scale, size_t count), (g, y, mean, scale, count)) {
  for (size_t i = 0; i < count; i++) g[i] = y[i] * (g[i] - mean) * scale;
}

KERNEL(float, vm_dot, (const float *a, const float *b, size_t count), (a, b, count)) {
  float lanes[LANES] = {0};
  SUM_ROW(lanes, a[i] * b[i])
  return lane_total(lanes);
}

KERNEL(
    struct vm_row_moments, vm_row_moments_of, (const float *x, size_t count, int is_centered), (x, count, is_centered)) {
  struct vm_row_moments moments = {0, 0};
  if (is_centered) {
    float sums[LANES] = {0};
    SUM_ROW(sums, x[i])
    moments.mean = lane_total(sums) / (float)count;
  }
  const float mean = moments.mean;
  float squares[LANES] = {0};
  SUM_ROW(squares, (x[i] - mean) * (x[i] - mean))
  moments.variance = lane_total(squares) / (float)count;
  return moments;
}

KERNEL(
    void, vm_normalize_row,
    (float *restrict y, const float *restrict x, float mean, float inverse, const float *restrict scale,
     const float *restrict shift, size_t count),
    (y, x, mean, inverse, scale, shift, count)) {
  if (shift) {
    for (size_t i = 0; i < count; i++) y[i] = (x[i] - mean) * inverse * scale[i] + shift[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = (x[i] - mean) * inverse * scale[i];
  }
}

KERNEL(
    void, vm_normalize_row_gradient,
    (float *restrict dx, float *restrict dscale, float *restrict dshift, const float *restrict g,
     const float *restrict x, float mean, float inverse, const float *restrict scale, size_t count),
    (dx, dscale, dshift, g, x, mean, inverse, scale, count)) {
  float plain[LANES] = {0}, weighted[LANES] = {0};
  SUM_ROW(plain, g[i] * scale[i])
  SUM_ROW(weighted, g[i] * scale[i] * (x[i] - mean))
  const float offset = dshift ? lane_total(plain) / (float)count : 0.0f;
  const float slope = lane_total(weighted) * inverse * inverse / (float)count;
  for (size_t i = 0; i < count; i++) {
    dscale[i] += g[i] * (x[i] - mean) * inverse;
    dx[i] = inverse * (g[i] * scale[i] - offset - (x[i] - mean) * slope);
  }
  if (dshift)
    for (size_t i = 0; i < count; i++) dshift[i] += g[i];
}
