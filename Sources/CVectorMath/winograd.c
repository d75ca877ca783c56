#include "winograd.h"

#include <string.h>

#include "dispatch.h"

#define LANES 16
typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int mask __attribute__((vector_size(4 * LANES)));


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

INLINE void store_planes(float *target, size_t plane, const block b, const int *wide) {
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++)
      for (size_t x = 0; x < values(wide[2]); x++) {
        memcpy(target, &b[z][y][x], sizeof(lanes));
        target += plane;
      }
}

INLINE void load_planes(block b, const float *source, size_t plane, const int *wide) {
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++)
      for (size_t x = 0; x < values(wide[2]); x++) {
        memcpy(&b[z][y][x], source, sizeof(lanes));
        source += plane;
      }
}

// The point of the field at a place that may be beyond its ends; the extent itself where a zero stands.
INLINE size_t wrapped(ptrdiff_t place, size_t extent, int periodic) {
  if (place >= 0 && place < (ptrdiff_t)extent) return place;
  if (!periodic) return extent;
  place %= (ptrdiff_t)extent;
  return place < 0 ? place + extent : place;
}

// A copy of a few numbers, without a call.
INLINE void copy(float *target, const float *source, size_t count) {
  for (; count >= LANES; count -= LANES, target += LANES, source += LANES) memcpy(target, source, sizeof(lanes));
  if (count & 8) memcpy(target, source, 8 * sizeof *target), target += 8, source += 8;
  if (count & 4) memcpy(target, source, 4 * sizeof *target), target += 4, source += 4;
  if (count & 2) memcpy(target, source, 2 * sizeof *target), target += 2, source += 2;
  if (count & 1) *target = *source;
}

INLINE void load(lanes *target, const float *source, size_t count) {
  if (count == LANES) {
    memcpy(target, source, sizeof *target);
  } else {
    memset(target, 0, sizeof *target);
    copy((float *)target, source, count);
  }
}

INLINE void store(float *target, const lanes *source, size_t count) {
  if (count == LANES)
    memcpy(target, source, sizeof *source);
  else
    copy(target, (const float *)source, count);
}

// Copies `count` points of a line, the first at a place that may be beyond its low end.
INLINE void copy_line(float *target, const float *line, ptrdiff_t first, size_t count, size_t extent, int periodic) {
  for (; count > 0 && first < 0; count--, first++) {
    const size_t place = wrapped(first, extent, periodic);
    *target++ = place < extent ? line[place] : 0;
  }
  const size_t left = first < (ptrdiff_t)extent ? extent - first : 0, inside = count < left ? count : left;
  copy(target, line + first, inside);
  for (size_t i = inside; i < count; i++) {
    const size_t place = wrapped(first + (ptrdiff_t)i, extent, periodic);
    target[i] = place < extent ? line[place] : 0;
  }
}

// Zero in the lanes whose place, the first one's and then every fourth, is not on the line.
INLINE void cut(lanes *value, int first, int extent) {
  const mask place = first + (mask){0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60};
  *value = (lanes)((mask)*value & (place >= 0) & (place < extent));
}

// Every fourth of 64 numbers, from the first, second, third and fourth on.
INLINE void split_by_four(lanes *phase, const float *line) {
  lanes v[4];
  memcpy(v, line, sizeof v);
#define PHASE(k)                                                                                                    \
  {                                                                                                                 \
    const lanes low = __builtin_shufflevector(                                                                      \
        v[0], v[1], k, k + 4, k + 8, k + 12, k + 16, k + 20, k + 24, k + 28, -1, -1, -1, -1, -1, -1, -1, -1);       \
    const lanes high = __builtin_shufflevector(                                                                     \
        v[2], v[3], k, k + 4, k + 8, k + 12, k + 16, k + 20, k + 24, k + 28, -1, -1, -1, -1, -1, -1, -1, -1);       \
    phase[k] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);          \
  }
  PHASE(0) PHASE(1) PHASE(2) PHASE(3)
#undef PHASE
}

INLINE void join_by_four(float *line, const lanes *phase) {
#define PAIRS(p, q, first)                                                                                    \
  __builtin_shufflevector(                                                                                    \
      p, q, first, first + 16, first + 1, first + 17, first + 2, first + 18, first + 3, first + 19, first + 4,  \
      first + 20, first + 5, first + 21, first + 6, first + 22, first + 7, first + 23)
#define QUADS(p, q, first)                                                                                     \
  __builtin_shufflevector(                                                                                     \
      p, q, first, first + 1, first + 16, first + 17, first + 2, first + 3, first + 18, first + 19, first + 4,   \
      first + 5, first + 20, first + 21, first + 6, first + 7, first + 22, first + 23)
  const lanes low = PAIRS(phase[0], phase[1], 0), high = PAIRS(phase[0], phase[1], 8);
  const lanes low2 = PAIRS(phase[2], phase[3], 0), high2 = PAIRS(phase[2], phase[3], 8);
  const lanes v[4] = {QUADS(low, low2, 0), QUADS(low, low2, 8), QUADS(high, high2, 0), QUADS(high, high2, 8)};
  memcpy(line, v, sizeof v);
#undef PAIRS
#undef QUADS
}

INLINE size_t points_of(const struct vm_winograd_field *f) { return f->extent[0] * f->extent[1] * f->extent[2]; }

INLINE const float *row_of(const struct vm_winograd_field *f, const float *x, ptrdiff_t z, ptrdiff_t y) {
  const size_t plane = wrapped(z, f->extent[0], f->periodic), row = wrapped(y, f->extent[1], f->periodic);
  return plane < f->extent[0] && row < f->extent[1] ? x + (plane * f->extent[1] + row) * f->extent[2] : NULL;
}

// Tiles of a run that lie side by side on one line of a field.
struct segment {
  size_t sample;       // where the sample begins
  size_t z, y, x;      // the first tile
  size_t lane, count;  // its lane, and the number of tiles
};

struct run {
  struct segment segments[LANES];
  size_t count; // segments
  lanes ends;   // all bits set in the lanes of the last tiles of segments
};

INLINE void find_segments(struct run *run, const struct vm_winograd_field *f, size_t first, size_t count) {
  run->count = 0;
  float ends[LANES] = {0};
  for (size_t lane = 0; lane < count;) {
    const size_t number = first + lane, line = number / f->tiles[2], plane = line / f->tiles[1];
    struct segment *segment = &run->segments[run->count++];
    segment->x = number % f->tiles[2];
    segment->y = line % f->tiles[1];
    segment->z = plane % f->tiles[0];
    segment->sample = plane / f->tiles[0] * f->sample;
    segment->lane = lane;
    const size_t left = f->tiles[2] - segment->x;
    segment->count = left < count - lane ? left : count - lane;
    lane += segment->count;
    memset(&ends[lane - 1], 0xff, sizeof *ends);
  }
  memcpy(&run->ends, ends, sizeof ends);
}

// The values one lane further on; those after the ends of segments are given.
INLINE void shift(lanes *result, const lanes *value, const struct run *run, const float *after_ends) {
  const lanes next = __builtin_shufflevector(*value, *value, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  lanes after;
  memcpy(&after, after_ends, sizeof after);
  *result = (lanes)(((mask)run->ends & (mask)after) | (~(mask)run->ends & (mask)next));
}

// The same for a single segment of all lanes.
INLINE void shift_line(lanes *result, const lanes *value, float after) {
  const lanes last = (lanes){0} + after;
  *result = __builtin_shufflevector(*value, last, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
}

INLINE void input_tiles(
    const struct vm_winograd_field *f, const struct run *run, const int *wide, const float *x, float *target,
    size_t plane) {
  block b;
  const size_t step = outputs(wide[2]), taps = values(wide[2]);
  const float *end = x + run->segments[0].sample + points_of(f);
  // Lanes without a tile read zeros.
  float line[LANES * 4 + 2] = {0}, after[2][LANES] = {{0}};
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++) {
      lanes *phase = b[z][y];
      const float *source = line;
      for (size_t i = 0; i < run->count; i++) {
        const struct segment *s = &run->segments[i];
        const size_t points = s->count * step + taps - step;
        const ptrdiff_t x0 = (ptrdiff_t)(s->x * step) - (ptrdiff_t)f->padding[2];
        const float *row = row_of(
            f, x + s->sample, (ptrdiff_t)(s->z * outputs(wide[0]) + z) - (ptrdiff_t)f->padding[0],
            (ptrdiff_t)(s->y * outputs(wide[1]) + y) - (ptrdiff_t)f->padding[1]);
        float *place = line + s->lane * step;
        if (!row) {
          memset(place, 0, points * sizeof *place);
        } else if (
            wide[2] && run->count == 1 && (!f->periodic || (x0 >= 0 && x0 + points <= f->extent[2])) &&
            row + x0 >= x + s->sample && row + x0 + LANES * 4 + 2 <= end) {
          // Where all lanes lie in the field's memory they are read there, and what is beyond the line is cut out.
          source = row + x0;
        } else {
          copy_line(place, row, x0, points, f->extent[2], f->periodic);
        }
        if (run->count > 1)
          for (size_t k = 0; k < taps - step; k++) after[k][s->lane + s->count - 1] = place[s->count * step + k];
      }
      if (wide[2]) {
        split_by_four(phase, source);
        if (run->count == 1) {
          shift_line(&phase[4], &phase[0], source[4 * LANES]);
          shift_line(&phase[5], &phase[1], source[4 * LANES + 1]);
        } else {
          shift(&phase[4], &phase[0], run, after[0]);
          shift(&phase[5], &phase[1], run, after[1]);
        }
        if (source != line) {
          const ptrdiff_t x0 = (ptrdiff_t)(run->segments[0].x * step) - (ptrdiff_t)f->padding[2];
          if (x0 < 0 || x0 + LANES * 4 + 2 > (ptrdiff_t)f->extent[2])
            for (int k = 0; k < SIDE; k++) cut(&phase[k], (int)x0 + k, (int)f->extent[2]);
        }
        input_line(phase, 1);
      } else {
        memcpy(phase, line, sizeof *phase);
      }
    }
  if (wide[1]) TRANSFORM_Y(input_line, values(wide[0]), values(wide[2]))
  if (wide[0]) TRANSFORM_Z(input_line, values(wide[1]), values(wide[2]))
  store_planes(target, plane, b, wide);
}

INLINE void output_adjoint_tiles(
    const struct vm_winograd_field *f, const struct run *run, const int *wide, const float *g, float *target,
    size_t plane) {
  block b;
  const size_t step = outputs(wide[2]);
  float line[LANES * 4] = {0};
  for (size_t z = 0; z < outputs(wide[0]); z++)
    for (size_t y = 0; y < outputs(wide[1]); y++) {
      lanes *phase = b[z][y];
      for (size_t i = 0; i < run->count; i++) {
        const struct segment *s = &run->segments[i];
        const size_t plane = s->z * outputs(wide[0]) + z, row = s->y * outputs(wide[1]) + y;
        float *place = line + s->lane * step;
        if (plane >= f->extent[0] || row >= f->extent[1])
          memset(place, 0, s->count * step * sizeof *place);
        else
          copy_line(
              place, g + s->sample + (plane * f->extent[1] + row) * f->extent[2], (ptrdiff_t)(s->x * step),
              s->count * step, f->extent[2], 0);
      }
      if (wide[2]) {
        split_by_four(phase, line);
        output_adjoint_line(phase, 1);
      } else {
        memcpy(phase, line, sizeof *phase);
      }
    }
  if (wide[1]) TRANSFORM_Y(output_adjoint_line, outputs(wide[0]), values(wide[2]))
  if (wide[0]) TRANSFORM_Z(output_adjoint_line, values(wide[1]), values(wide[2]))
  store_planes(target, plane, b, wide);
}

INLINE void output_tiles(
    const struct vm_winograd_field *f, const struct run *run, const int *wide, float *target, const float *source,
    size_t plane, float bias) {
  block b;
  load_planes(b, source, plane, wide);
  if (wide[0]) TRANSFORM_Z(output_line, values(wide[1]), values(wide[2]))
  if (wide[1]) TRANSFORM_Y(output_line, outputs(wide[0]), values(wide[2]))
  const size_t step = outputs(wide[2]);
  float line[LANES * 4];
  for (size_t z = 0; z < outputs(wide[0]); z++)
    for (size_t y = 0; y < outputs(wide[1]); y++) {
      lanes *phase = b[z][y];
      if (wide[2]) output_line(phase, 1);
      for (size_t k = 0; k < step; k++) phase[k] += bias;
      if (wide[2])
        join_by_four(line, phase);
      else
        memcpy(line, phase, sizeof *phase);
      for (size_t i = 0; i < run->count; i++) {
        const struct segment *s = &run->segments[i];
        const size_t plane = s->z * outputs(wide[0]) + z, row = s->y * outputs(wide[1]) + y;
        if (plane >= f->extent[0] || row >= f->extent[1]) continue;
        const size_t x0 = s->x * step, left = f->extent[2] - x0;
        copy(
            target + s->sample + (plane * f->extent[1] + row) * f->extent[2] + x0, line + s->lane * step,
            s->count * step < left ? s->count * step : left);
      }
    }
}

// Which axes are transformed is the same for all channels: made a constant, the loops over a tile unroll.
#define FOR_CHANNELS(call)                                                                \
  {                                                                                       \
    static const int x_axis[3] = {0, 0, 1}, yx_axes[3] = {0, 1, 1};                       \
    struct run run;                                                                       \
    find_segments(&run, f, first, count);                                                 \
    if (!f->three_wide[0] && !f->three_wide[1] && f->three_wide[2]) {                     \
      for (size_t c = 0; c < channels; c++) call(x_axis);                                 \
    } else if (!f->three_wide[0] && f->three_wide[1] && f->three_wide[2]) {               \
      for (size_t c = 0; c < channels; c++) call(yx_axes);                                \
    } else {                                                                              \
      for (size_t c = 0; c < channels; c++) call(f->three_wide);                          \
    }                                                                                     \
  }

KERNEL(
    void, vm_winograd_input,
    (const struct vm_winograd_field *f, size_t first, size_t count, size_t channels, const float *x, float *target,
     size_t row, size_t plane),
    (f, first, count, channels, x, target, row, plane)) {
#define CALL(wide) input_tiles(f, &run, wide, x + c * points_of(f), target + c * row, plane)
  FOR_CHANNELS(CALL)
#undef CALL
}

KERNEL(
    void, vm_winograd_output_adjoint,
    (const struct vm_winograd_field *f, size_t first, size_t count, size_t channels, const float *g, float *target,
     size_t row, size_t plane),
    (f, first, count, channels, g, target, row, plane)) {
#define CALL(wide) output_adjoint_tiles(f, &run, wide, g + c * points_of(f), target + c * row, plane)
  FOR_CHANNELS(CALL)
#undef CALL
}

KERNEL(
    void, vm_winograd_output,
    (const struct vm_winograd_field *f, size_t first, size_t count, size_t channels, float *y, const float *source,
     size_t row, size_t plane, const float *bias),
    (f, first, count, channels, y, source, row, plane, bias)) {
#define CALL(wide) output_tiles(f, &run, wide, y + c * points_of(f), source + c * row, plane, bias ? bias[c] : 0)
  FOR_CHANNELS(CALL)
#undef CALL
}

KERNEL(
    void, vm_winograd_weight,
    (const int wide[3], const float *w, size_t stride, size_t count, float *target, size_t plane),
    (wide, w, stride, count, target, plane)) {
  block b;
  for (size_t z = 0; z < weights(wide[0]); z++)
    for (size_t y = 0; y < weights(wide[1]); y++) {
      for (size_t x = 0; x < weights(wide[2]); x++, w++) {
        lanes value = {0};
        for (size_t lane = 0; lane < count; lane++) value[lane] = w[lane * stride];
        b[z][y][x] = value;
      }
      if (wide[2]) weight_line(b[z][y], 1);
    }
  if (wide[1]) TRANSFORM_Y(weight_line, weights(wide[0]), values(wide[2]))
  if (wide[0]) TRANSFORM_Z(weight_line, values(wide[1]), values(wide[2]))
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++)
      for (size_t x = 0; x < values(wide[2]); x++, target += plane)
        store(target, &b[z][y][x], count);
}

KERNEL(
    void, vm_winograd_weight_adjoint,
    (const int wide[3], float *w, size_t stride, size_t count, const float *source, size_t plane),
    (wide, w, stride, count, source, plane)) {
  block b;
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++)
      for (size_t x = 0; x < values(wide[2]); x++, source += plane)
        load(&b[z][y][x], source, count);
  if (wide[0]) TRANSFORM_Z(weight_adjoint_line, values(wide[1]), values(wide[2]))
  if (wide[1]) TRANSFORM_Y(weight_adjoint_line, weights(wide[0]), values(wide[2]))
  for (size_t z = 0; z < weights(wide[0]); z++)
    for (size_t y = 0; y < weights(wide[1]); y++) {
      if (wide[2]) weight_adjoint_line(b[z][y], 1);
      for (size_t x = 0; x < weights(wide[2]); x++, w++)
        for (size_t lane = 0; lane < count; lane++) w[lane * stride] = b[z][y][x][lane];
    }
}
