#include "vector_math.h"

// Unlike sqrtf, which may set errno, this vectorises.
#define SQUARE_ROOT(x) __builtin_elementwise_sqrt(x)

DISPATCHED
void vm_adam(
    const struct vm_adam_step *step, float *restrict parameter, float *restrict first, float *restrict second,
    const float *restrict gradient, size_t count) {
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

DISPATCHED
void vm_adam_complex(
    const struct vm_adam_step *step, float *restrict parameter, float *restrict first, float *restrict second,
    const float *restrict gradient, size_t count) {
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

DISPATCHED
void vm_momentum_descent(
    const struct vm_momentum_step *step, float *restrict parameter, float *restrict velocity,
    const float *restrict gradient, size_t count) {
  const struct vm_momentum_step s = *step;
  for (size_t i = 0; i < count; i++) {
    const float p = parameter[i];
    const float g = gradient[i] + s.gradient_decay * p;
    const float u = s.momentum * velocity[i] + g;
    velocity[i] = u;
    parameter[i] = p - s.rate * (s.gradient_weight * g + s.velocity_weight * u);
  }
}
