/// Where the sixteen tiles of a vector lie on a field, and how their lines are read: parts of the kernels in winograd.c.
#ifndef WINOGRAD_RUNS_H
#define WINOGRAD_RUNS_H

#include <stdint.h>

#include "winograd_lines.h"

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

INLINE size_t points_of(const struct vm_winograd_field *f) { return f->extent[0] * f->extent[1] * f->extent[2]; }

// Tiles of a run that lie side by side on one line of a field.
struct segment {
  size_t x;            // the first tile
  size_t lane, count;  // its lane, and the number of tiles
};

#define OUTSIDE SIZE_MAX

// Up to sixteen tiles, one a lane.
struct run {
  struct segment segments[LANES];
  size_t count;        // segments
  lanes begins, ends;  // all bits set in the lanes of the first and of the last tiles of segments
  // Where the lines of a channel's field begin that a segment's tiles read or write, by their places in the tile along z and y;
  // OUTSIDE where the field has none.
  size_t lines[SIDE][SIDE][LANES];
  int are_whole; // whether the segments are whole lines of the field, as long as its points, and fill the lanes
};

// The run of `count` tiles from number `first` on, which take `depth` planes of `height` lines each.
INLINE void find_run(
    struct run *run, const struct vm_winograd_field *f, const int *wide, size_t depth, size_t height, int periodic,
    size_t first, size_t count) {
  run->count = 0;
  float begins[LANES] = {0}, ends[LANES] = {0};
  for (size_t lane = 0; lane < count;) {
    const size_t number = first + lane, line = number / f->tiles[2], plane = line / f->tiles[1];
    const size_t i = run->count++;
    struct segment *segment = &run->segments[i];
    segment->x = number % f->tiles[2];
    segment->lane = lane;
    const size_t left = f->tiles[2] - segment->x;
    segment->count = left < count - lane ? left : count - lane;
    for (size_t z = 0; z < depth; z++)
      for (size_t y = 0; y < height; y++) {
        const ptrdiff_t from_plane = plane % f->tiles[0] * outputs(wide[0]) + z;
        const ptrdiff_t from_row = line % f->tiles[1] * outputs(wide[1]) + y;
        const size_t p = wrapped(from_plane - (ptrdiff_t)f->padding[0], f->extent[0], periodic);
        const size_t r = wrapped(from_row - (ptrdiff_t)f->padding[1], f->extent[1], periodic);
        const int is_inside = p < f->extent[0] && r < f->extent[1];
        run->lines[z][y][i] =
            is_inside ? plane / f->tiles[0] * f->sample + (p * f->extent[1] + r) * f->extent[2] : OUTSIDE;
      }
    memset(&begins[lane], 0xff, sizeof *begins);
    lane += segment->count;
    memset(&ends[lane - 1], 0xff, sizeof *ends);
  }
  memcpy(&run->begins, begins, sizeof begins);
  memcpy(&run->ends, ends, sizeof ends);
  run->are_whole = count == LANES && wide[2] && LANES % f->tiles[2] == 0 && f->extent[2] == 4 * f->tiles[2] &&
                   run->segments[0].x == 0;
}

// A line of each segment of a run whose segments are whole lines, one after the other: zeros for lines outside.
INLINE void load_lines(lanes *v, const float *x, const size_t *lines, size_t count) {
  static const float zeros[LANES * 4];
#define LINE(i) (lines[i] == OUTSIDE ? zeros : x + lines[i])
  // A line is four vectors, two, one, a half or a quarter of one.
  switch (count) {
    case 1: memcpy(v, LINE(0), 4 * sizeof *v); break;
    case 2:
      for (size_t i = 0; i < 2; i++) memcpy(&v[2 * i], LINE(i), 2 * sizeof *v);
      break;
    case 4:
      for (size_t i = 0; i < 4; i++) memcpy(&v[i], LINE(i), sizeof *v);
      break;
    case 8:
      for (size_t i = 0; i < 4; i++) {
        half low, high;
        memcpy(&low, LINE(2 * i), sizeof low);
        memcpy(&high, LINE(2 * i + 1), sizeof high);
        v[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      }
      break;
    default:
      for (size_t i = 0; i < 4; i++) {
        quarter q[4];
        for (size_t k = 0; k < 4; k++) memcpy(&q[k], LINE(4 * i + k), sizeof q[k]);
        const half low = __builtin_shufflevector(q[0], q[1], 0, 1, 2, 3, 4, 5, 6, 7);
        const half high = __builtin_shufflevector(q[2], q[3], 0, 1, 2, 3, 4, 5, 6, 7);
        v[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      }
  }
#undef LINE
}

// The reverse of load_lines, for the lines that the field has.
INLINE void store_lines(float *y, const size_t *lines, size_t count, const lanes *v) {
#define STORE(n)                                              \
  case n:                                                     \
    for (size_t i = 0; i < (n); i++)                          \
      if (lines[i] != OUTSIDE)                                \
        memcpy(y + lines[i], (const float *)v + i * (4 * LANES / (n)), 4 * LANES / (n) * sizeof *y); \
    break;
  switch (count) { STORE(1) STORE(2) STORE(4) STORE(8) STORE(16) }
#undef STORE
}

// The values one lane before, and one lane after, within segments of LANES / count lanes, where the first and the last are
// neighbors.
#define BEFORE(lane, n) ((lane) / (n) * (n) + ((lane) + (n) - 1) % (n))
#define AFTER(lane, n) ((lane) / (n) * (n) + ((lane) + 1) % (n))
#define NEIGHBORS(place, n)                                                                                    \
  __builtin_shufflevector(                                                                                     \
      value, value, place(0, n), place(1, n), place(2, n), place(3, n), place(4, n), place(5, n), place(6, n), \
      place(7, n), place(8, n), place(9, n), place(10, n), place(11, n), place(12, n), place(13, n),           \
      place(14, n), place(15, n))
#define DEFINE_SHIFT(name, place)                                      \
  INLINE void name(lanes *result, const lanes *source, size_t count) { \
    const lanes value = *source;                                       \
    switch (count) {                                                   \
      case 1: *result = NEIGHBORS(place, 16); break;                   \
      case 2: *result = NEIGHBORS(place, 8); break;                    \
      case 4: *result = NEIGHBORS(place, 4); break;                    \
      case 8: *result = NEIGHBORS(place, 2); break;                    \
      default: *result = value;                                        \
    }                                                                  \
  }
DEFINE_SHIFT(one_before, BEFORE)
DEFINE_SHIFT(one_after, AFTER)
#undef BEFORE
#undef AFTER
#undef NEIGHBORS
#undef DEFINE_SHIFT

#endif
