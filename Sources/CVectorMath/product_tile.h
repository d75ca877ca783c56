/// The tile of a matrix product that is held in registers, and how the tiles cover a product whose right factor's rows are read in
/// place: parts of the kernels in matrix_product.c and row_product.c.
#ifndef PRODUCT_TILE_H
#define PRODUCT_TILE_H

#include "vector_math.h"

#include "lines.h"

// The tile of the product that is held in registers. AVX-512 has 32 of them: ten rows of two vectors, two vectors of the
// right factor, and an element of the left one; with more rows the compiler runs out of them. AVX2 has 16: six rows of one
// vector (two registers each). The baseline's sixteen hold two rows of one vector (four each).
#define MOST_ROWS 10
#define MOST_VECTORS 2
INLINE size_t tile_rows(enum vm_instruction_set level) { return level == vm_avx512 ? 10 : level == vm_avx2 ? 6 : 2; }
INLINE size_t tile_vectors(enum vm_instruction_set level) { return level == vm_avx512 ? 2 : 1; }

// So many terms of a sum at a time: the right factor's part for a tile, at most 32 KB, stays in the nearest cache for all rows.
#define INNER 256

// What a tile of the product starts from.
enum start { from_zero, from_product, from_bias };

// A product, and the part of it that is computed at a time: from a column on, for some terms of the sums. The right factor's
// rows stand at `b_rows`, or at distances of `b_row`; the first row at c is `first_row` of the product.
struct part {
  const struct vm_factors *p;
  const float *a, *b;
  const float *const *b_rows;
  float *c;
  size_t column, first_row, b_row, c_row, inner;
  enum start start;
};

// c[r, n] = start + Σᵢ a[r, i] · b[i, n] for `rows` rows and `vectors` times sixteen columns: those from the first on, and
// those from `second` on. A mask takes columns out of the last vector; where there is none, all take part.
INLINE void product_tile(
    const struct part *t, size_t row, size_t rows, size_t vectors, size_t second, const mask *taken) {
  const struct vm_factors *const p = t->p;
  // Every third row has a pointer of its own, and the compiler is not told how they hang together: it would reach each row from the one
  // before, ten additions that wait for each other.
  const float *a[(MOST_ROWS + 2) / 3];
  for (size_t r = 0; r < rows; r += 3) {
    a[r / 3] = t->a + (row + r) * p->a_row;
    __asm__("" : "+r"(a[r / 3]));
  }
  float *const c = t->c + (row - t->first_row) * t->c_row + t->column;
  lanes sum[MOST_ROWS][MOST_VECTORS];
  for (size_t r = 0; r < rows; r++)
    for (size_t v = 0; v < vectors; v++) switch (t->start) {
        case from_zero: memset(&sum[r][v], 0, sizeof sum[r][v]); break;
        case from_product: memcpy(&sum[r][v], c + r * t->c_row + v * second, sizeof sum[r][v]); break;
        case from_bias: sum[r][v] = p->bias[row + r] - (lanes){}; break;
      }
  for (size_t i = 0; i < t->inner; i++) {
    const float *const b = (t->b_rows ? t->b_rows[i] : t->b + i * t->b_row) + t->column;
    lanes line[MOST_VECTORS];
    for (size_t v = 0; v < vectors; v++) {
      memcpy(&line[v], b + v * second, sizeof line[v]);
      if (taken && v + 1 == vectors) line[v] = (lanes)((mask)line[v] & *taken);
    }
    for (size_t r = 0; r < rows; r++)
      for (size_t v = 0; v < vectors; v++) sum[r][v] += a[r / 3][r % 3 * p->a_row] * line[v];
    for (size_t r = 0; r < rows; r += 3) a[r / 3] += p->a_column;
  }
  // Where two vectors share columns, the first one's are the sums.
  for (size_t r = 0; r < rows; r++)
    for (size_t v = vectors; v-- > 0;) memcpy(c + r * t->c_row + v * second, &sum[r][v], sizeof sum[r][v]);
}

// As product_tile for all rows, shared out so that no tile is much lower than the others.
INLINE void product_column(
    enum vm_instruction_set level, const struct part *t, size_t first, size_t rows, size_t vectors, size_t second,
    const mask *taken) {
  const size_t most = tile_rows(level), tiles = (rows + most - 1) / most;
  size_t row = 0;
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t next = (tile + 1) * rows / tiles;
#define CASE(r) \
  case r: product_tile(t, first + row, r, vectors, second, taken); break;
    switch (next - row) { CASE(1) CASE(2) }
    if (most > 2) switch (next - row) { CASE(3) CASE(4) CASE(5) CASE(6) }
    if (most > 6) switch (next - row) { CASE(7) CASE(8) CASE(9) CASE(10) }
#undef CASE
    row = next;
  }
}

// The last columns of a product, fewer than a tile's: the last vector starts early enough to be whole. Columns that it
// shares with the one before are computed again or, where the product is added, take no part.
INLINE void last_columns(enum vm_instruction_set level, struct part t, size_t columns) {
  const size_t vectors = columns > LANES ? 2 : 1;
  const size_t second = columns > LANES ? columns - LANES : 0;
  const size_t shared = vectors * LANES - columns;
  mask taken;
  for (size_t n = 0; n < LANES; n++) taken[n] = n < shared ? 0 : -1;
  const mask *const used = t.start == from_product ? &taken : NULL;
  if (columns < LANES) t.column -= shared;
  if (vectors == 2) {
    product_column(level, &t, 0, t.p->rows, 2, second, used);
  } else {
    product_column(level, &t, 0, t.p->rows, 1, 0, used);
  }
}

// The columns of a product that has less than sixteen: on copies that are filled up with zeros, a few rows at a time.
INLINE void few_columns(enum vm_instruction_set level, struct part t, size_t columns) {
  float right[INNER * LANES], left[MOST_ROWS * LANES];
  for (size_t i = 0; i < t.inner; i++) {
    const float *const b = t.b_rows ? t.b_rows[i] : t.b + i * t.b_row;
    memset(right + i * LANES, 0, LANES * sizeof *right);
    for (size_t n = 0; n < columns; n++) right[i * LANES + n] = b[n];
  }
  const enum start start = t.start;
  float *const c = t.c;
  const size_t most = tile_rows(level), c_row = t.c_row;
  t.b = right;
  t.c = left;
  t.b_rows = NULL;
  t.b_row = t.c_row = LANES;
  if (start == from_product) t.start = from_zero;
  for (size_t row = 0; row < t.p->rows; row += most) {
    const size_t rows = t.p->rows - row < most ? t.p->rows - row : most;
    t.first_row = row;
    product_column(level, &t, row, rows, 1, 0, NULL);
    for (size_t r = 0; r < rows; r++) {
      float *const target = c + (row + r) * c_row;
      for (size_t n = 0; n < columns; n++)
        target[n] = (start == from_product ? target[n] : 0) + left[r * LANES + n];
    }
  }
}

// Every column of the product, for some terms of the sums.
INLINE void product_columns(enum vm_instruction_set level, struct part t) {
  const size_t columns = t.p->columns, vectors = tile_vectors(level);
  if (columns < LANES) return few_columns(level, t, columns);
  for (; t.column + vectors * LANES <= columns; t.column += vectors * LANES)
    product_column(level, &t, 0, t.p->rows, vectors, LANES, NULL);
  if (t.column < columns) last_columns(level, t, columns - t.column);
}

// The same with a start that is a constant, which the short sums of few channels need.
INLINE void product_part(enum vm_instruction_set level, struct part part, enum start start) {
  switch (start) {
    case from_zero: part.start = from_zero; product_columns(level, part); break;
    case from_product: part.start = from_product; product_columns(level, part); break;
    case from_bias: part.start = from_bias; product_columns(level, part); break;
  }
}

#endif
