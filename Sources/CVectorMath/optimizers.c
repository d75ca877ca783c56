#include "vector_math.h"

#include "dispatch.h"

// Unlike sqrtf, which may set errno, this vectorizes.
#define SQUARE_ROOT(x) __builtin_elementwise_sqrt(x)

KERNEL(
    void, vm_adam,
    (const struct vm_adam_step *step, float *restrict parameter, float *restrict first, float *restrict second,
     const float *restrict gradient, size_t count),
    (step, parameter, first, second, gradient, count)) {
  const struct vm_adam_step s = *step;
  for (size_t i = 0; i < count; i++) {
    const float p = parameter[i];
    const float g = gradient[i] + s.gradient_decay * p;
    const float m = first[i] + s.first_weight * (g - first[i]);
    const float v = s.second_decay * second[i] + s.second_weight * (g * g);
    first[i] = m;
    second[i] = v;
    parameter[i] = s.shrinkage * p - s.rate * (m / (SQUARE_ROOT(v) / s.second_correction + s.epsilon));
  }
}

KERNEL(
    void, vm_adam_complex,
    (const struct vm_adam_step *step, float *restrict parameter, float *restrict first, float *restrict second,
     const float *restrict gradient, size_t count),
    (step, parameter, first, second, gradient, count)) {
  const struct vm_adam_step s = *step;
  for (size_t i = 0; i < count; i++) {
    const float p_re = parameter[2 * i], p_im = parameter[2 * i + 1];
    const float g_re = gradient[2 * i] + s.gradient_decay * p_re;
    const float g_im = gradient[2 * i + 1] + s.gradient_decay * p_im;
    const float m_re = first[2 * i] + s.first_weight * (g_re - first[2 * i]);
    const float m_im = first[2 * i + 1] + s.first_weight * (g_im - first[2 * i + 1]);
    const float v = s.second_decay * second[i] + s.second_weight * (g_re * g_re + g_im * g_im);
    first[2 * i] = m_re;
    first[2 * i + 1] = m_im;
    second[i] = v;
    const float root = SQUARE_ROOT(v) / s.second_correction + s.epsilon;
    parameter[2 * i] = s.shrinkage * p_re - s.rate * (m_re / root);
    parameter[2 * i + 1] = s.shrinkage * p_im - s.rate * (m_im / root);
  }
}

KERNEL(
    void, vm_momentum_descent,
    (const struct vm_momentum_step *step, float *restrict parameter, float *restrict velocity,
     const float *restrict gradient, size_t count),
    (step, parameter, velocity, gradient, count)) {
  const struct vm_momentum_step s = *step;
  for (size_t i = 0; i < count; i++) {
    const float p = parameter[i];
    const float g = gradient[i] + s.gradient_decay * p;
    const float u = s.momentum * velocity[i] + g;
    velocity[i] = u;
    parameter[i] = p - s.rate * (s.gradient_weight * g + s.velocity_weight * u);
  }
}

/// Squares of moduli; `parts` is a constant where this is inlined.
static inline __attribute__((always_inline)) void factored_moments(
    const struct vm_factored shape, const size_t parts, float row_weight, float column_weight,
    const float *restrict gradient, float *restrict row, float *restrict column) {
  for (size_t r = 0; r < shape.rows; r++) {
    float *restrict row_means = row + r * shape.positions;
    for (size_t c = 0; c < shape.columns; c++) {
      const float *restrict g = gradient + (r * shape.columns + c) * shape.positions * parts;
      float *restrict column_means = column + c * shape.positions;
      for (size_t p = 0; p < shape.positions; p++) {
        float square = 0;
        for (size_t k = 0; k < parts; k++) square += g[parts * p + k] * g[parts * p + k];
        row_means[p] += row_weight * square;
        column_means[p] += column_weight * square;
      }
    }
  }
}

KERNEL(
    void, vm_factored_moments,
    (const struct vm_factored *shape, float decay, float weight, float epsilon, const float *restrict gradient,
     float *restrict row, float *restrict column),
    (shape, decay, weight, epsilon, gradient, row, column)) {
  const struct vm_factored s = *shape;
  for (size_t i = 0; i < s.rows * s.positions; i++) row[i] = decay * row[i] + weight * epsilon;
  for (size_t i = 0; i < s.columns * s.positions; i++) column[i] = decay * column[i] + weight * epsilon;
  const float row_weight = weight / (float)s.columns, column_weight = weight / (float)s.rows;
  if (s.parts == 2)
    factored_moments(s, 2, row_weight, column_weight, gradient, row, column);
  else
    factored_moments(s, 1, row_weight, column_weight, gradient, row, column);
}

static inline __attribute__((always_inline)) void factored_update(
    const struct vm_factored shape, const size_t parts, const float *restrict gradient, const float *restrict row,
    const float *restrict column_scale, float *restrict update) {
  for (size_t r = 0; r < shape.rows; r++) {
    const float *restrict row_means = row + r * shape.positions;
    for (size_t c = 0; c < shape.columns; c++) {
      const size_t start = (r * shape.columns + c) * shape.positions * parts;
      const float *restrict scale = column_scale + c * shape.positions;
      for (size_t p = 0; p < shape.positions; p++)
        for (size_t k = 0; k < parts; k++)
          update[start + parts * p + k] = gradient[start + parts * p + k] * scale[p] / SQUARE_ROOT(row_means[p]);
    }
  }
}

KERNEL(
    void, vm_factored_update,
    (const struct vm_factored *shape, const float *restrict gradient, const float *restrict row,
     const float *restrict column, float *restrict column_scale, float *restrict update),
    (shape, gradient, row, column, column_scale, update)) {
  const struct vm_factored s = *shape;
  for (size_t p = 0; p < s.positions; p++) {
    double sum = 0;
    for (size_t r = 0; r < s.rows; r++) sum += row[r * s.positions + p];
    const float mean = (float)(sum / (double)s.rows);
    // The roots of the factors, and not that of their product, which for tiny gradients would vanish.
    for (size_t c = 0; c < s.columns; c++)
      column_scale[c * s.positions + p] = SQUARE_ROOT(mean / column[c * s.positions + p]);
  }
  if (s.parts == 2)
    factored_update(s, 2, gradient, row, column_scale, update);
  else
    factored_update(s, 1, gradient, row, column_scale, update);
}
