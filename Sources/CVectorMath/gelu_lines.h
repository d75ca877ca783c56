/// GELU and its slope for `WIDTH` numbers at a time: a part of the kernels in gelu.c, which includes it once for each instruction set,
/// with a suffix for its names, LEVEL, and with LOOKUP(out, row, index): out[i] = row[index[i] % 8].

#define LINE NAMED(line, LEVEL)
#define BITS NAMED(bits, LEVEL)
#define TAIL NAMED(tail, LEVEL)
#define BELL NAMED(bell, LEVEL)
#define GELU NAMED(gelu, LEVEL)
#define ALL NAMED(all, LEVEL)
#define WITH_SLOPE NAMED(with_slope, LEVEL)

typedef float LINE __attribute__((ext_vector_type(WIDTH)));
typedef int32_t BITS __attribute__((ext_vector_type(WIDTH)));

// Φ(−u); what is not a number stays that.
INLINE void TAIL(LINE *tail, const LINE *u) {
  LINE place = *u * (SEGMENTS / LARGEST) - 0.5f;
  place = place > SEGMENTS - 0.500001f ? (LINE)(SEGMENTS - 0.500001f) : place;
  const LINE shifted = place + ROUNDING, r = place - (shifted - ROUNDING);
  const BITS segment = __builtin_bit_cast(BITS, shifted);
  LINE sum;
  LOOKUP(sum, distribution[0], segment);
#pragma clang loop unroll(full)
  for (size_t k = 1; k <= DEGREE; k++) {
    LINE coefficient;
    LOOKUP(coefficient, distribution[k], segment);
    sum = sum * r + coefficient;
  }
  *tail = sum < 0 ? (LINE)0 : sum;
}

// exp(−u²/2) = 2ⁿ · exp(f) with |f| <= ln 2 / 2, and a minimax polynomial of relative error 8e-8. Beyond 13 it is as good as 0.
INLINE void BELL(LINE *bell, const LINE *u) {
  const LINE square = *u * *u;
  const LINE shifted = square * -0.72134752f + ROUNDING;
  const LINE f = square * -0.5f - (shifted - ROUNDING) * 0.69314718f;
  LINE p = (LINE)0.00829758161f;
  p = p * f + 0.0419158782f;
  p = p * f + 0.166675784f;
  p = p * f + 0.499988905f;
  p = p * f + 0.99999969f;
  p = p * f + 1.00000007f;
  *bell = __builtin_bit_cast(LINE, __builtin_bit_cast(BITS, p) + (__builtin_bit_cast(BITS, shifted) << 23));
}

// x·Φ(x) = max(x, 0) − |x|·Φ(−|x|)
INLINE void GELU(LINE *x) {
  const LINE u = __builtin_elementwise_abs(*x);
  LINE tail;
  TAIL(&tail, &u);
  *x = (*x > 0 ? *x : (LINE)0) - u * tail;
}

// The same, and its slope Φ(x) + x·φ(x), which is 1 less that of −x.
INLINE void WITH_SLOPE(LINE *x, LINE *slope) {
  const LINE u = __builtin_elementwise_abs(*x), near = u > 13 ? (LINE)13 : u;
  LINE tail, bell;
  TAIL(&tail, &u);
  BELL(&bell, &near);
  const LINE rest = tail - near * (0.3989422804f * bell);
  *slope = *x > 0 ? 1 - rest : rest;
  *x = (*x > 0 ? *x : (LINE)0) - u * tail;
}

// result = GELU(x + bias), where there is a bias. Here and below the last numbers, fewer than a line, are done as a line of their own.
INLINE void ALL(float *result, const float *x, const float *bias, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    LINE z;
    memcpy(&z, x + i, sizeof z);
    if (bias) z += *bias;
    GELU(&z);
    memcpy(result + i, &z, sizeof z);
  }
  if (i < count) {
    float rest[WIDTH] = {0};
    memcpy(rest, x + i, (count - i) * sizeof *x);
    LINE z;
    memcpy(&z, rest, sizeof z);
    if (bias) z += *bias;
    GELU(&z);
    memcpy(result + i, &z, (count - i) * sizeof *x);
  }
}

static void NAMED(vm_gelu, LEVEL)(float *result, const float *x, size_t count) { ALL(result, x, NULL, count); }

static void NAMED(vm_add_bias_gelu, LEVEL)(float *x, float bias, size_t count) { ALL(x, x, &bias, count); }

static void NAMED(vm_gelu_with_slope, LEVEL)(float *result, float *slope, const float *x, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    LINE z, s;
    memcpy(&z, x + i, sizeof z);
    WITH_SLOPE(&z, &s);
    memcpy(result + i, &z, sizeof z);
    memcpy(slope + i, &s, sizeof s);
  }
  if (i < count) {
    float rest[WIDTH] = {0}, slopes[WIDTH];
    memcpy(rest, x + i, (count - i) * sizeof *x);
    NAMED(vm_gelu_with_slope, LEVEL)(rest, slopes, rest, WIDTH);
    memcpy(result + i, rest, (count - i) * sizeof *x);
    memcpy(slope + i, slopes, (count - i) * sizeof *x);
  }
}

static void NAMED(vm_add_bias_gelu_and_gradient, LEVEL)(float *x, float *gradient, float bias, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    LINE z, s, g;
    memcpy(&z, x + i, sizeof z);
    memcpy(&g, gradient + i, sizeof g);
    z += bias;
    WITH_SLOPE(&z, &s);
    g *= s;
    memcpy(x + i, &z, sizeof z);
    memcpy(gradient + i, &g, sizeof g);
  }
  if (i < count) {
    float rest[WIDTH] = {0}, gradients[WIDTH] = {0};
    memcpy(rest, x + i, (count - i) * sizeof *x);
    memcpy(gradients, gradient + i, (count - i) * sizeof *x);
    NAMED(vm_add_bias_gelu_and_gradient, LEVEL)(rest, gradients, bias, WIDTH);
    memcpy(x + i, rest, (count - i) * sizeof *x);
    memcpy(gradient + i, gradients, (count - i) * sizeof *x);
  }
}

#undef LINE
#undef BITS
#undef TAIL
#undef BELL
#undef GELU
#undef ALL
#undef WITH_SLOPE
