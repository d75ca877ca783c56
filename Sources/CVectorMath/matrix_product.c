#include "vector_math.h"

#include <string.h>

#include "dispatch.h"

// One line of the product in registers: 16 floats are one AVX-512 register or two of AVX2.
#define LANES 16
typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4)));

// With AVX2 six lines of sixteen columns leave four of the sixteen registers for what is multiplied.
#define ROWS 6
// So many columns' sixteen-wide tile of the right factor, 16 KB, stays in the nearest cache for all rows.
#define INNER 256

#define INLINE static inline __attribute__((always_inline))

// c[r, 0 ..< LANES] = (adds ? c : 0) + Σᵢ a[r, i] · b[i, 0 ..< LANES]
INLINE void product_tile(
    const struct vm_factors *p, const float *a, const float *b, size_t b_row, float *c, size_t c_row, size_t rows,
    size_t inner, int adds) {
  lanes sum[ROWS];
  for (size_t r = 0; r < rows; r++) {
    if (adds) {
      memcpy(&sum[r], c + r * c_row, sizeof sum[r]);
    } else {
      memset(&sum[r], 0, sizeof sum[r]);
    }
  }
  for (size_t i = 0; i < inner; i++) {
    lanes line;
    memcpy(&line, b + i * b_row, sizeof line);
    for (size_t r = 0; r < rows; r++) sum[r] += a[r * p->a_row + i * p->a_column] * line;
  }
  for (size_t r = 0; r < rows; r++) memcpy(c + r * c_row, &sum[r], sizeof sum[r]);
}

// As product_tile for any number of rows, shared out so that no tile is much lower than the others.
INLINE void product_column(
    const struct vm_factors *p, const float *a, const float *b, size_t b_row, float *c, size_t c_row, size_t inner,
    int adds) {
  const size_t tiles = (p->rows + ROWS - 1) / ROWS;
  size_t row = 0;
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t next = (tile + 1) * p->rows / tiles;
    const float *const a_tile = a + row * p->a_row;
    float *const c_tile = c + row * c_row;
#define CASE(r)                                                             \
  case r:                                                                   \
    if (adds) {                                                             \
      product_tile(p, a_tile, b, b_row, c_tile, c_row, r, inner, 1);        \
    } else {                                                                \
      product_tile(p, a_tile, b, b_row, c_tile, c_row, r, inner, 0);        \
    }                                                                       \
    break;
    switch (next - row) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) }
#undef CASE
    row = next;
  }
}

// The last columns, fewer than LANES: the same on a copy that is filled up with zeros, a few rows at a time.
INLINE void product_rest(
    const struct vm_factors *p, const float *a, const float *b, float *c, size_t columns, size_t inner, int adds) {
  float right[INNER * LANES], left[ROWS * LANES];
  for (size_t i = 0; i < inner; i++) {
    memset(right + i * LANES, 0, LANES * sizeof *right);
    for (size_t n = 0; n < columns; n++) right[i * LANES + n] = b[i * p->b_row + n];
  }
  struct vm_factors part = *p;
  for (size_t row = 0; row < p->rows; row += ROWS) {
    part.rows = p->rows - row < ROWS ? p->rows - row : ROWS;
    product_column(&part, a + row * p->a_row, right, LANES, left, LANES, inner, 0);
    for (size_t r = 0; r < part.rows; r++) {
      float *const target = c + (row + r) * p->c_row;
      for (size_t n = 0; n < columns; n++) target[n] = (adds ? target[n] : 0) + left[r * LANES + n];
    }
  }
}

KERNEL(
    void, vm_product, (const struct vm_factors *p, const float *a, const float *b, float *c), (p, a, b, c)) {
  for (size_t i = 0; i < p->inner; i += INNER) {
    const size_t inner = p->inner - i < INNER ? p->inner - i : INNER;
    const int adds = p->adds || i > 0;
    const float *const a_part = a + i * p->a_column;
    const float *const b_part = b + i * p->b_row;
    size_t n = 0;
    for (; n + LANES <= p->columns; n += LANES)
      product_column(p, a_part, b_part + n, p->b_row, c + n, p->c_row, inner, adds);
    if (n < p->columns) product_rest(p, a_part, b_part + n, c + n, p->columns - n, inner, adds);
  }
}

// Sums over points run in eight lanes: with AVX2 four rows by three columns of them leave four registers.
#define POINTS 8
typedef float points __attribute__((vector_size(4 * POINTS), aligned(4)));
#define INNER_ROWS 4
#define INNER_COLUMNS 3

INLINE float sum_of_points(const points *x) {
  return (((*x)[0] + (*x)[4]) + ((*x)[2] + (*x)[6])) + (((*x)[1] + (*x)[5]) + ((*x)[3] + (*x)[7]));
}

// c[r, k] = (adds ? c : 0) + Σₙ a[r, n] · b[k, n]
INLINE void inner_tile(
    const struct vm_factors *p, const float *a, const float *b, float *c, size_t rows, size_t columns) {
  points sum[INNER_ROWS][INNER_COLUMNS];
  memset(sum, 0, sizeof sum);
  size_t n = 0;
  for (; n + POINTS <= p->inner; n += POINTS) {
    points right[INNER_COLUMNS];
    for (size_t k = 0; k < columns; k++) memcpy(&right[k], b + k * p->b_row + n, sizeof right[k]);
    for (size_t r = 0; r < rows; r++) {
      points left;
      memcpy(&left, a + r * p->a_row + n, sizeof left);
      for (size_t k = 0; k < columns; k++) sum[r][k] += left * right[k];
    }
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t k = 0; k < columns; k++) {
      float total = sum_of_points(&sum[r][k]);
      for (size_t m = n; m < p->inner; m++) total += a[r * p->a_row + m] * b[k * p->b_row + m];
      c[r * p->c_row + k] = (p->adds ? c[r * p->c_row + k] : 0) + total;
    }
}

KERNEL(
    void, vm_product_of_rows, (const struct vm_factors *p, const float *a, const float *b, float *c), (p, a, b, c)) {
  for (size_t row = 0; row < p->rows; row += INNER_ROWS)
    for (size_t column = 0; column < p->columns; column += INNER_COLUMNS) {
      const size_t rows = p->rows - row < INNER_ROWS ? p->rows - row : INNER_ROWS;
      const size_t columns = p->columns - column < INNER_COLUMNS ? p->columns - column : INNER_COLUMNS;
      const float *const a_tile = a + row * p->a_row;
      const float *const b_tile = b + column * p->b_row;
      float *const c_tile = c + row * p->c_row + column;
#define CASE(r, k) \
  case 4 * r + k: inner_tile(p, a_tile, b_tile, c_tile, r, k); break;
      switch (4 * rows + columns) {
        CASE(1, 1) CASE(1, 2) CASE(1, 3) CASE(2, 1) CASE(2, 2) CASE(2, 3)
        CASE(3, 1) CASE(3, 2) CASE(3, 3) CASE(4, 1) CASE(4, 2) CASE(4, 3)
      }
#undef CASE
    }
}
