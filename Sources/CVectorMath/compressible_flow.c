#include "compressible_flow.h"

#include <stdint.h>
#include <string.h>

#include "dispatch.h"

// With a constant number of dimensions the compiler unrolls the loops over variables and vectorizes those over cells.
// It cannot know that the arrays written are apart from those read, hence the pragma.
#define FOR_CELLS(i) \
  _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t i = 0; i < (ptrdiff_t)count; i++)
// The same in whole vectors: values beyond the last are computed too, and nobody reads them.
#define FOR_FACES(i) \
  _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t i = 0; i < (ptrdiff_t)whole_vectors(count); i++)
#define FOR_VARIABLES(k, first) \
  _Pragma("clang loop unroll(full)") for (int k = first; k < 2 + dimensions; k++)
#define FOR_EACH_DIMENSIONALITY(call) \
  switch (dimensions) {               \
    case 1: call(1); break;           \
    case 2: call(2); break;           \
    case 3: call(3); break;           \
  }
#define MAXIMUM_VARIABLES 5

INLINE size_t whole_vectors(size_t count) { return (count + CF_SLACK - 1) / CF_SLACK * CF_SLACK; }
INLINE float least(float a, float b) { return a < b ? a : b; }
INLINE float greatest(float a, float b) { return a > b ? a : b; }
INLINE float square_root(float x) { return __builtin_elementwise_sqrt(x); }

// Where variable k lies if the velocity component along the axis is to come first.
INLINE size_t variable_of(int k, int dimensions, int axis) { return k < 2 ? k : 2 + (axis + k - 2) % dimensions; }

// Half the slope of a cell by van Leer's monotonised central limiter, from the differences to its two neighbors.
INLINE float half_slope(float below, float above) {
  float central = 0.25f * (below + above);
  float one_sided = least(__builtin_fabsf(below), __builtin_fabsf(above));
  float size = least(one_sided, __builtin_fabsf(central));
  return below * above > 0 ? __builtin_copysignf(size, central) : 0;
}

INLINE void euler_flux(
    const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis, ptrdiff_t stride,
    size_t count, float gamma) {
  const float *cell[MAXIMUM_VARIABLES];
  float *out[MAXIMUM_VARIABLES];
  FOR_VARIABLES(k, 0) {
    cell[k] = primitive + variable_of(k, dimensions, axis) * pitch;
    out[k] = flux + variable_of(k, dimensions, axis) * flux_pitch;
  }
  float inverse_gamma_minus_one = 1 / (gamma - 1);
  FOR_FACES(i) {
    float left[MAXIMUM_VARIABLES], right[MAXIMUM_VARIABLES];
    FOR_VARIABLES(k, 0) {
      float a = cell[k][i - stride], b = cell[k][i], c = cell[k][i + stride], d = cell[k][i + 2 * stride];
      float jump = c - b;
      left[k] = b + half_slope(b - a, jump);
      right[k] = c - half_slope(jump, d - c);
      if (k < 2) {
        left[k] = left[k] > 0 ? left[k] : b;
        right[k] = right[k] > 0 ? right[k] : c;
      }
    }
    float sound = square_root(gamma * greatest(left[1] / left[0], right[1] / right[0]));
    float slowest = least(left[2], right[2]) - sound;
    float fastest = greatest(left[2], right[2]) + sound;
    float left_rate = left[0] * (slowest - left[2]);
    float right_rate = right[0] * (fastest - right[2]);
    // The contact's speed is force / resistance. The latter is negative, so the sign is known before the quotient.
    float force = right[1] - left[1] + left_rate * left[2] - right_rate * right[2];
    float resistance = left_rate - right_rate;

    // The state at the face is on the contact's upwind side, and between the waves if the outer one is past the face.
    int from_left = force <= 0;
    float state[MAXIMUM_VARIABLES];
    FOR_VARIABLES(k, 0) state[k] = from_left ? left[k] : right[k];
    float wave = from_left ? slowest : fastest;
    float rate = from_left ? left_rate : right_rate;
    int between_waves = from_left ? slowest < 0 : fastest > 0;
    float contact = force / resistance;
    float density = between_waves ? rate / (wave - contact) : state[0];
    float pressure = between_waves ? state[1] + rate * (contact - state[2]) : state[1];
    float normal = between_waves ? contact : state[2];

    float speed_squared = normal * normal;
    FOR_VARIABLES(k, 3) speed_squared += state[k] * state[k];
    float mass_flux = density * normal;
    out[0][i] = mass_flux;
    out[1][i] = (gamma * inverse_gamma_minus_one * pressure + 0.5f * density * speed_squared) * normal;
    out[2][i] = mass_flux * normal + pressure;
    FOR_VARIABLES(k, 3) out[k][i] = mass_flux * state[k];
  }
}

INLINE void viscous_flux(
    const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis, ptrdiff_t stride,
    size_t count, float normal, float transverse) {
  const float *cell[MAXIMUM_VARIABLES];
  float *out[MAXIMUM_VARIABLES];
  FOR_VARIABLES(k, 0) {
    cell[k] = primitive + variable_of(k, dimensions, axis) * pitch;
    out[k] = flux + variable_of(k, dimensions, axis) * flux_pitch;
  }
  FOR_FACES(i) {
    float half_density = 0.5f * (cell[0][i] + cell[0][i + stride]);
    float work = 0;
    FOR_VARIABLES(k, 2) {
      float below = cell[k][i], above = cell[k][i + stride];
      float stress = half_density * (k == 2 ? normal : transverse) * (above - below);
      work += stress * 0.5f * (above + below);
      out[k][i] = -stress;
    }
    out[0][i] = 0;
    out[1][i] = -work;
  }
}

INLINE void newtonian_flux(
    const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis,
    const ptrdiff_t *strides, const float *inverse_spacings, size_t count, float shear, float bulk) {
  const float *cell[MAXIMUM_VARIABLES];
  float *out[MAXIMUM_VARIABLES];
  // Of the axes across the face: the distance between neighbors, and what makes four values a mean central slope.
  ptrdiff_t across[MAXIMUM_VARIABLES];
  float mean_slope[MAXIMUM_VARIABLES];
  FOR_VARIABLES(k, 0) {
    cell[k] = primitive + variable_of(k, dimensions, axis) * pitch;
    out[k] = flux + variable_of(k, dimensions, axis) * flux_pitch;
  }
  FOR_VARIABLES(k, 3) {
    int other = (axis + k - 2) % dimensions;
    across[k] = strides[other];
    mean_slope[k] = 0.25f * inverse_spacings[other];
  }
  ptrdiff_t stride = strides[axis];
  float slope = inverse_spacings[axis];
  float normal = bulk + 4 * shear / 3, lateral = bulk - 2 * shear / 3;
  FOR_FACES(i) {
    float density = 0.5f * (cell[0][i] + cell[0][i + stride]);
    float widening = 0;
    FOR_VARIABLES(k, 3) {
      const float *below = cell[k] + i, *above = below + stride;
      widening += mean_slope[k] * ((below[across[k]] - below[-across[k]]) + (above[across[k]] - above[-across[k]]));
    }
    float work = 0;
    FOR_VARIABLES(k, 2) {
      const float *below = cell[2] + i, *above = below + stride;
      float along = slope * (cell[k][i + stride] - cell[k][i]);
      float stress;
      if (k == 2) {
        stress = density * (normal * along + lateral * widening);
      } else {
        float turned = mean_slope[k] * ((below[across[k]] - below[-across[k]]) + (above[across[k]] - above[-across[k]]));
        stress = density * shear * (along + turned);
      }
      work += stress * 0.5f * (cell[k][i + stride] + cell[k][i]);
      out[k][i] = -stress;
    }
    out[0][i] = 0;
    out[1][i] = -work;
  }
}

INLINE void subtract_flux_difference(
    const float *before, float *after, size_t pitch, const float *above, const float *below, size_t flux_pitch,
    int dimensions, size_t count, float scale) {
  FOR_VARIABLES(k, 0) {
    const float *source = before + k * pitch, *upper = above + k * flux_pitch, *lower = below + k * flux_pitch;
    float *target = after + k * pitch;
    FOR_CELLS(i) target[i] = source[i] - scale * (upper[i] - lower[i]);
  }
}

INLINE size_t primitive_from_conserved(
    float *conserved, float *primitive, size_t pitch, int dimensions, size_t count, float gamma) {
  const float lowest = 1e-8f, floor = 1e-4f;
  float gamma_minus_one = gamma - 1, inverse_gamma_minus_one = 1 / (gamma - 1);
  int32_t raised = 0;
  FOR_CELLS(i) {
    float density = conserved[i], energy = conserved[pitch + i];
    float specific_volume = 1 / density, kinetic = 0;
    FOR_VARIABLES(k, 2) {
      float momentum = conserved[k * pitch + i], velocity = momentum * specific_volume;
      primitive[k * pitch + i] = velocity;
      kinetic += 0.5f * momentum * velocity;
    }
    float pressure = gamma_minus_one * (energy - kinetic);
    int floored = pressure <= lowest;
    primitive[i] = density;
    primitive[pitch + i] = floored ? floor : pressure;
    conserved[pitch + i] = floored ? kinetic + floor * inverse_gamma_minus_one : energy;
    raised += floored;
  }
  return (size_t)raised;
}

INLINE void conserved_from_primitive(
    const float *primitive, float *conserved, size_t pitch, int dimensions, size_t count, float gamma) {
  float inverse_gamma_minus_one = 1 / (gamma - 1);
  FOR_CELLS(i) {
    float density = primitive[i], speed_squared = 0;
    FOR_VARIABLES(k, 2) {
      float velocity = primitive[k * pitch + i];
      conserved[k * pitch + i] = density * velocity;
      speed_squared += velocity * velocity;
    }
    conserved[i] = density;
    conserved[pitch + i] = primitive[pitch + i] * inverse_gamma_minus_one + 0.5f * density * speed_squared;
  }
}

INLINE void raise_signal_speed(
    const float *primitive, size_t pitch, float *speed, int dimensions, size_t count, float gamma) {
  // Floats without a sign are ordered as their bits are when read as integers, and NaN comes after infinity: unlike a
  // maximum of floats, one of integers vectorizes, and keeps NaN.
  int32_t highest[MAXIMUM_VARIABLES];
  FOR_VARIABLES(k, 2) memcpy(&highest[k], &speed[k - 2], sizeof highest[k]);
  for (size_t i = 0; i < count; i++) {
    float sound = square_root(gamma * primitive[pitch + i] / primitive[i]);
    FOR_VARIABLES(k, 2) {
      float signal = sound + __builtin_fabsf(primitive[k * pitch + i]);
      int32_t bits;
      memcpy(&bits, &signal, sizeof bits);
      bits &= INT32_MAX;
      highest[k] = bits > highest[k] ? bits : highest[k];
    }
  }
  FOR_VARIABLES(k, 2) memcpy(&speed[k - 2], &highest[k], sizeof highest[k]);
}

INLINE void raise_density_contrast(const float *density, float *contrast, ptrdiff_t stride, size_t count) {
  // Compared as integers, as the speeds above.
  int32_t highest;
  memcpy(&highest, contrast, sizeof highest);
  for (size_t i = 0; i < count; i++) {
    float below = density[i], above = density[(ptrdiff_t)i + stride];
    float quotient = greatest(below, above) / least(below, above);
    int32_t bits;
    memcpy(&bits, &quotient, sizeof bits);
    bits &= INT32_MAX;
    highest = bits > highest ? bits : highest;
  }
  memcpy(contrast, &highest, sizeof highest);
}

KERNEL(
    void, cf_euler_flux,
    (const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis, ptrdiff_t stride,
     size_t count, float gamma),
    (primitive, pitch, flux, flux_pitch, dimensions, axis, stride, count, gamma)) {
#define CALL(d) euler_flux(primitive, pitch, flux, flux_pitch, d, axis, stride, count, gamma)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
}

KERNEL(
    void, cf_viscous_flux,
    (const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis, ptrdiff_t stride,
     size_t count, float normal, float transverse),
    (primitive, pitch, flux, flux_pitch, dimensions, axis, stride, count, normal, transverse)) {
#define CALL(d) viscous_flux(primitive, pitch, flux, flux_pitch, d, axis, stride, count, normal, transverse)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
}

KERNEL(
    void, cf_newtonian_flux,
    (const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis,
     const ptrdiff_t *strides, const float *inverse_spacings, size_t count, float shear, float bulk),
    (primitive, pitch, flux, flux_pitch, dimensions, axis, strides, inverse_spacings, count, shear, bulk)) {
#define CALL(d) \
  newtonian_flux(primitive, pitch, flux, flux_pitch, d, axis, strides, inverse_spacings, count, shear, bulk)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
}

KERNEL(
    void, cf_subtract_flux_difference,
    (const float *before, float *after, size_t pitch, const float *above, const float *below, size_t flux_pitch,
     int dimensions, size_t count, float scale),
    (before, after, pitch, above, below, flux_pitch, dimensions, count, scale)) {
#define CALL(d) subtract_flux_difference(before, after, pitch, above, below, flux_pitch, d, count, scale)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
}

KERNEL(
    size_t, cf_primitive_from_conserved,
    (float *conserved, float *primitive, size_t pitch, int dimensions, size_t count, float gamma),
    (conserved, primitive, pitch, dimensions, count, gamma)) {
  size_t raised = 0;
#define CALL(d) raised = primitive_from_conserved(conserved, primitive, pitch, d, count, gamma)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
  return raised;
}

KERNEL(
    void, cf_conserved_from_primitive,
    (const float *primitive, float *conserved, size_t pitch, int dimensions, size_t count, float gamma),
    (primitive, conserved, pitch, dimensions, count, gamma)) {
#define CALL(d) conserved_from_primitive(primitive, conserved, pitch, d, count, gamma)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
}

KERNEL(
    void, cf_raise_signal_speed,
    (const float *primitive, size_t pitch, float *speed, int dimensions, size_t count, float gamma),
    (primitive, pitch, speed, dimensions, count, gamma)) {
#define CALL(d) raise_signal_speed(primitive, pitch, speed, d, count, gamma)
  FOR_EACH_DIMENSIONALITY(CALL)
#undef CALL
}

KERNEL(
    void, cf_raise_density_contrast, (const float *density, float *contrast, ptrdiff_t stride, size_t count),
    (density, contrast, stride, count)) {
  raise_density_contrast(density, contrast, stride, count);
}
