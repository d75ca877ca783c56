#include "windows.h"

#include <string.h>

#include "dispatch.h"

// A value takes the place of one that is smaller, or a number where it is NaN.
INLINE int takes(float value, float best) { return (value > best) | ((value != value) & (best == best)); }

// Compares the points that windows read on a line, numbered from `place` on, with the best so far, or begins with them.
INLINE void pool_line(
    const struct vm_windows *w, const float *restrict line, float *restrict best, uint8_t *restrict choice, uint8_t place,
    int begins) {
  const size_t count = w->output[2], stride = w->stride[2];
  if (w->kernel[2] == 2 && stride == 2) {
    for (size_t i = 0; i < count; i++) {
      const float first = line[2 * i], second = line[2 * i + 1];
      const int is_second = takes(second, first);
      const float value = is_second ? second : first;
      const int is_taken = begins | takes(value, best[i]);
      best[i] = is_taken ? value : best[i];
      choice[i] = is_taken ? place + is_second : choice[i];
    }
    return;
  }
  for (size_t k = 0; k < w->kernel[2]; k++)
    for (size_t i = 0; i < count; i++) {
      const float value = line[i * stride + k];
      const int is_taken = (begins & (k == 0)) | takes(value, best[i]);
      best[i] = is_taken ? value : best[i];
      choice[i] = is_taken ? place + k : choice[i];
    }
}

INLINE void spread_line(
    const struct vm_windows *w, float *restrict line, const float *restrict g, const uint8_t *restrict choice,
    uint8_t place) {
  const size_t count = w->output[2], stride = w->stride[2];
  if (w->kernel[2] == 2 && stride == 2) {
    for (size_t i = 0; i < count; i++) {
      line[2 * i] += choice[i] == place ? g[i] : 0;
      line[2 * i + 1] += choice[i] == place + 1 ? g[i] : 0;
    }
    return;
  }
  for (size_t k = 0; k < w->kernel[2]; k++)
    for (size_t i = 0; i < count; i++) line[i * stride + k] += choice[i] == place + k ? g[i] : 0;
}

// Calls `body` for every line of windows and every line of points in them: where the points begin, where the windows do, and the
// number of the first point.
#define FOR_LINES(body)                                                                                                   \
  for (size_t plane = 0, window = 0; plane < w->output[0]; plane++)                                                       \
    for (size_t row = 0; row < w->output[1]; row++, window += w->output[2])                                               \
      for (size_t z = 0, place = 0; z < w->kernel[0]; z++)                                                                \
        for (size_t y = 0; y < w->kernel[1]; y++, place += w->kernel[2]) {                                                \
          const size_t point = ((plane * w->stride[0] + z) * w->input[1] + row * w->stride[1] + y) * w->input[2];         \
          body                                                                                                            \
        }

KERNEL(
    void, vm_pool, (const struct vm_windows *w, const float *field, float *largest, uint8_t *choice),
    (w, field, largest, choice)) {
  FOR_LINES({
    if (place == 0)
      pool_line(w, field + point, largest + window, choice + window, 0, 1);
    else
      pool_line(w, field + point, largest + window, choice + window, place, 0);
  })
}

KERNEL(
    void, vm_pool_gradient,
    (const struct vm_windows *w, const float *gradient, const uint8_t *choice, float *field_gradient),
    (w, gradient, choice, field_gradient)) {
  memset(field_gradient, 0, w->input[0] * w->input[1] * w->input[2] * sizeof *field_gradient);
  FOR_LINES({ spread_line(w, field_gradient + point, gradient + window, choice + window, place); })
}
