#include "product_tile.h"

KERNEL(
    void, vm_product, (const struct vm_factors *p, const float *a, const float *b, float *c), (p, a, b, c)) {
  for (size_t i = 0; i < p->inner; i += INNER) {
    const enum start start = p->adds || i > 0 ? from_product : p->bias ? from_bias : from_zero;
    struct part part = {
        .p = p,
        .a = a + i * p->a_column,
        .c = c,
        .b_row = p->b_row,
        .c_row = p->c_row,
        .inner = p->inner - i < INNER ? p->inner - i : INNER,
    };
    if (p->b_rows) {
      part.b_rows = p->b_rows + i;
      product_part(level, part, start);
    } else {
      part.b = b + i * p->b_row;
      product_part(level, part, start);
    }
  }
}
