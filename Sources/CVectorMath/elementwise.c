#include "vector_math.h"

#include "dispatch.h"

KERNEL(
    void, vm_add_scaled,
    (float *restrict target, const float *restrict source, float scale, size_t count),
    (target, source, scale, count)) {
  for (size_t i = 0; i < count; i++) target[i] += scale * source[i];
}

KERNEL(
    void, vm_multiply, (float *restrict target, const float *restrict factor, size_t count), (target, factor, count)) {
  for (size_t i = 0; i < count; i++) target[i] *= factor[i];
}

KERNEL(void, vm_scale, (float *restrict target, float scale, size_t count), (target, scale, count)) {
  for (size_t i = 0; i < count; i++) target[i] *= scale;
}

KERNEL(void, vm_add_constant, (float *restrict target, float constant, size_t count), (target, constant, count)) {
  for (size_t i = 0; i < count; i++) target[i] += constant;
}

KERNEL(float, vm_sum, (const float *restrict source, size_t count), (source, count)) {
  // Sixteen partial sums whatever the vector width: the same order of additions on every instruction set.
  float partial[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) partial[lane] += source[i + lane];
  for (size_t lane = 0; i < count; i++, lane++) partial[lane] += source[i];
  for (size_t width = 8; width > 0; width /= 2)
    for (size_t lane = 0; lane < width; lane++) partial[lane] += partial[lane + width];
  return partial[0];
}

KERNEL(double, vm_sum_of_squares, (const float *restrict source, size_t count), (source, count)) {
  double partial[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) partial[lane] += (double)source[i + lane] * source[i + lane];
  for (size_t lane = 0; i < count; i++, lane++) partial[lane] += (double)source[i] * source[i];
  for (size_t width = 8; width > 0; width /= 2)
    for (size_t lane = 0; lane < width; lane++) partial[lane] += partial[lane + width];
  return partial[0];
}
