#include "winograd_runs.h"

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

// The six phases of tiles that are whole lines, with one point beyond each end.
INLINE void read_whole_lines(lanes *phase, const float *x, const struct run *run, const size_t *lines, int periodic) {
  lanes v[4];
  load_lines(v, x, lines, run->count);
  split_by_four(phase + 1, (const float *)v);
  one_before(&phase[0], &phase[4], run->count);
  one_after(&phase[5], &phase[1], run->count);
  if (!periodic) {
    phase[0] = (lanes)((mask)phase[0] & ~(mask)run->begins);
    phase[5] = (lanes)((mask)phase[5] & ~(mask)run->ends);
  }
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

// The six phases of tiles anywhere on lines. Lanes without a tile hold what nobody reads.
INLINE void read_parts_of_lines(
    lanes *phase, const struct vm_winograd_field *f, const struct run *run, const float *x, const size_t *lines) {
  float buffer[LANES * 4 + 2] = {0}, after[2][LANES] = {{0}};
  const float *source = buffer, *const end = x + points_of(f);
  const ptrdiff_t padding = f->padding[2], extent = f->extent[2];
  for (size_t i = 0; i < run->count; i++) {
    const struct segment *s = &run->segments[i];
    const size_t points = 4 * s->count + 2;
    const ptrdiff_t first = (ptrdiff_t)(4 * s->x) - padding;
    float *const place = buffer + 4 * s->lane;
    if (lines[i] == OUTSIDE) {
      memset(place, 0, points * sizeof *place);
    } else if (
        run->count == 1 && (!f->periodic || (first >= 0 && first + (ptrdiff_t)points <= extent)) &&
        (ptrdiff_t)(lines[0] % f->sample) + first >= 0 &&
        x + lines[0] + first + LANES * 4 + 2 <= end + lines[0] / f->sample * f->sample) {
      // Where all lanes lie in the field's memory they are read there, and what is beyond the line is cut out.
      source = x + lines[0] + first;
    } else {
      copy_line(place, x + lines[i], first, points, extent, f->periodic);
    }
    if (run->count > 1)
      for (size_t k = 0; k < 2; k++) after[k][s->lane + s->count - 1] = place[4 * s->count + k];
  }
  split_by_four(phase, source);
  if (run->count == 1) {
    shift_line(&phase[4], &phase[0], source[4 * LANES]);
    shift_line(&phase[5], &phase[1], source[4 * LANES + 1]);
  } else {
    shift(&phase[4], &phase[0], run, after[0]);
    shift(&phase[5], &phase[1], run, after[1]);
  }
  if (source != buffer) {
    const ptrdiff_t first = (ptrdiff_t)(4 * run->segments[0].x) - padding;
    if (first < 0 || first + LANES * 4 + 2 > extent)
      for (int k = 0; k < SIDE; k++) cut(&phase[k], (int)first + k, (int)extent);
  }
}

// Single points of lines, for an axis that is not transformed.
INLINE void read_points(
    lanes *value, const struct vm_winograd_field *f, const struct run *run, const float *x, const size_t *lines,
    ptrdiff_t padding, int periodic) {
  float buffer[LANES] = {0};
  for (size_t i = 0; i < run->count; i++) {
    const struct segment *s = &run->segments[i];
    if (lines[i] != OUTSIDE)
      copy_line(
          buffer + s->lane, x + lines[i], (ptrdiff_t)s->x - padding, s->count, f->extent[2], periodic);
  }
  memcpy(value, buffer, sizeof *value);
}

INLINE void input_tiles(
    const struct vm_winograd_field *f, const struct run *run, const int *wide, const float *x, float *target,
    size_t plane) {
  block b;
  const int are_whole = run->are_whole && f->padding[2] == 1;
  for (size_t z = 0; z < values(wide[0]); z++)
    for (size_t y = 0; y < values(wide[1]); y++) {
      lanes *const phase = b[z][y];
      const size_t *const lines = run->lines[z][y];
      if (!wide[2]) {
        read_points(phase, f, run, x, lines, f->padding[2], f->periodic);
        continue;
      }
      if (are_whole)
        read_whole_lines(phase, x, run, lines, f->periodic);
      else
        read_parts_of_lines(phase, f, run, x, lines);
      input_line(phase, 1);
    }
  if (wide[1]) TRANSFORM_Y(input_line, values(wide[0]), values(wide[2]))
  if (wide[0]) TRANSFORM_Z(input_line, values(wide[1]), values(wide[2]))
  store_planes(target, plane, b, wide);
}

INLINE void output_adjoint_tiles(
    const struct vm_winograd_field *f, const struct run *run, const int *wide, const float *g, float *target,
    size_t plane) {
  block b;
  for (size_t z = 0; z < outputs(wide[0]); z++)
    for (size_t y = 0; y < outputs(wide[1]); y++) {
      lanes *const phase = b[z][y];
      const size_t *const lines = run->lines[z][y];
      if (!wide[2]) {
        read_points(phase, f, run, g, lines, 0, 0);
        continue;
      }
      lanes v[4] = {{0}};
      if (run->are_whole) {
        load_lines(v, g, lines, run->count);
      } else {
        for (size_t i = 0; i < run->count; i++) {
          const struct segment *s = &run->segments[i];
          if (lines[i] != OUTSIDE)
            copy_line((float *)v + 4 * s->lane, g + lines[i], (ptrdiff_t)(4 * s->x), 4 * s->count, f->extent[2], 0);
        }
      }
      split_by_four(phase, (const float *)v);
      output_adjoint_line(phase, 1);
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
  for (size_t z = 0; z < outputs(wide[0]); z++)
    for (size_t y = 0; y < outputs(wide[1]); y++) {
      lanes *const phase = b[z][y];
      const size_t *const lines = run->lines[z][y];
      if (wide[2]) output_line(phase, 1);
      for (size_t k = 0; k < step; k++) phase[k] += bias;
      lanes v[4];
      if (wide[2])
        join_by_four((float *)v, phase);
      else
        v[0] = phase[0];
      if (wide[2] && run->are_whole) {
        store_lines(target, lines, run->count, v);
        continue;
      }
      for (size_t i = 0; i < run->count; i++) {
        const struct segment *s = &run->segments[i];
        if (lines[i] == OUTSIDE) continue;
        const size_t first = s->x * step, left = f->extent[2] - first;
        copy(
            target + lines[i] + first, (const float *)v + s->lane * step,
            s->count * step < left ? s->count * step : left);
      }
    }
}

// Which axes are transformed is the same for all channels: made a constant, the loops over a tile unroll.
#define FOR_CHANNELS(size, periodic, call)                                                                    \
  {                                                                                                           \
    static const int x_axis[3] = {0, 0, 1}, yx_axes[3] = {0, 1, 1};                                           \
    struct run run;                                                                                           \
    find_run(&run, f, f->three_wide, size(f->three_wide[0]), size(f->three_wide[1]), periodic, first, count); \
    if (!f->three_wide[0] && !f->three_wide[1] && f->three_wide[2]) {                                         \
      for (size_t c = 0; c < channels; c++) call(x_axis);                                                     \
    } else if (!f->three_wide[0] && f->three_wide[1] && f->three_wide[2]) {                                   \
      for (size_t c = 0; c < channels; c++) call(yx_axes);                                                    \
    } else {                                                                                                  \
      for (size_t c = 0; c < channels; c++) call(f->three_wide);                                              \
    }                                                                                                         \
  }

KERNEL(
    void, vm_winograd_input,
    (const struct vm_winograd_field *f, size_t first, size_t count, size_t channels, const float *x, float *target,
     size_t row, size_t plane),
    (f, first, count, channels, x, target, row, plane)) {
#define CALL(wide) input_tiles(f, &run, wide, x + c * points_of(f), target + c * row, plane)
  FOR_CHANNELS(values, f->periodic, CALL)
#undef CALL
}

KERNEL(
    void, vm_winograd_output_adjoint,
    (const struct vm_winograd_field *f, size_t first, size_t count, size_t channels, const float *g, float *target,
     size_t row, size_t plane),
    (f, first, count, channels, g, target, row, plane)) {
#define CALL(wide) output_adjoint_tiles(f, &run, wide, g + c * points_of(f), target + c * row, plane)
  FOR_CHANNELS(outputs, 0, CALL)
#undef CALL
}

KERNEL(
    void, vm_winograd_output,
    (const struct vm_winograd_field *f, size_t first, size_t count, size_t channels, float *y, const float *source,
     size_t row, size_t plane, const float *bias),
    (f, first, count, channels, y, source, row, plane, bias)) {
#define CALL(wide) output_tiles(f, &run, wide, y + c * points_of(f), source + c * row, plane, bias ? bias[c] : 0)
  FOR_CHANNELS(outputs, 0, CALL)
#undef CALL
}
