#include "vector_math.h"

// Blocks of products are held in registers. AVX-512 has 32 of them, of sixteen modes: four rows and two columns of complex sums, the
// rows' factors and one of the columns'. The others have 16, of eight or four modes: two rows and two columns.
#define WIDTH 16
#define MOST_ROWS 4
#include "mode_block.h"
#undef WIDTH
#undef MOST_ROWS
#define WIDTH 8
#define MOST_ROWS 2
#include "mode_block.h"

// Spectra in planes of real and imaginary parts, or weights in pairs: a row of the product is `step` floats from the next, and a
// term of the sum `term` floats; `rows` and `terms` tell where the last modes end.
INLINE struct operand planes(
    const struct vm_modes *m, const float *first, size_t step, size_t term, size_t rows, size_t terms, size_t count) {
  const size_t last = (rows - 1) * step + (terms - 1) * term + m->spectrum;
  return (struct operand){first, first + last + count, step, term, m->spectrum};
}

INLINE struct operand pairs(const float *first, size_t step, size_t term, size_t rows, size_t terms, size_t count) {
  return (struct operand){first, first + (rows - 1) * step + (terms - 1) * term + 2 * count, step, term, 0};
}

INLINE void multiply(enum vm_instruction_set level, struct products p) {
  if (level == vm_avx512) {
    multiply_16(&p);
  } else {
    multiply_8(&p);
  }
}

KERNEL(
    void, vm_mix_modes, (const struct vm_modes *m, const float *x, const float *w, float *y, size_t count), (m, x, w, y, count)) {
  const size_t line = 2 * m->spectrum, pair = 2 * m->block;
  multiply(
      level, (struct products){
                 both_plain, m->samples, m->outputs, m->inputs, count,
                 planes(m, x, m->inputs * line, line, m->samples, m->inputs, count),
                 pairs(w, pair, m->outputs * pair, m->outputs, m->inputs, count),
                 {y, m->outputs * line, line, m->spectrum}});
}

KERNEL(
    void, vm_mix_modes_input_gradient, (const struct vm_modes *m, const float *g, const float *w, float *dx, size_t count), (m, g, w, dx, count)) {
  const size_t line = 2 * m->spectrum, pair = 2 * m->block;
  multiply(
      level, (struct products){
                 conjugate_column, m->samples, m->inputs, m->outputs, count,
                 planes(m, g, m->outputs * line, line, m->samples, m->outputs, count),
                 pairs(w, m->outputs * pair, pair, m->inputs, m->outputs, count),
                 {dx, m->inputs * line, line, m->spectrum}});
}

KERNEL(
    void, vm_mix_modes_weight_gradient, (const struct vm_modes *m, const float *x, const float *g, float *dw, size_t count), (m, x, g, dw, count)) {
  const size_t line = 2 * m->spectrum, pair = 2 * m->block;
  multiply(
      level, (struct products){
                 conjugate_row, m->inputs, m->outputs, m->samples, count,
                 planes(m, x, line, m->inputs * line, m->inputs, m->samples, count),
                 planes(m, g, line, m->outputs * line, m->outputs, m->samples, count),
                 {dw, m->outputs * pair, pair, 0}});
}
