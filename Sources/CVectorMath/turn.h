/// Rows and columns of a block change places.
#ifndef TURN_H
#define TURN_H

#include "lines.h"

/// Sixteen rows of sixteen as columns: blocks of eight by eight change places, then those of four, two and one.
INLINE void turn(lanes *x) {
#define FIRST(s, n) ((n) & (s) ? LANES + (n) - (s) : (n))
#define SECOND(s, n) ((n) & (s) ? LANES + (n) : (n) + (s))
#define EACH(part, s)                                                                                             \
  part(s, 0), part(s, 1), part(s, 2), part(s, 3), part(s, 4), part(s, 5), part(s, 6), part(s, 7), part(s, 8),     \
      part(s, 9), part(s, 10), part(s, 11), part(s, 12), part(s, 13), part(s, 14), part(s, 15)
#define EXCHANGE(s)                                                         \
  for (size_t r = 0; r < LANES; r++)                                        \
    if (!(r & (s))) {                                                       \
      const lanes first = x[r], second = x[r + (s)];                        \
      x[r] = __builtin_shufflevector(first, second, EACH(FIRST, s));        \
      x[r + (s)] = __builtin_shufflevector(first, second, EACH(SECOND, s)); \
    }
  EXCHANGE(8) EXCHANGE(4) EXCHANGE(2) EXCHANGE(1)
#undef FIRST
#undef SECOND
#undef EACH
#undef EXCHANGE
}

/// The first `count` terms of some rows as columns: target[i * width + n] = row n's element i. The rows beyond the last up to
/// a multiple of sixteen are written too, with anything. `ROW` gives a row's address.
#define TURN_ROWS(ROW, rows, count, target, width)                                                  \
  for (size_t n = 0; n < (rows); n += LANES) {                                                      \
    const float *row[LANES];                                                                        \
    for (size_t r = 0; r < LANES; r++) row[r] = ROW(n + r < (rows) ? n + r : (rows) - 1);           \
    size_t i = 0;                                                                                   \
    for (; i + LANES <= (count); i += LANES) {                                                      \
      lanes x[LANES];                                                                               \
      for (size_t r = 0; r < LANES; r++) memcpy(&x[r], row[r] + i, sizeof x[r]);                    \
      turn(x);                                                                                      \
      for (size_t r = 0; r < LANES; r++) memcpy((target) + (i + r) * (width) + n, &x[r], sizeof x[r]); \
    }                                                                                               \
    for (; i < (count); i++)                                                                        \
      for (size_t r = 0; r < LANES; r++) (target)[i * (width) + n + r] = row[r][i];                 \
  }

#endif
