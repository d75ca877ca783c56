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

// Modes are few: wider vectors would leave most of them to a loop of one by one.
#define FEW_MODES _Pragma("clang loop vectorize_width(4) interleave_count(1)")

KERNEL(
    void, vm_join_frequencies,
    (const struct vm_frequency *kept, size_t count, size_t modes, const float *restrict lines,
     float *restrict spectrum, size_t imaginary),
    (kept, count, modes, lines, spectrum, imaginary)) {
  for (size_t k = 0; k < count; k++) {
    const float *const cosine = lines + kept[k].cosine, *const sine = lines + kept[k].sine;
    float *const real = spectrum + kept[k].place;
    const float sign = kept[k].sign;
    FEW_MODES
    for (size_t m = 0; m < modes; m++) {
      real[m] = cosine[m] + sign * sine[modes + m];
      real[imaginary + m] = cosine[modes + m] - sign * sine[m];
    }
  }
}

KERNEL(
    void, vm_split_frequencies,
    (const struct vm_frequency *kept, size_t count, size_t modes, const float *restrict spectrum, size_t imaginary,
     float *restrict lines),
    (kept, count, modes, spectrum, imaginary, lines)) {
  for (size_t k = 0; k < count; k++) {
    float *const cosine = lines + kept[k].cosine, *const sine = lines + kept[k].sine;
    const float *const real = spectrum + kept[k].place;
    const float sign = kept[k].sign;
    FEW_MODES
    for (size_t m = 0; m < modes; m++) {
      cosine[m] += real[m];
      cosine[modes + m] += real[imaginary + m];
      sine[m] -= sign * real[imaginary + m];
      sine[modes + m] += sign * real[m];
    }
  }
}
