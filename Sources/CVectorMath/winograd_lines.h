/// Winograd's transforms of lines of values, see winograd.h: parts of the kernels for fields and for weights.
#ifndef WINOGRAD_LINES_H
#define WINOGRAD_LINES_H

#include "lines.h"
#include "winograd.h"

// The points 0, a, -a, b, -b, infinity.
#define A 0.70710678118654752f
#define B 1.41421356237309505f
#define A2 0.5f
#define B2 2.0f
// What the products of differences of points come to at ±a and ±b; at 0 and infinity it is 1.
#define SCALE_A (-1.0f / 1.5f)
#define SCALE_B (1.0f / 6.0f)

// Values of a tile on its way: lines of up to six values along z, y and x.
#define SIDE 6
typedef lanes block[SIDE][SIDE][SIDE];

// Each of these works in place on a line of values that stand `step` apart.

INLINE void input_line(lanes *d, size_t step) {
  const lanes d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const lanes even_a = d4 - B2 * d2, odd_a = A * (d3 - B2 * d1);
  const lanes even_b = d4 - A2 * d2, odd_b = B * (d3 - A2 * d1);
  d[0] = d0 + d4 - (A2 + B2) * d2;
  d[step] = even_a + odd_a;
  d[2 * step] = even_a - odd_a;
  d[3 * step] = even_b + odd_b;
  d[4 * step] = even_b - odd_b;
  d[5 * step] = d1 + d5 - (A2 + B2) * d3;
}

INLINE void output_line(lanes *m, size_t step) {
  const lanes m0 = m[0], m5 = m[5 * step];
  const lanes even_a = m[step] + m[2 * step], odd_a = A * (m[step] - m[2 * step]);
  const lanes even_b = m[3 * step] + m[4 * step], odd_b = B * (m[3 * step] - m[4 * step]);
  m[0] = m0 + even_a + even_b;
  m[step] = odd_a + odd_b;
  m[2 * step] = A2 * even_a + B2 * even_b;
  m[3 * step] = A2 * odd_a + B2 * odd_b + m5;
}

INLINE void output_adjoint_line(lanes *g, size_t step) {
  const lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step];
  const lanes even_a = g0 + A2 * g2, odd_a = A * (g1 + A2 * g3);
  const lanes even_b = g0 + B2 * g2, odd_b = B * (g1 + B2 * g3);
  g[step] = even_a + odd_a;
  g[2 * step] = even_a - odd_a;
  g[3 * step] = even_b + odd_b;
  g[4 * step] = even_b - odd_b;
  g[5 * step] = g3;
}

INLINE void weight_line(lanes *w, size_t step) {
  const lanes w0 = w[0], w1 = w[step], w2 = w[2 * step];
  const lanes even_a = SCALE_A * (w0 + A2 * w2), odd_a = (SCALE_A * A) * w1;
  const lanes even_b = SCALE_B * (w0 + B2 * w2), odd_b = (SCALE_B * B) * w1;
  w[step] = even_a + odd_a;
  w[2 * step] = even_a - odd_a;
  w[3 * step] = even_b + odd_b;
  w[4 * step] = even_b - odd_b;
  w[5 * step] = w2;
}

INLINE void weight_adjoint_line(lanes *u, size_t step) {
  const lanes even_a = SCALE_A * (u[step] + u[2 * step]), odd_a = (SCALE_A * A) * (u[step] - u[2 * step]);
  const lanes even_b = SCALE_B * (u[3 * step] + u[4 * step]), odd_b = (SCALE_B * B) * (u[3 * step] - u[4 * step]);
  u[0] = u[0] + even_a + even_b;
  u[step] = odd_a + odd_b;
  u[2 * step] = A2 * even_a + B2 * even_b + u[5 * step];
}

// Along an axis that is transformed a tile has six values, four outputs and three weights; else one of each.
INLINE size_t values(int three_wide) { return three_wide ? 6 : 1; }
INLINE size_t outputs(int three_wide) { return three_wide ? 4 : 1; }
INLINE size_t weights(int three_wide) { return three_wide ? 3 : 1; }

// Transforms lines along y for every z and x, and then along z for every y and x.
#define TRANSFORM_Y(line, planes, columns)                     \
  for (size_t z = 0; z < (planes); z++)                        \
    for (size_t x = 0; x < (columns); x++) line(&b[z][0][x], SIDE);
#define TRANSFORM_Z(line, rows, columns)                       \
  for (size_t y = 0; y < (rows); y++)                          \
    for (size_t x = 0; x < (columns); x++) line(&b[0][y][x], SIDE * SIDE);

#endif
