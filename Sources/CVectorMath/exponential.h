// The exponential function in pieces that other functions are made of.
#ifndef EXPONENTIAL_H
#define EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

#include "dispatch.h"

// e^y = 2^n · (1 + (e^f - 1)) with |f| <= ln 2 / 2: the return value is e^f - 1, by a Taylor polynomial, and `scale` is 2^n. For y from
// -87 to 88.
INLINE float reduced_exponential(float y, float *scale) {
  // Adding 1.5 · 2^23 rounds to the nearest integer, which then is the difference of the bits, and taking it off.
  const float shifted = y * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float f = (y - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.0f / 5040.0f;
  p = p * f + 1.0f / 720.0f;
  p = p * f + 1.0f / 120.0f;
  p = p * f + 1.0f / 24.0f;
  p = p * f + 1.0f / 6.0f;
  p = p * f + 0.5f;
  p = p * f * f + f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits - 0x4B400000u + 127u) << 23;
  memcpy(scale, &bits, sizeof *scale);
  return p;
}

#endif
