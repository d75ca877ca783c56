#include "vector_math.h"

#include <string.h>

#include "dispatch.h"

// Sixteen modes side by side. Where registers are narrower the compiler splits them.
#define LANES 16
typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4)));

INLINE void load(lanes *value, const float *source, size_t count) {
  if (count == LANES) {
    memcpy(value, source, sizeof *value);
  } else {
    memset(value, 0, sizeof *value);
    memcpy(value, source, count * sizeof *source);
  }
}

INLINE void store(float *target, const lanes *value, size_t count) {
  memcpy(target, value, count == LANES ? sizeof *value : count * sizeof *target);
}

// Weights stand as (real, imaginary) pairs.
INLINE void load_pairs(lanes *real, lanes *imaginary, const float *source, size_t count) {
  lanes low, high;
  const size_t floats = 2 * count;
  load(&low, source, floats < LANES ? floats : LANES);
  load(&high, source + LANES, floats < LANES ? 0 : floats - LANES);
  *real = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  *imaginary = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

INLINE void store_pairs(float *target, const lanes *real, const lanes *imaginary, size_t count) {
  const lanes low =
      __builtin_shufflevector(*real, *imaginary, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const lanes high =
      __builtin_shufflevector(*real, *imaginary, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const size_t floats = 2 * count;
  store(target, &low, floats < LANES ? floats : LANES);
  if (floats > LANES) store(target + LANES, &high, floats - LANES);
}

// y[b, o] = Σᵢ w[i, o] · x[b, i] for `rows` samples and `columns` outputs held in registers.
INLINE void mix_block(
    const struct vm_modes *m, const float *x, const float *w, float *y, size_t rows, size_t columns, size_t count) {
  lanes sum_real[2][4], sum_imaginary[2][4];
  memset(sum_real, 0, sizeof sum_real);
  memset(sum_imaginary, 0, sizeof sum_imaginary);
  for (size_t i = 0; i < m->inputs; i++) {
    lanes x_real[2], x_imaginary[2];
    for (size_t b = 0; b < rows; b++) {
      const float *source = x + (b * m->inputs + i) * 2 * m->spectrum;
      load(&x_real[b], source, count);
      load(&x_imaginary[b], source + m->spectrum, count);
    }
    for (size_t o = 0; o < columns; o++) {
      lanes w_real, w_imaginary;
      load_pairs(&w_real, &w_imaginary, w + (i * m->outputs + o) * 2 * m->block, count);
      for (size_t b = 0; b < rows; b++) {
        sum_real[b][o] += x_real[b] * w_real;
        sum_imaginary[b][o] += x_real[b] * w_imaginary;
        sum_real[b][o] -= x_imaginary[b] * w_imaginary;
        sum_imaginary[b][o] += x_imaginary[b] * w_real;
      }
    }
  }
  for (size_t b = 0; b < rows; b++)
    for (size_t o = 0; o < columns; o++) {
      float *target = y + (b * m->outputs + o) * 2 * m->spectrum;
      store(target, &sum_real[b][o], count);
      store(target + m->spectrum, &sum_imaginary[b][o], count);
    }
}

// dx[b, i] = Σₒ conj(w[i, o]) · g[b, o]
INLINE void input_block(
    const struct vm_modes *m, const float *g, const float *w, float *dx, size_t rows, size_t columns, size_t count) {
  lanes sum_real[2][4], sum_imaginary[2][4];
  memset(sum_real, 0, sizeof sum_real);
  memset(sum_imaginary, 0, sizeof sum_imaginary);
  for (size_t o = 0; o < m->outputs; o++) {
    lanes g_real[2], g_imaginary[2];
    for (size_t b = 0; b < rows; b++) {
      const float *source = g + (b * m->outputs + o) * 2 * m->spectrum;
      load(&g_real[b], source, count);
      load(&g_imaginary[b], source + m->spectrum, count);
    }
    for (size_t i = 0; i < columns; i++) {
      lanes w_real, w_imaginary;
      load_pairs(&w_real, &w_imaginary, w + (i * m->outputs + o) * 2 * m->block, count);
      for (size_t b = 0; b < rows; b++) {
        sum_real[b][i] += g_real[b] * w_real;
        sum_imaginary[b][i] += g_imaginary[b] * w_real;
        sum_real[b][i] += g_imaginary[b] * w_imaginary;
        sum_imaginary[b][i] -= g_real[b] * w_imaginary;
      }
    }
  }
  for (size_t b = 0; b < rows; b++)
    for (size_t i = 0; i < columns; i++) {
      float *target = dx + (b * m->inputs + i) * 2 * m->spectrum;
      store(target, &sum_real[b][i], count);
      store(target + m->spectrum, &sum_imaginary[b][i], count);
    }
}

// dw[i, o] = Σ_b conj(x[b, i]) · g[b, o], from the first sample to the last.
INLINE void weight_block(
    const struct vm_modes *m, const float *x, const float *g, float *dw, size_t rows, size_t columns, size_t count) {
  lanes sum_real[2][4], sum_imaginary[2][4];
  memset(sum_real, 0, sizeof sum_real);
  memset(sum_imaginary, 0, sizeof sum_imaginary);
  for (size_t b = 0; b < m->samples; b++) {
    lanes x_real[2], x_imaginary[2];
    for (size_t i = 0; i < rows; i++) {
      const float *source = x + (b * m->inputs + i) * 2 * m->spectrum;
      load(&x_real[i], source, count);
      load(&x_imaginary[i], source + m->spectrum, count);
    }
    for (size_t o = 0; o < columns; o++) {
      lanes g_real, g_imaginary;
      const float *source = g + (b * m->outputs + o) * 2 * m->spectrum;
      load(&g_real, source, count);
      load(&g_imaginary, source + m->spectrum, count);
      for (size_t i = 0; i < rows; i++) {
        sum_real[i][o] += x_real[i] * g_real;
        sum_imaginary[i][o] += x_real[i] * g_imaginary;
        sum_real[i][o] += x_imaginary[i] * g_imaginary;
        sum_imaginary[i][o] -= x_imaginary[i] * g_real;
      }
    }
  }
  for (size_t i = 0; i < rows; i++)
    for (size_t o = 0; o < columns; o++)
      store_pairs(dw + (i * m->outputs + o) * 2 * m->block, &sum_real[i][o], &sum_imaginary[i][o], count);
}

// Walks over blocks of two rows and four columns; whole blocks of whole tiles get constant bounds, so that the sums
// stay in registers.
#define FOR_BLOCKS(rows_total, columns_total, call)                                \
  for (size_t row = 0; row < (rows_total); row += 2)                               \
    for (size_t column = 0; column < (columns_total); column += 4) {               \
      const size_t rows = (rows_total) - row < 2 ? 1 : 2;                          \
      const size_t columns = (columns_total) - column < 4 ? (columns_total) - column : 4; \
      if (rows == 2 && columns == 4 && count == LANES) {                           \
        call(2, 4, LANES);                                                         \
      } else {                                                                     \
        call(rows, columns, count);                                                \
      }                                                                            \
    }

KERNEL(
    void, vm_mix_modes, (const struct vm_modes *m, const float *x, const float *w, float *y, size_t count), (m, x, w, y, count)) {
#define CALL(r, c, n)                                                                           \
  mix_block(m, x + row * m->inputs * 2 * m->spectrum, w + column * 2 * m->block,                \
            y + (row * m->outputs + column) * 2 * m->spectrum, r, c, n)
  FOR_BLOCKS(m->samples, m->outputs, CALL)
#undef CALL
}

KERNEL(
    void, vm_mix_modes_input_gradient, (const struct vm_modes *m, const float *g, const float *w, float *dx, size_t count), (m, g, w, dx, count)) {
#define CALL(r, c, n)                                                                             \
  input_block(m, g + row * m->outputs * 2 * m->spectrum, w + column * m->outputs * 2 * m->block,  \
              dx + (row * m->inputs + column) * 2 * m->spectrum, r, c, n)
  FOR_BLOCKS(m->samples, m->inputs, CALL)
#undef CALL
}

KERNEL(
    void, vm_mix_modes_weight_gradient, (const struct vm_modes *m, const float *x, const float *g, float *dw, size_t count), (m, x, g, dw, count)) {
#define CALL(r, c, n)                                                                      \
  weight_block(m, x + row * 2 * m->spectrum, g + column * 2 * m->spectrum,                 \
               dw + (row * m->outputs + column) * 2 * m->block, r, c, n)
  FOR_BLOCKS(m->inputs, m->outputs, CALL)
#undef CALL
}
