#include "windows.h"

#include "lines.h"

// The windows of a line that read a point of the field at an offset from their first one.
struct inside {
  size_t first, end;
};

INLINE struct inside windows_inside(const struct vm_windows *w, size_t offset) {
  const size_t stride = w->stride[2], end = w->input[2] + w->padding[2];
  const size_t first = offset < w->padding[2] ? (w->padding[2] - offset + stride - 1) / stride : 0;
  size_t last = end > offset ? (end - offset + stride - 1) / stride : 0;
  if (last > w->output[2]) last = w->output[2];
  return (struct inside){first < last ? first : last, last};
}

// The points of a window where windows follow one another without a gap, from the line's first point on; else 0.
INLINE size_t adjoining_points(const struct vm_windows *w) {
  return w->kernel[2] == w->stride[2] && w->padding[2] == 0 ? w->kernel[2] : 0;
}

// The point that a window reads at an offset; the extent where it reads a zero.
INLINE size_t point_of(const struct vm_windows *w, int axis, size_t window, size_t offset) {
  return wrapped(
      (ptrdiff_t)(window * w->stride[axis] + offset) - (ptrdiff_t)w->padding[axis], w->input[axis], w->periodic);
}

// A line of windows: a row of the matrix for each point along them, zeros where the line is beyond the field. The points of
// adjoining windows are a constant here and below, or 0, so that several windows are read at once.
INLINE void gather_line(
    const struct vm_windows *w, const float *line, float *restrict rows, size_t row, size_t adjoining) {
  const size_t count = w->output[2], stride = w->stride[2];
  if (line && adjoining) {
    for (size_t i = 0; i < count; i++)
      for (size_t k = 0; k < adjoining; k++) rows[k * row + i] = line[adjoining * i + k];
    return;
  }
  for (size_t k = 0; k < w->kernel[2]; k++, rows += row) {
    if (!line) {
      memset(rows, 0, count * sizeof *rows);
      continue;
    }
    const struct inside inside = windows_inside(w, k);
#define EDGE(i)                                      \
  {                                                  \
    const size_t place = point_of(w, 2, i, k);       \
    rows[i] = place < w->input[2] ? line[place] : 0; \
  }
    for (size_t i = 0; i < inside.first; i++) EDGE(i)
    if (inside.first < inside.end) {
      const float *const source = line + (inside.first * stride + k - w->padding[2]);
      if (stride == 1)
        copy(rows + inside.first, source, inside.end - inside.first);
      else
        for (size_t i = inside.first; i < inside.end; i++) rows[i] = source[(i - inside.first) * stride];
    }
    for (size_t i = inside.end; i < count; i++) EDGE(i)
#undef EDGE
  }
}

// Adds the rows to the line that they would be gathered from.
INLINE void scatter_line(
    const struct vm_windows *w, float *restrict line, const float *restrict rows, size_t row, size_t adjoining) {
  const size_t count = w->output[2], stride = w->stride[2];
  if (!line) return;
  if (adjoining) {
    for (size_t i = 0; i < count; i++)
      for (size_t k = 0; k < adjoining; k++) line[adjoining * i + k] += rows[k * row + i];
    return;
  }
  for (size_t k = 0; k < w->kernel[2]; k++, rows += row) {
    const struct inside inside = windows_inside(w, k);
#define EDGE(i)                                            \
  {                                                        \
    const size_t place = point_of(w, 2, i, k);             \
    if (place < w->input[2]) line[place] += rows[i];       \
  }
    for (size_t i = 0; i < inside.first; i++) EDGE(i)
    if (inside.first < inside.end) {
      float *const target = line + (inside.first * stride + k - w->padding[2]);
      const float *const source = rows + inside.first;
      const size_t length = inside.end - inside.first;
      if (stride == 1)
        for (size_t i = 0; i < length; i++) target[i] += source[i];
      else
        for (size_t i = 0; i < length; i++) target[i * stride] += source[i];
    }
    for (size_t i = inside.end; i < count; i++) EDGE(i)
#undef EDGE
  }
}

// Calls `body` with each line of windows for each row of points in a window: the line of the field, or NULL beyond it, and
// where the line begins in the rows of the matrix.
#define FOR_LINES(body, adjoining)                                                                              \
  {                                                                                                             \
    const size_t points = w->input[0] * w->input[1] * w->input[2];                                              \
    const size_t row = t->samples * t->lines * w->output[2];                                                    \
    size_t block = 0;                                                                                           \
    for (size_t channel = 0; channel < channels; channel++)                                                     \
      for (size_t z = 0; z < w->kernel[0]; z++)                                                                 \
        for (size_t y = 0; y < w->kernel[1]; y++, block += w->kernel[2] * row) {                                \
          size_t place = block;                                                                                 \
          for (size_t sample = 0; sample < t->samples; sample++) {                                              \
            size_t plane = t->first_line / w->output[1], in_plane = t->first_line % w->output[1];               \
            for (size_t i = 0; i < t->lines; i++, place += w->output[2]) {                                      \
              const size_t from_plane = point_of(w, 0, plane, z), from_row = point_of(w, 1, in_plane, y);       \
              const int is_inside = from_plane < w->input[0] && from_row < w->input[1];                         \
              body(                                                                                             \
                  w,                                                                                            \
                  is_inside ? field + sample * t->sample + channel * points +                                   \
                                  (from_plane * w->input[1] + from_row) * w->input[2]                           \
                            : NULL,                                                                             \
                  columns + place, row, adjoining);                                                             \
              if (++in_plane == w->output[1]) plane++, in_plane = 0;                                            \
            }                                                                                                   \
          }                                                                                                     \
        }                                                                                                       \
  }

// Likewise, with the points of adjoining windows where these are two, four or eight: chosen before the loops, which other choices
// in them would slow down.
#define FOR_WINDOWS(body)                   \
  switch (adjoining_points(w)) {            \
    case 2: FOR_LINES(body, 2) break;       \
    case 4: FOR_LINES(body, 4) break;       \
    case 8: FOR_LINES(body, 8) break;       \
    default: FOR_LINES(body, 0)             \
  }

KERNEL(
    void, vm_gather_columns,
    (const struct vm_windows *w, const struct vm_column_tile *t, size_t channels, const float *field, float *columns),
    (w, t, channels, field, columns)) {
  FOR_WINDOWS(gather_line)
}

KERNEL(
    void, vm_scatter_columns,
    (const struct vm_windows *w, const struct vm_column_tile *t, size_t channels, const float *columns, float *field),
    (w, t, channels, columns, field)) {
  FOR_WINDOWS(scatter_line)
}
