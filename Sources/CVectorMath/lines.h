/// Short lines of numbers, for kernels that read fields row by row.
#ifndef LINES_H
#define LINES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

/// Sixteen floats are one register of AVX-512, and two of AVX2.
#define LANES 16
typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4)));
typedef float half __attribute__((vector_size(2 * LANES), aligned(4)));
typedef float quarter __attribute__((vector_size(LANES), aligned(4)));
/// Lanes as bits, all of them set in the lanes that are meant.
typedef int32_t mask __attribute__((vector_size(4 * LANES), aligned(4)));

/// A copy of a few numbers, without a call.
INLINE void copy(float *target, const float *source, size_t count) {
  for (; count >= LANES; count -= LANES, target += LANES, source += LANES) memcpy(target, source, sizeof(lanes));
  if (count & 8) memcpy(target, source, 8 * sizeof *target), target += 8, source += 8;
  if (count & 4) memcpy(target, source, 4 * sizeof *target), target += 4, source += 4;
  if (count & 2) memcpy(target, source, 2 * sizeof *target), target += 2, source += 2;
  if (count & 1) *target = *source;
}

/// The point of a line or an axis at a place that may be beyond its ends; the extent itself where a zero stands.
INLINE size_t wrapped(ptrdiff_t place, size_t extent, int periodic) {
  if (place >= 0 && place < (ptrdiff_t)extent) return place;
  if (!periodic) return extent;
  place %= (ptrdiff_t)extent;
  return place < 0 ? place + extent : place;
}

#endif
