#include "product_tile.h"
#include "turn.h"

// Sums over points run in sixteen lanes with AVX-512, four rows by four columns of them; with AVX2 in eight lanes, four
// rows by three columns, which leave four registers.

INLINE quarter four_half_sums(const half *x) {
  quarter sums;
  for (size_t k = 0; k < 4; k++)
    sums[k] = ((x[k][0] + x[k][4]) + (x[k][2] + x[k][6])) + ((x[k][1] + x[k][5]) + (x[k][3] + x[k][7]));
  return sums;
}

// The sums of the elements of four vectors: quarters of two vectors, then of four, stand side by side and are added.
INLINE quarter four_sums(const lanes *x) {
#define OF_TWO(s) s, 16 + s, 1 + s, 17 + s
#define OF_FOUR(s) s, 1 + s, 16 + s, 17 + s
#define EACH(part, s) part(s), part(4 + s), part(8 + s), part(12 + s)
#define FOLD(part, x, y) \
  __builtin_shufflevector(x, y, EACH(part, 0)) + __builtin_shufflevector(x, y, EACH(part, 2))
  const lanes first = FOLD(OF_TWO, x[0], x[1]), second = FOLD(OF_TWO, x[2], x[3]);
  const lanes all = FOLD(OF_FOUR, first, second);
#undef OF_TWO
#undef OF_FOUR
#undef EACH
#undef FOLD
  const half folded = __builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7) +
                      __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(folded, folded, 0, 1, 2, 3) + __builtin_shufflevector(folded, folded, 4, 5, 6, 7);
}

#define INNER_ROWS 4
#define MOST_INNER_COLUMNS 4

// Defines a function for a vector's width: c[r, k] = (adds ? c : 0) + Σₙ a[r, n] · b[k, n]
#define INNER_TILE(name, vector, four_vector_sums)                                                      \
  INLINE void name(                                                                                     \
      const struct vm_factors *p, const float *a, const float *const *b, float *c, size_t rows,         \
      size_t columns) {                                                                                 \
    vector sum[INNER_ROWS][MOST_INNER_COLUMNS];                                                         \
    memset(sum, 0, sizeof sum);                                                                         \
    const size_t width = sizeof(vector) / sizeof(float);                                                \
    size_t n = 0;                                                                                       \
    for (; n + width <= p->inner; n += width) {                                                         \
      vector right[MOST_INNER_COLUMNS];                                                                 \
      for (size_t k = 0; k < columns; k++) memcpy(&right[k], b[k] + n, sizeof right[k]);                \
      for (size_t r = 0; r < rows; r++) {                                                               \
        vector left;                                                                                    \
        memcpy(&left, a + r * p->a_row + n, sizeof left);                                               \
        for (size_t k = 0; k < columns; k++) sum[r][k] += left * right[k];                              \
      }                                                                                                 \
    }                                                                                                   \
    for (size_t r = 0; r < rows; r++) {                                                                 \
      const quarter sums = four_vector_sums(sum[r]);                                                    \
      for (size_t k = 0; k < columns; k++) {                                                            \
        float total = sums[k];                                                                          \
        for (size_t m = n; m < p->inner; m++) total += a[r * p->a_row + m] * b[k][m];                   \
        c[r * p->c_row + k] = (p->adds ? c[r * p->c_row + k] : 0) + total;                              \
      }                                                                                                 \
    }                                                                                                   \
  }
INNER_TILE(inner_tile_of_16, lanes, four_sums)
INNER_TILE(inner_tile_of_8, half, four_half_sums)

// In tiles of four rows by four columns of the product, whose sums stay in registers to the end.
INLINE void product_by_dots(
    enum vm_instruction_set level, const struct vm_factors *p, const float *a, const float *b, float *c) {
  const int wide = level == vm_avx512;
  const size_t most = wide ? 4 : 3;
  for (size_t row = 0; row < p->rows; row += INNER_ROWS)
    for (size_t column = 0; column < p->columns; column += most) {
      const size_t rows = p->rows - row < INNER_ROWS ? p->rows - row : INNER_ROWS;
      const size_t columns = p->columns - column < most ? p->columns - column : most;
      const float *const a_tile = a + row * p->a_row;
      float *const c_tile = c + row * p->c_row + column;
      const float *b_tile[MOST_INNER_COLUMNS];
      for (size_t k = 0; k < columns; k++)
        b_tile[k] = p->b_rows ? p->b_rows[column + k] : b + (column + k) * p->b_row;
#define CASE(r, k)                                              \
  case 8 * r + k:                                               \
    if (wide) {                                                 \
      inner_tile_of_16(p, a_tile, b_tile, c_tile, r, k);        \
    } else {                                                    \
      inner_tile_of_8(p, a_tile, b_tile, c_tile, r, k);         \
    }                                                           \
    break;
      switch (8 * rows + columns) {
        CASE(1, 1) CASE(1, 2) CASE(1, 3) CASE(2, 1) CASE(2, 2) CASE(2, 3)
        CASE(3, 1) CASE(3, 2) CASE(3, 3) CASE(4, 1) CASE(4, 2) CASE(4, 3)
      }
      if (wide) switch (8 * rows + columns) { CASE(1, 4) CASE(2, 4) CASE(3, 4) CASE(4, 4) }
#undef CASE
    }
}

// Some rows of the right factor as the columns of `panel`, whose rows stand `width` apart.
INLINE void turn_rows(
    const struct vm_factors *p, const float *b, size_t first, size_t rows, float *panel, size_t width) {
#define ROW(n) (p->b_rows ? p->b_rows[first + (n)] : b + (first + (n)) * p->b_row)
  TURN_ROWS(ROW, rows, p->inner, panel, width)
#undef ROW
}

// With the right factor's rows turned to columns, a tile's width of them at a time. At most INNER terms, and at least
// a vector of columns.
INLINE void product_by_turning(
    enum vm_instruction_set level, const struct vm_factors *p, const float *a, const float *b, float *c) {
  const size_t vectors = tile_vectors(level), width = vectors * LANES;
  float panel[INNER * MOST_VECTORS * LANES];
  for (size_t column = 0; column < p->columns; column += width) {
    const size_t left = p->columns - column, columns = left < width ? left : width;
    // The last columns reach back to a whole vector, see last_columns.
    const size_t shared = columns < LANES && column > 0 ? LANES - columns : 0;
    turn_rows(p, b, column - shared, columns + shared, panel, width);
    const struct part t = {
        .p = p,
        .a = a,
        .b = panel,
        .c = c + column - shared,
        .column = shared,
        .b_row = width,
        .c_row = p->c_row,
        .inner = p->inner,
        .start = p->adds ? from_product : from_zero,
    };
    if (columns == width)
      product_column(level, &t, 0, p->rows, vectors, LANES, NULL);
    else
      last_columns(level, t, columns);
  }
}

// The fewest rows and columns of the product for which turning is faster: it costs as much for few rows as for many, and few
// columns leave lanes empty. Sums of more terms than are turned at a time are more accurate in the lanes of dots.
#define FEWEST_TURNED 32

KERNEL(
    void, vm_product_of_rows, (const struct vm_factors *p, const float *a, const float *b, float *c), (p, a, b, c)) {
  if (level != vm_baseline && p->rows >= FEWEST_TURNED && p->columns >= FEWEST_TURNED && p->inner <= INNER)
    product_by_turning(level, p, a, b, c);
  else
    product_by_dots(level, p, a, b, c);
}

KERNEL(
    void, vm_turn,
    (float *target, size_t width, const float *source, size_t stride, size_t rows, size_t count),
    (target, width, source, stride, rows, count)) {
#define ROW(n) (source + (n) * stride)
  TURN_ROWS(ROW, rows, count, target, width)
#undef ROW
}
