#include "vector_math.h"

#include <math.h>

#include "exponential.h"
#include "lines.h"

// Values of a run that is summed in single precision, and the most that are asked for before they are read: of what is longer the
// processor foresees the rest.
enum { RUN = 256, FETCHED = 512 };

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

typedef double doubles __attribute__((vector_size(8 * LANES), aligned(8)));

INLINE double total(const doubles *partial) {
  double sum = 0;
  for (size_t lane = 0; lane < LANES; lane++) sum += (*partial)[lane];
  return sum;
}

INLINE void load(lanes *values, const float *x, size_t count) {
  *values = (lanes){};
  if (count == LANES) {
    memcpy(values, x, sizeof *values);
  } else {
    copy((float *)values, x, count);
  }
}

INLINE void store(float *y, const lanes *values, size_t count) {
  if (count == LANES) {
    memcpy(y, values, sizeof *values);
  } else {
    copy(y, (const float *)values, count);
  }
}

// Calls for every sixteen values of a row from `begin` on, and for those left over: `n` of them from `at` on. Rows can be as short as one
// vector, which the compiler's own loops leave to their ends.
#define EACH_VECTOR(begin, end, at, n, ...)                                                                            \
  {                                                                                                                    \
    size_t at = (begin);                                                                                               \
    for (; at + LANES <= (end); at += LANES) {                                                                         \
      const size_t n = LANES;                                                                                          \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
    if (at < (end)) {                                                                                                  \
      const size_t n = (end) - at;                                                                                     \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }

// Adds to the sums of double lanes, through single-precision lanes for a run: the same additions in the same order on every
// instruction set and at any number of threads. Sums `x - center` of the first power or the second.
INLINE void add_row(doubles *sum, const float *x, size_t count, float center, int squared) {
  for (size_t start = 0; start < count; start += RUN) {
    const size_t end = start + RUN < count ? start + RUN : count;
    lanes partial = {0};
    EACH_VECTOR(start, end, at, n, {
      lanes v;
      load(&v, x + at, n);
      if (squared) {
        v -= center;
        for (size_t lane = n; lane < LANES; lane++) v[lane] = 0;
        v *= v;
      }
      partial += v;
    })
    *sum += __builtin_convertvector(partial, doubles);
  }
}

// Likewise the sums of g and of g · (x - center); where there is no g, its lanes are 0.
INLINE void add_gradients(
    doubles *plain, doubles *weighted, const float *g, const float *x, size_t count, float center) {
  for (size_t start = 0; start < count; start += RUN) {
    const size_t end = start + RUN < count ? start + RUN : count;
    lanes sum = {0}, product = {0};
    EACH_VECTOR(start, end, at, n, {
      lanes v, gradient;
      load(&v, x + at, n);
      load(&gradient, g + at, n);
      sum += gradient;
      product += gradient * (v - center);
    })
    *plain += __builtin_convertvector(sum, doubles);
    *weighted += __builtin_convertvector(product, doubles);
  }
}

KERNEL(void, vm_tanh, (float *result, const float *x, size_t count), (result, x, count)) {
  for (size_t i = 0; i < count; i++) result[i] = hyperbolic_tangent(x[i]);
}

// For every row of the first channel, of the second and so on, sample by sample, where it stands.
#define EACH_ROW(c, channel, at)                                                                                       \
  for (size_t row = 0; row < (c)->rows; row++)                                                                         \
    for (size_t channel = 0, at = row * (c)->stride; channel < (c)->channels; channel++, at += (c)->count)

// Asks for the channels' next sample, which stands far behind this one.
INLINE void fetch_next(const struct vm_channels *c, size_t channel, size_t at, const float *x) {
  if (channel > 0 || at + c->stride >= c->rows * c->stride) return;
  const size_t run = c->channels * c->count, most = run < FETCHED ? run : FETCHED;
  vm_prefetch(x + at + c->stride, most);
}

KERNEL(double, vm_precise_sum, (const float *x, size_t count), (x, count)) {
  doubles sum = {0};
  add_row(&sum, x, count, 0, 0);
  return total(&sum);
}

KERNEL(double, vm_squared_deviations, (const float *x, size_t count, float center), (x, count, center)) {
  doubles sum = {0};
  add_row(&sum, x, count, center, 1);
  return total(&sum);
}

KERNEL(void, vm_channel_sums, (const struct vm_channels *c, const float *x, double *sums), (c, x, sums)) {
  doubles sum[VM_MOST_CHANNELS] = {0};
  EACH_ROW(c, channel, at) {
    fetch_next(c, channel, at, x);
    add_row(&sum[channel], x + at, c->count, 0, 0);
  }
  for (size_t channel = 0; channel < c->channels; channel++) sums[channel] = total(&sum[channel]);
}

KERNEL(
    void, vm_channel_squares,
    (const struct vm_channels *c, const struct vm_normalization *to, const float *x, double *squares),
    (c, to, x, squares)) {
  doubles sum[VM_MOST_CHANNELS] = {0};
  EACH_ROW(c, channel, at) add_row(&sum[channel], x + at, c->count, to[channel].mean, 1);
  for (size_t channel = 0; channel < c->channels; channel++) squares[channel] = total(&sum[channel]);
}

KERNEL(
    void, vm_normalize,
    (const struct vm_channels *c, const struct vm_normalization *to, float *y, const float *x), (c, to, y, x)) {
  EACH_ROW(c, channel, start) {
    const float mean = to[channel].mean, scale = to[channel].scale, shift = to[channel].shift;
    fetch_next(c, channel, start, x);
    fetch_next(c, channel, start, y);
    EACH_VECTOR(start, start + c->count, at, n, {
      lanes v;
      load(&v, x + at, n);
      v = (v - mean) * scale + shift;
      store(y + at, &v, n);
    })
  }
}

KERNEL(
    void, vm_normalize_tanh,
    (const struct vm_channels *c, const struct vm_normalization *to, float *restrict y, const float *restrict x),
    (c, to, y, x)) {
  EACH_ROW(c, channel, start) {
    const float mean = to[channel].mean, scale = to[channel].scale, shift = to[channel].shift;
    fetch_next(c, channel, start, x);
    fetch_next(c, channel, start, y);
    EACH_VECTOR(start, start + c->count, at, n, {
      for (size_t i = at; i < at + n; i++) y[i] = hyperbolic_tangent((x[i] - mean) * scale + shift);
    })
  }
}

KERNEL(
    void, vm_normalize_gradient,
    (const struct vm_channels *c, const struct vm_normalization *to, const float *g, const float *x,
     struct vm_gradient_sums *sums),
    (c, to, g, x, sums)) {
  doubles plain[VM_MOST_CHANNELS] = {0}, weighted[VM_MOST_CHANNELS] = {0};
  EACH_ROW(c, channel, at) {
    fetch_next(c, channel, at, x);
    fetch_next(c, channel, at, g);
    add_gradients(&plain[channel], &weighted[channel], g + at, x + at, c->count, to[channel].mean);
  }
  for (size_t channel = 0; channel < c->channels; channel++)
    sums[channel] = (struct vm_gradient_sums){total(&plain[channel]), total(&weighted[channel])};
}

KERNEL(
    void, vm_normalize_tanh_gradient,
    (const struct vm_channels *c, const struct vm_normalization *to, float *restrict dz, const float *restrict g,
     const float *restrict x, struct vm_gradient_sums *sums),
    (c, to, dz, g, x, sums)) {
  doubles plain[VM_MOST_CHANNELS] = {0}, weighted[VM_MOST_CHANNELS] = {0};
  EACH_ROW(c, channel, start) {
    const float mean = to[channel].mean, scale = to[channel].scale, shift = to[channel].shift;
    fetch_next(c, channel, start, x);
    fetch_next(c, channel, start, g);
    fetch_next(c, channel, start, dz);
    EACH_VECTOR(start, start + c->count, at, n, {
      for (size_t i = at; i < at + n; i++) {
        const float y = hyperbolic_tangent((x[i] - mean) * scale + shift);
        dz[i] = g[i] * (1.0f - y * y);
      }
    })
    add_gradients(&plain[channel], &weighted[channel], dz + start, x + start, c->count, mean);
  }
  for (size_t channel = 0; channel < c->channels; channel++)
    sums[channel] = (struct vm_gradient_sums){total(&plain[channel]), total(&weighted[channel])};
}

KERNEL(
    void, vm_normalize_input_gradient,
    (const struct vm_channels *c, const struct vm_normalization *to, const struct vm_correction *by, float *dx,
     const float *dz, const float *x),
    (c, to, by, dx, dz, x)) {
  EACH_ROW(c, channel, start) {
    const float mean = to[channel].mean, scale = to[channel].scale;
    const float slope = by[channel].slope, offset = by[channel].offset;
    EACH_VECTOR(start, start + c->count, at, n, {
      lanes v, gradient;
      load(&v, x + at, n);
      load(&gradient, dz + at, n);
      gradient = gradient * scale + (v - mean) * slope + offset;
      store(dx + at, &gradient, n);
    })
  }
}
