#include "singular_values.h"

#include <stdint.h>
#include <string.h>

#include "dispatch.h"

// A lane is a matrix. Where registers are narrower the compiler splits them.
typedef double lanes __attribute__((vector_size(8 * VM_GROUP)));
typedef int64_t choice __attribute__((vector_size(8 * VM_GROUP)));
typedef float pairs __attribute__((vector_size(8 * VM_GROUP), aligned(4)));
typedef float halves __attribute__((vector_size(4 * VM_GROUP)));

// Rows that are added to AᴴA in one go.
#define ROWS 8
// Sweeps for one value. Three are usual.
#define SWEEPS 60

// Macros, because vectors as arguments are passed otherwise on every instruction set.
#define CHOOSE(first, a, b) ((lanes)(((first) & (choice)(a)) | (~(first) & (choice)(b))))
#define LARGER(a, b) CHOOSE((a) > (b), a, b)
#define SQUARE_ROOT(x) __builtin_elementwise_sqrt(x)
#define MAGNITUDE(x) __builtin_elementwise_abs(x)

INLINE int any(const choice *c) {
  int64_t all = 0;
  for (size_t k = 0; k < VM_GROUP; k++) all |= (*c)[k];
  return all != 0;
}

// Where row i of a lower triangle begins.
INLINE size_t row(size_t i) { return i * (i + 1) / 2; }

// An element of every matrix; those that are not there are zero.
INLINE void load(lanes *real, lanes *imaginary, const float *source, size_t count) {
  pairs both = {0};
  memcpy(&both, source, count == VM_GROUP ? sizeof both : 2 * count * sizeof *source);
  const halves first = __builtin_shufflevector(both, both, 0, 2, 4, 6, 8, 10, 12, 14);
  const halves second = __builtin_shufflevector(both, both, 1, 3, 5, 7, 9, 11, 13, 15);
  *real = __builtin_convertvector(first, lanes);
  *imaginary = __builtin_convertvector(second, lanes);
}

// The lower triangle of G = AᴴA.
INLINE void form_gram_matrix(const struct vm_matrix_group *m, lanes *real, lanes *imaginary, lanes *part) {
  const size_t n = m->columns;
  memset(real, 0, row(n) * sizeof *real);
  memset(imaginary, 0, row(n) * sizeof *imaginary);
  for (size_t start = 0; start < m->rows; start += ROWS) {
    const size_t count = m->rows - start < ROWS ? m->rows - start : ROWS;
    for (size_t j = 0; j < n; j++)
      for (size_t r = 0; r < count; r++) {
        lanes *target = part + 2 * (j * ROWS + r);
        load(target, target + 1, m->elements + (start + r) * m->row_stride + j * m->column_stride, m->count);
      }
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j <= i; j++) {
        const lanes *a = part + 2 * i * ROWS, *b = part + 2 * j * ROWS;
        lanes sum_real = real[row(i) + j], sum_imaginary = imaginary[row(i) + j];
        for (size_t r = 0; r < count; r++) {
          const lanes a_real = a[2 * r], a_imaginary = a[2 * r + 1], b_real = b[2 * r], b_imaginary = b[2 * r + 1];
          sum_real += a_real * b_real;
          sum_real += a_imaginary * b_imaginary;
          sum_imaginary += a_real * b_imaginary;
          sum_imaginary -= a_imaginary * b_real;
        }
        real[row(i) + j] = sum_real;
        imaginary[row(i) + j] = sum_imaginary;
      }
  }
}

// Makes G tridiagonal, from the last row on: its diagonal, and the squares of what stands beside it. The reflection that leaves
// of a row a but its last element is H = 1 - u·uᴴ/h; with p = G·u/h, k = uᴴ·p/2h and q = p - k·u, H·G·H = G - u·qᴴ - q·uᴴ.
INLINE void reduce(size_t n, lanes *real, lanes *imaginary, lanes *diagonal, lanes *squares, lanes *work) {
  lanes *u_real = work, *u_imaginary = work + n, *q_real = work + 2 * n, *q_imaginary = work + 3 * n;
  const lanes zero = {0};
  for (size_t i = n - 1; i > 0; i--) {
    const lanes *a_real = real + row(i), *a_imaginary = imaginary + row(i);
    diagonal[i] = a_real[i];
    lanes rest = zero;
    for (size_t j = 0; j + 1 < i; j++) {
      u_real[j] = a_real[j];
      u_imaginary[j] = -a_imaginary[j];
      rest += a_real[j] * a_real[j] + a_imaginary[j] * a_imaginary[j];
    }
    const lanes last_real = a_real[i - 1], last_imaginary = -a_imaginary[i - 1];
    const lanes last = last_real * last_real + last_imaginary * last_imaginary;
    const lanes square = rest + last;
    squares[i - 1] = square;
    if (i == 1) break;
    const lanes norm = SQUARE_ROOT(square), size = SQUARE_ROOT(last);
    const lanes factor = 1 + norm / size;
    u_real[i - 1] = CHOOSE(size > 0, last_real * factor, norm);
    u_imaginary[i - 1] = CHOOSE(size > 0, last_imaginary * factor, zero);
    // A row that has its last element alone stays as it is.
    const lanes inverse = CHOOSE(rest > 0, 1 / (square + norm * size), zero);
    for (size_t j = 0; j < i; j++) {
      const lanes *g_real = real + row(j), *g_imaginary = imaginary + row(j);
      lanes sum_real = g_real[j] * u_real[j], sum_imaginary = g_real[j] * u_imaginary[j];
      for (size_t l = 0; l < j; l++) {
        sum_real += g_real[l] * u_real[l];
        sum_real -= g_imaginary[l] * u_imaginary[l];
        sum_imaginary += g_real[l] * u_imaginary[l];
        sum_imaginary += g_imaginary[l] * u_real[l];
        q_real[l] += g_real[l] * u_real[j];
        q_real[l] += g_imaginary[l] * u_imaginary[j];
        q_imaginary[l] += g_real[l] * u_imaginary[j];
        q_imaginary[l] -= g_imaginary[l] * u_real[j];
      }
      q_real[j] = sum_real;
      q_imaginary[j] = sum_imaginary;
    }
    lanes k = zero;
    for (size_t j = 0; j < i; j++) k += u_real[j] * q_real[j] + u_imaginary[j] * q_imaginary[j];
    k *= inverse * 0.5;
    for (size_t j = 0; j < i; j++) {
      q_real[j] = inverse * (q_real[j] - k * u_real[j]);
      q_imaginary[j] = inverse * (q_imaginary[j] - k * u_imaginary[j]);
    }
    for (size_t j = 0; j < i; j++) {
      lanes *g_real = real + row(j), *g_imaginary = imaginary + row(j);
      for (size_t l = 0; l <= j; l++) {
        lanes sum_real = g_real[l], sum_imaginary = g_imaginary[l];
        sum_real -= u_real[j] * q_real[l];
        sum_real -= u_imaginary[j] * q_imaginary[l];
        sum_real -= q_real[j] * u_real[l];
        sum_real -= q_imaginary[j] * u_imaginary[l];
        sum_imaginary -= u_imaginary[j] * q_real[l];
        sum_imaginary += u_real[j] * q_imaginary[l];
        sum_imaginary -= q_imaginary[j] * u_real[l];
        sum_imaginary += q_real[j] * u_imaginary[l];
        g_real[l] = sum_real;
        g_imaginary[l] = sum_imaginary;
      }
    }
  }
  diagonal[0] = real[0];
}

// Turns the diagonal into the eigenvalues, one after the other. A lane whose element beside the diagonal is negligible waits for
// the others.
INLINE size_t iterate(size_t n, lanes *d, lanes *e) {
  const lanes zero = {0}, one = zero + 1;
  lanes limit = zero;
  for (size_t i = 0; i < n; i++) limit = LARGER(limit, d[i] * d[i]);
  for (size_t i = 0; i + 1 < n; i++) limit = LARGER(limit, e[i]);
  limit *= 0x1p-106;
  for (size_t first = 0; first + 1 < n; first++)
    for (size_t sweep = 0;; sweep++) {
      const choice active = e[first] > limit;
      if (!any(&active)) break;
      if (sweep == SWEEPS) return n - first;
      // The eigenvalue of the first two rows that is nearer to the first element.
      const lanes half = 0.5 * (d[first + 1] - d[first]);
      const lanes step = e[first] / (MAGNITUDE(half) + SQUARE_ROOT(half * half + e[first]));
      const lanes shift = d[first] - CHOOSE(half < 0, -step, step);
      lanes c = one, s = zero, g = d[n - 1] - shift, p = g * g;
      for (size_t i = n - 1; i-- > first;) {
        const lanes r = p + e[i], before = c, g_before = g;
        const choice turns = r > 0;
        if (i + 2 < n) e[i + 1] = CHOOSE(active, s * r, e[i + 1]);
        c = CHOOSE(turns, p / r, one);
        s = CHOOSE(turns, e[i] / r, zero);
        g = c * (d[i] - shift) - s * g_before;
        d[i + 1] = CHOOSE(active, g_before + (d[i] - g), d[i + 1]);
        p = CHOOSE(c > 0, g * g / c, before * e[i]);
      }
      e[first] = CHOOSE(active, s * p, e[first]);
      d[first] = CHOOSE(active, shift + g, d[first]);
    }
  return 0;
}

size_t vm_group_scratch(size_t columns) {
  return VM_GROUP * (2 * row(columns) + 2 * ROWS * columns + 5 * columns);
}

KERNEL(size_t, vm_squared_singular_values, (const struct vm_matrix_group *group, double *values, double *scratch),
    (group, values, scratch)) {
  const size_t n = group->columns;
  if (n == 0) return 0;
  lanes *real = (lanes *)scratch, *imaginary = real + row(n), *part = imaginary + row(n), *squares = part + 2 * ROWS * n;
  lanes *diagonal = part;
  form_gram_matrix(group, real, imaginary, part);
  reduce(n, real, imaginary, diagonal, squares, squares + n);
  const size_t failed = iterate(n, diagonal, squares);
  memcpy(values, diagonal, n * sizeof *diagonal);
  return failed;
}
