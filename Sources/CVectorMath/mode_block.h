/// Complex products of rows and columns, mode by mode, for `WIDTH` modes side by side and blocks of up to `MOST_ROWS` rows: a part of
/// the kernels in mode_mixing.c, which includes it once for each width.
#ifndef MODE_BLOCK_H
#define MODE_BLOCK_H

#include "lines.h"

// What a product's factors are: those of rows and of columns as they stand, or one of them conjugated.
enum factors { both_plain, conjugate_row, conjugate_column };

// A factor: its rows (or columns) are `step` floats apart, the terms of their sums `term`. Imaginary parts stand `imaginary` floats
// behind the real ones or, where that is 0, each behind its real part. `end` is behind the last float of it.
struct operand {
  const float *first, *end;
  size_t step, term, imaginary;
};

// Where the sums go: likewise.
struct target {
  float *first;
  size_t row, column, imaginary;
};

// c[row, column] = Σ a[row] · b[column] over `terms`, from the first to the last, for some modes.
struct products {
  enum factors factors;
  size_t rows, columns, terms, modes;
  struct operand a, b;
  struct target c;
};

// Copies the first modes of a block's sums to where they belong.
static void __attribute__((noinline)) copy_lines(
    float *target, const struct target *to, const struct target *from, size_t rows, size_t columns, size_t width, size_t count) {
  for (size_t r = 0; r < rows; r++)
    for (size_t n = 0; n < columns; n++) {
      float *const place = target + r * to->row + n * to->column;
      const float *const line = from->first + r * from->row + n * from->column;
      if (to->imaginary) {
        copy(place, line, count);
        copy(place + to->imaginary, line + width, count);
      } else {
        copy(place, line, 2 * count);
      }
    }
}

// Copies of a term's lines that end where the factor does: whole vectors, filled up with zeros.
static struct operand __attribute__((noinline))
last_lines(const struct operand *x, const float *term, size_t lines, size_t width, float *copies) {
  const size_t second = x->imaginary ? x->imaginary : width;
  memset(copies, 0, lines * 2 * width * sizeof *copies);
  for (size_t n = 0; n < 2 * lines; n++) {
    const size_t place = n / 2 * x->step + n % 2 * second, readable = x->end - term;
    if (place >= readable) continue;
    const size_t left = readable - place;
    memcpy(copies + n * width, term + place, (left < width ? left : width) * sizeof *copies);
  }
  return (struct operand){.step = 2 * width, .imaginary = x->imaginary ? width : 0};
}

// A block has twice MOST_ROWS complex sums: of fewer rows it has more columns, up to four.
#define MOST_COLUMNS 4

// How far a mode is from a line's first.
#define FLOATS(x, mode) (((x)->imaginary ? 1 : 2) * (mode))

#endif

#define MODES NAMED(modes, WIDTH)
#define LOAD_COMPLEX NAMED(load_complex, WIDTH)
#define STORE_COMPLEX NAMED(store_complex, WIDTH)
#define WHOLE_TERMS NAMED(whole_terms, WIDTH)
#define ADD_TERM NAMED(add_term, WIDTH)
#define IS_WHOLE(count) (WIDTH == 16 && (count) == WIDTH)
#define BLOCK NAMED(block, WIDTH)
#define STRIP NAMED(strip, WIDTH)
#define ROWS NAMED(rows, WIDTH)

typedef float MODES __attribute__((vector_size(4 * WIDTH), aligned(4)));

#if WIDTH == 16
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#else
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD 1, 3, 5, 7, 9, 11, 13, 15
#define LOW 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH 4, 12, 5, 13, 6, 14, 7, 15
#endif

// The distance from a line's first numbers to its second ones: imaginary parts, or the further pairs.
#define SECOND(x) ((x)->imaginary ? (x)->imaginary : WIDTH)

// What stands behind a line's last mode is read too: no sum that is stored is made of it.
INLINE void LOAD_COMPLEX(MODES *real, MODES *imaginary, const struct operand *x, const float *source) {
  MODES first, second;
  memcpy(&first, source, sizeof first);
  memcpy(&second, source + SECOND(x), sizeof second);
  *real = x->imaginary ? first : __builtin_shufflevector(first, second, EVEN);
  *imaginary = x->imaginary ? second : __builtin_shufflevector(first, second, ODD);
}

INLINE void STORE_COMPLEX(float *target, const struct target *c, const MODES *real, const MODES *imaginary) {
  if (c->imaginary) {
    memcpy(target, real, sizeof *real);
    memcpy(target + c->imaginary, imaginary, sizeof *imaginary);
  } else {
    const MODES low = __builtin_shufflevector(*real, *imaginary, LOW);
    const MODES high = __builtin_shufflevector(*real, *imaginary, HIGH);
    memcpy(target, &low, sizeof low);
    memcpy(target + WIDTH, &high, sizeof high);
  }
}

// How many terms can be read in whole vectors by the line that is the last of a block's.
INLINE size_t WHOLE_TERMS(const struct operand *x, const float *line, size_t terms) {
  const ptrdiff_t room = x->end - line - (ptrdiff_t)(SECOND(x) + WIDTH);
  if (room < 0 || terms == 0) return 0;
  return (size_t)room >= (terms - 1) * x->term ? terms : room / x->term + 1;
}

INLINE void ADD_TERM(
    enum factors factors, const struct operand *a, const struct operand *b, const float *a_term, const float *b_term,
    MODES real[MOST_ROWS][MOST_COLUMNS], MODES imaginary[MOST_ROWS][MOST_COLUMNS], size_t rows, size_t columns) {
  MODES a_real[MOST_ROWS], a_imaginary[MOST_ROWS];
  for (size_t r = 0; r < rows; r++) LOAD_COMPLEX(&a_real[r], &a_imaginary[r], a, a_term + r * a->step);
  for (size_t n = 0; n < columns; n++) {
    MODES b_real, b_imaginary;
    LOAD_COMPLEX(&b_real, &b_imaginary, b, b_term + n * b->step);
    for (size_t r = 0; r < rows; r++) {
      real[r][n] += a_real[r] * b_real;
      switch (factors) {
        case both_plain:
          imaginary[r][n] += a_real[r] * b_imaginary;
          real[r][n] -= a_imaginary[r] * b_imaginary;
          imaginary[r][n] += a_imaginary[r] * b_real;
          break;
        case conjugate_row:
          imaginary[r][n] += a_real[r] * b_imaginary;
          real[r][n] += a_imaginary[r] * b_imaginary;
          imaginary[r][n] -= a_imaginary[r] * b_real;
          break;
        case conjugate_column:
          imaginary[r][n] += a_imaginary[r] * b_real;
          real[r][n] += a_imaginary[r] * b_imaginary;
          imaginary[r][n] -= a_real[r] * b_imaginary;
          break;
      }
    }
  }
}

// A block of the product, which is held in registers.
INLINE void BLOCK(
    const struct products *p, size_t row, size_t rows, size_t column, size_t columns, size_t mode, size_t count) {
  const struct operand *const a = &p->a, *const b = &p->b;
  const struct target *const c = &p->c;
  MODES real[MOST_ROWS][MOST_COLUMNS], imaginary[MOST_ROWS][MOST_COLUMNS];
  memset(real, 0, sizeof real);
  memset(imaginary, 0, sizeof imaginary);
  const float *a_term = a->first + row * a->step + FLOATS(a, mode);
  const float *b_term = b->first + column * b->step + FLOATS(b, mode);
  size_t whole = p->terms;
  if (!IS_WHOLE(count)) {
    whole = WHOLE_TERMS(a, a_term + (rows - 1) * a->step, whole);
    whole = WHOLE_TERMS(b, b_term + (columns - 1) * b->step, whole);
  }
  size_t i = 0;
#pragma clang loop unroll(disable)
  for (; i < whole; i++, a_term += a->term, b_term += b->term)
    ADD_TERM(p->factors, a, b, a_term, b_term, real, imaginary, rows, columns);
  for (; i < p->terms; i++, a_term += a->term, b_term += b->term) {
    float a_lines[MOST_ROWS * 2 * WIDTH], b_lines[MOST_COLUMNS * 2 * WIDTH];
    const struct operand last_a = last_lines(a, a_term, rows, WIDTH, a_lines);
    const struct operand last_b = last_lines(b, b_term, columns, WIDTH, b_lines);
    ADD_TERM(p->factors, &last_a, &last_b, a_lines, b_lines, real, imaginary, rows, columns);
  }
  float *const target = c->first + row * c->row + column * c->column + FLOATS(c, mode);
  float lines[MOST_ROWS * MOST_COLUMNS * 2 * WIDTH];
  const struct target few = {lines, columns * 2 * WIDTH, 2 * WIDTH, c->imaginary ? WIDTH : 0};
  for (size_t r = 0; r < rows; r++)
    for (size_t n = 0; n < columns; n++) {
      if (count == WIDTH) {
        STORE_COMPLEX(target + r * c->row + n * c->column, c, &real[r][n], &imaginary[r][n]);
      } else {
        STORE_COMPLEX(lines + r * few.row + n * few.column, &few, &real[r][n], &imaginary[r][n]);
      }
    }
  if (count != WIDTH) copy_lines(target, c, &few, rows, columns, WIDTH, count);
}

// All columns of a block's rows. Constants for the extents of a block keep its sums in registers.
INLINE void STRIP(const struct products *p, size_t row, size_t rows, size_t mode, size_t count) {
  const size_t most = 2 * MOST_ROWS / rows < MOST_COLUMNS ? 2 * MOST_ROWS / rows : MOST_COLUMNS;
  size_t column = 0;
  for (; column + most <= p->columns; column += most) BLOCK(p, row, rows, column, most, mode, count);
  for (; column < p->columns; column++) BLOCK(p, row, rows, column, 1, mode, count);
}

// The same, with a constant for the modes where they fill AVX-512's vectors. AVX2 has too few registers to gain by it.
INLINE void ROWS(const struct products *p, size_t row, size_t rows, size_t mode, size_t count) {
  if (IS_WHOLE(count)) {
    STRIP(p, row, rows, mode, WIDTH);
  } else {
    STRIP(p, row, rows, mode, count);
  }
}

INLINE void NAMED(multiply, WIDTH)(const struct products *p) {
  for (size_t mode = 0; mode < p->modes; mode += WIDTH) {
    const size_t count = p->modes - mode < WIDTH ? p->modes - mode : WIDTH;
    size_t row = 0;
    for (; row + MOST_ROWS <= p->rows; row += MOST_ROWS) ROWS(p, row, MOST_ROWS, mode, count);
    for (; row + 2 <= p->rows; row += 2) ROWS(p, row, 2, mode, count);
    if (row < p->rows) ROWS(p, row, 1, mode, count);
  }
}

#undef MODES
#undef LOAD_COMPLEX
#undef STORE_COMPLEX
#undef SECOND
#undef WHOLE_TERMS
#undef ADD_TERM
#undef BLOCK
#undef IS_WHOLE
#undef STRIP
#undef ROWS
#undef EVEN
#undef ODD
#undef LOW
#undef HIGH
