#include "vector_math.h"

#include "lines.h"

// Rows from the one that is computed to the one that is asked for, while n and extent − n approach each other: the processor foresees
// neither of two such runs well.
#define AHEAD 4

KERNEL(
    void, vm_fold,
    (const float *restrict x, size_t extent, size_t inner, float *restrict even, float *restrict odd),
    (x, extent, inner, even, odd)) {
  memcpy(even, x, inner * sizeof *x);
  for (size_t n = 1; n < extent - n; n++) {
    const float *const low = x + n * inner, *const high = x + (extent - n) * inner;
    float *const sum = even + n * inner, *const difference = odd + (n - 1) * inner;
    const size_t ahead = 2 * (n + AHEAD) < extent ? AHEAD * inner : 0;
    size_t i = 0;
    for (; i + LANES <= inner; i += LANES) {
      __builtin_prefetch(low + ahead + i);
      __builtin_prefetch(high - ahead + i);
      lanes a, b;
      memcpy(&a, low + i, sizeof a);
      memcpy(&b, high + i, sizeof b);
      const lanes plus = a + b, minus = a - b;
      memcpy(sum + i, &plus, sizeof plus);
      memcpy(difference + i, &minus, sizeof minus);
    }
    for (; i < inner; i++) {
      sum[i] = low[i] + high[i];
      difference[i] = low[i] - high[i];
    }
  }
  if (extent % 2 == 0) memcpy(even + extent / 2 * inner, x + extent / 2 * inner, inner * sizeof *x);
}

// x = even, or x += even, for one row.
INLINE void unfold_middle(const float *restrict even, size_t inner, float *restrict x, int adds) {
  for (size_t i = 0; i < inner; i++) x[i] = (adds ? x[i] : 0) + even[i];
}

INLINE void unfold(const float *even, const float *odd, size_t extent, size_t inner, float *x, int adds) {
  unfold_middle(even, inner, x, adds);
  for (size_t n = 1; n < extent - n; n++) {
    float *const low = x + n * inner, *const high = x + (extent - n) * inner;
    const float *const sum = even + n * inner, *const difference = odd + (n - 1) * inner;
    const size_t ahead = 2 * (n + AHEAD) < extent ? AHEAD * inner : 0;
    size_t i = 0;
    for (; i + LANES <= inner; i += LANES) {
      __builtin_prefetch(low + ahead + i);
      __builtin_prefetch(high - ahead + i);
      lanes a, b, plus = {0}, minus = {0};
      memcpy(&a, sum + i, sizeof a);
      memcpy(&b, difference + i, sizeof b);
      if (adds) {
        memcpy(&plus, low + i, sizeof plus);
        memcpy(&minus, high + i, sizeof minus);
      }
      plus += a + b;
      minus += a - b;
      memcpy(low + i, &plus, sizeof plus);
      memcpy(high + i, &minus, sizeof minus);
    }
    for (; i < inner; i++) {
      low[i] = (adds ? low[i] : 0) + (sum[i] + difference[i]);
      high[i] = (adds ? high[i] : 0) + (sum[i] - difference[i]);
    }
  }
  if (extent % 2 == 0) unfold_middle(even + extent / 2 * inner, inner, x + extent / 2 * inner, adds);
}

KERNEL(
    void, vm_unfold,
    (const float *even, const float *odd, size_t extent, size_t inner, float *x, int adds),
    (even, odd, extent, inner, x, adds)) {
  if (adds) {
    unfold(even, odd, extent, inner, x, 1);
  } else {
    unfold(even, odd, extent, inner, x, 0);
  }
}

// Defines functions for a vector's width that fold a line of at least a vector of pairs, and unfold it. The last vector reaches back
// to be whole. What it shares with the one before comes out the same: where it is added, to what stood there at first.
#define LINES(width, vector, ...)                                                                        \
  INLINE void fold_line_of_##width(                                                                      \
      const float *restrict x, size_t extent, float *restrict even, float *restrict odd) {               \
    const size_t pairs = (extent - 1) / 2, last = pairs - width;                                         \
    for (size_t n = 0; n < pairs; n += width) {                                                          \
      const size_t at = n < last ? n : last;                                                             \
      vector low, high;                                                                                  \
      memcpy(&low, x + 1 + at, sizeof low);                                                              \
      memcpy(&high, x + extent - width - at, sizeof high);                                               \
      high = __builtin_shufflevector(high, high, __VA_ARGS__);                                           \
      const vector sum = low + high, difference = low - high;                                            \
      memcpy(even + 1 + at, &sum, sizeof sum);                                                           \
      memcpy(odd + at, &difference, sizeof difference);                                                  \
    }                                                                                                    \
  }                                                                                                      \
  INLINE void unfold_line_of_##width(                                                                    \
      const float *even, const float *odd, size_t extent, float *x, int adds) {                          \
    const size_t pairs = (extent - 1) / 2, last = pairs - width;                                         \
    vector last_low = {0}, last_high = {0};                                                              \
    if (adds) {                                                                                          \
      memcpy(&last_low, x + 1 + last, sizeof last_low);                                                  \
      memcpy(&last_high, x + extent - width - last, sizeof last_high);                                   \
    }                                                                                                    \
    for (size_t n = 0; n < pairs; n += width) {                                                          \
      const size_t at = n < last ? n : last;                                                             \
      vector a, b, low = last_low, high = last_high;                                                     \
      memcpy(&a, even + 1 + at, sizeof a);                                                               \
      memcpy(&b, odd + at, sizeof b);                                                                    \
      if (adds && n < last) {                                                                            \
        memcpy(&low, x + 1 + at, sizeof low);                                                            \
        memcpy(&high, x + extent - width - at, sizeof high);                                             \
      }                                                                                                  \
      const vector difference = a - b;                                                                   \
      low += a + b;                                                                                      \
      high += __builtin_shufflevector(difference, difference, __VA_ARGS__);                              \
      memcpy(x + 1 + at, &low, sizeof low);                                                              \
      memcpy(x + extent - width - at, &high, sizeof high);                                               \
    }                                                                                                    \
  }
LINES(16, lanes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
LINES(8, half, 7, 6, 5, 4, 3, 2, 1, 0)
#undef LINES

KERNEL(
    void, vm_fold_lines,
    (const float *restrict x, size_t lines, size_t extent, size_t stride, float *restrict even, float *restrict odd),
    (x, lines, extent, stride, even, odd)) {
  const size_t pairs = (extent - 1) / 2;
  for (size_t line = 0; line < lines; line++, x += extent, even += stride, odd += stride) {
    even[0] = x[0];
    if (pairs >= 16)
      fold_line_of_16(x, extent, even, odd);
    else if (pairs >= 8)
      fold_line_of_8(x, extent, even, odd);
    else
      for (size_t n = 1; n <= pairs; n++) {
        even[n] = x[n] + x[extent - n];
        odd[n - 1] = x[n] - x[extent - n];
      }
    if (extent % 2 == 0) even[extent / 2] = x[extent / 2];
  }
}

INLINE void unfold_lines(
    const float *even, const float *odd, size_t stride, size_t lines, size_t extent, float *x, int adds) {
  const size_t pairs = (extent - 1) / 2;
  for (size_t line = 0; line < lines; line++, x += extent, even += stride, odd += stride) {
    x[0] = (adds ? x[0] : 0) + even[0];
    if (pairs >= 16)
      unfold_line_of_16(even, odd, extent, x, adds);
    else if (pairs >= 8)
      unfold_line_of_8(even, odd, extent, x, adds);
    else
      for (size_t n = 1; n <= pairs; n++) {
        x[n] = (adds ? x[n] : 0) + (even[n] + odd[n - 1]);
        x[extent - n] = (adds ? x[extent - n] : 0) + (even[n] - odd[n - 1]);
      }
    if (extent % 2 == 0) x[extent / 2] = (adds ? x[extent / 2] : 0) + even[extent / 2];
  }
}

KERNEL(
    void, vm_unfold_lines,
    (const float *even, const float *odd, size_t stride, size_t lines, size_t extent, float *x, int adds),
    (even, odd, stride, lines, extent, x, adds)) {
  if (adds) {
    unfold_lines(even, odd, stride, lines, extent, x, 1);
  } else {
    unfold_lines(even, odd, stride, lines, extent, x, 0);
  }
}

void vm_copy_lines(
    float *target, size_t target_stride, const float *source, size_t source_stride, size_t lines, size_t count) {
  for (size_t line = 0; line < lines; line++) copy(target + line * target_stride, source + line * source_stride, count);
}

// Modes are few: wider vectors would leave most of them to a loop of one by one.
#define FEW_MODES _Pragma("clang loop vectorize_width(4) interleave_count(1)")

KERNEL(
    void, vm_join_frequencies,
    (const struct vm_frequency *kept, size_t count, size_t modes, const float *restrict lines, size_t line_imaginary,
     float *restrict spectrum, size_t imaginary),
    (kept, count, modes, lines, line_imaginary, spectrum, imaginary)) {
  for (size_t k = 0; k < count; k++) {
    const float *const cosine = lines + kept[k].cosine, *const sine = lines + kept[k].sine;
    float *const real = spectrum + kept[k].place;
    const float sign = kept[k].sign;
    FEW_MODES
    for (size_t m = 0; m < modes; m++) {
      real[m] = cosine[m] + sign * sine[line_imaginary + m];
      real[imaginary + m] = cosine[line_imaginary + m] - sign * sine[m];
    }
  }
}

KERNEL(
    void, vm_split_frequencies,
    (const struct vm_frequency *kept, size_t count, size_t modes, const float *restrict spectrum, size_t imaginary,
     float *restrict lines, size_t line_imaginary),
    (kept, count, modes, spectrum, imaginary, lines, line_imaginary)) {
  for (size_t k = 0; k < count; k++) {
    float *const cosine = lines + kept[k].cosine, *const sine = lines + kept[k].sine;
    const float *const real = spectrum + kept[k].place;
    const float sign = kept[k].sign;
    FEW_MODES
    for (size_t m = 0; m < modes; m++) {
      cosine[m] += real[m];
      cosine[line_imaginary + m] += real[imaginary + m];
      sine[m] -= sign * real[imaginary + m];
      sine[line_imaginary + m] += sign * real[m];
    }
  }
}
