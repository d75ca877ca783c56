#include "vector_math.h"

void vm_prefetch(const float *x, size_t count) {
  // A cache line has sixteen floats. To fetch for writing would need an instruction that the baseline lacks. Places beyond a buffer's
  // end do no harm: nothing is read there.
  for (size_t i = 0; i < count; i += 16) __builtin_prefetch(x + i, 0, 2);
}
