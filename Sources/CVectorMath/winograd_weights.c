#include "turn.h"
#include "winograd_lines.h"

INLINE size_t points_of(const int *wide) { return weights(wide[0]) * weights(wide[1]) * weights(wide[2]); }

// The points of a kernel, a kernel a lane, and room for a whole number of blocks.
#define MOST_POINTS 27
#define ROOM 32

// Up to sixteen kernels, one after the other at w, point by point: sixteen rows become columns.
INLINE void read_kernels(lanes *point, const float *w, size_t points) {
  for (size_t first = 0; first < points; first += LANES) {
    lanes x[LANES];
    for (size_t lane = 0; lane < LANES; lane++) memcpy(&x[lane], w + lane * points + first, sizeof x[lane]);
    turn(x);
    for (size_t k = 0; k < LANES && first + k < points; k++) point[first + k] = x[k];
  }
}

INLINE void write_kernels(float *w, const lanes *point, size_t points) {
  for (size_t first = 0; first < points; first += LANES) {
    const size_t count = points - first < LANES ? points - first : LANES;
    lanes x[LANES];
    for (size_t k = 0; k < LANES; k++) x[k] = first + k < points ? point[first + k] : (lanes){0};
    turn(x);
    for (size_t lane = 0; lane < LANES; lane++) copy(w + lane * points + first, (const float *)&x[lane], count);
  }
}

// G·w of sixteen kernels.
INLINE void weight_tiles(const int *wide, int reversed, const float *w, float *target, size_t plane, size_t count) {
  block b;
  lanes point[ROOM];
  const size_t points = points_of(wide);
  read_kernels(point, w, points);
  size_t k = 0;
  for (size_t z = 0; z < weights(wide[0]); z++)
    for (size_t y = 0; y < weights(wide[1]); y++) {
      for (size_t x = 0; x < weights(wide[2]); x++, k++) b[z][y][x] = point[reversed ? points - 1 - k : k];
      if (wide[2]) weight_line(b[z][y], 1);
    }
  if (wide[1]) TRANSFORM_Y(weight_line, weights(wide[0]), values(wide[2]))
  if (wide[0]) TRANSFORM_Z(weight_line, values(wide[1]), values(wide[2]))
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++)
      for (size_t x = 0; x < values(wide[2]); x++, target += plane) copy(target, (const float *)&b[z][y][x], count);
}

// Gᵀ of the values of sixteen kernels.
INLINE void weight_adjoint_tiles(const int *wide, float *w, const float *source, size_t plane, size_t count) {
  block b;
  lanes point[ROOM];
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++)
      for (size_t x = 0; x < values(wide[2]); x++, source += plane) {
        if (count < LANES) memset(&b[z][y][x], 0, sizeof(lanes));
        copy((float *)&b[z][y][x], source, count);
      }
  if (wide[0]) TRANSFORM_Z(weight_adjoint_line, values(wide[1]), values(wide[2]))
  if (wide[1]) TRANSFORM_Y(weight_adjoint_line, weights(wide[0]), values(wide[2]))
  size_t k = 0;
  for (size_t z = 0; z < weights(wide[0]); z++)
    for (size_t y = 0; y < weights(wide[1]); y++) {
      if (wide[2]) weight_adjoint_line(b[z][y], 1);
      for (size_t x = 0; x < weights(wide[2]); x++, k++) point[k] = b[z][y][x];
    }
  write_kernels(w, point, points_of(wide));
}

// All kernels, sixteen at a time. Whole vectors of them reach beyond their end: where that may not be read, the last ones are in
// a buffer.
INLINE void transform_weights(
    const int *wide, int reversed, const float *w, size_t count, size_t readable, float *target, size_t plane) {
  const size_t points = points_of(wide), beyond = (points + LANES - 1) / LANES * LANES - points;
  for (size_t first = 0; first < count; first += LANES) {
    const size_t left = count - first, some = left < LANES ? left : LANES;
    const float *const kernels = w + first * points;
    float buffer[LANES * MOST_POINTS + LANES];
    const int fits = readable - first * points >= LANES * points + beyond;
    if (!fits) {
      memset(buffer, 0, sizeof buffer);
      memcpy(buffer, kernels, some * points * sizeof *buffer);
    }
    const float *const source = fits ? kernels : buffer;
    if (some == LANES)
      weight_tiles(wide, reversed, source, target + first, plane, LANES);
    else
      weight_tiles(wide, reversed, source, target + first, plane, some);
  }
}

INLINE void adjoint_weights(const int *wide, float *w, size_t count, const float *source, size_t plane) {
  const size_t points = points_of(wide);
  for (size_t first = 0; first < count; first += LANES) {
    const size_t left = count - first;
    if (left >= LANES) {
      weight_adjoint_tiles(wide, w + first * points, source + first, plane, LANES);
    } else {
      float buffer[LANES * MOST_POINTS];
      weight_adjoint_tiles(wide, buffer, source + first, plane, left);
      memcpy(w + first * points, buffer, left * points * sizeof *buffer);
    }
  }
}

// Made constants, the axes that are transformed let the loops over a kernel unroll.
#define FOR_AXES(call)                                              \
  {                                                                 \
    static const int x_axis[3] = {0, 0, 1}, yx_axes[3] = {0, 1, 1}; \
    if (!wide[0] && !wide[1] && wide[2])                            \
      call(x_axis);                                                 \
    else if (!wide[0] && wide[1] && wide[2])                        \
      call(yx_axes);                                                \
    else                                                            \
      call(wide);                                                   \
  }

KERNEL(
    void, vm_winograd_weight,
    (const int wide[3], int reversed, const float *w, size_t count, size_t readable, float *target, size_t plane),
    (wide, reversed, w, count, readable, target, plane)) {
#define CALL(axes) transform_weights(axes, reversed, w, count, readable, target, plane)
  FOR_AXES(CALL)
#undef CALL
}

KERNEL(
    void, vm_winograd_weight_adjoint, (const int wide[3], float *w, size_t count, const float *source, size_t plane),
    (wide, w, count, source, plane)) {
#define CALL(axes) adjoint_weights(axes, w, count, source, plane)
  FOR_AXES(CALL)
#undef CALL
}
