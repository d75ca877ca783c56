/// Transforms of Winograd's minimal filtering for kernels of three points, in 1, 2 or 3 dimensions.
///
/// Four neighboring values y = (Σₖ w[k]·x[p + k]) of a line need six products instead of twelve: the values of the
/// polynomials behind w and x at six points, 0, ±a, ±b and infinity, are multiplied, and y is interpolated from them
/// (S. Winograd, Arithmetic Complexity of Computations, 1980). With a = 1/√2 and b = √2 the rounding errors stay near
/// those of the plain sum, and as a·b = 1, reversing a kernel swaps its values at a and b, and at 0 and infinity.
///
///     y = Aᵀ[(G·w) ⊙ (Bᵀ·x)]
///
/// Along several axes the transforms follow one another. A tile is the points that go into one such product; tiles
/// lie side by side in sixteen lanes. An axis along which the kernel has one point is left as it is.
#ifndef WINOGRAD_H
#define WINOGRAD_H

#include <stddef.h>

/// Where the tiles of fields lie, numbered along the last axis first and through all samples. Axes that a field does not
/// have come first, with one point.
struct vm_winograd_field {
  size_t extent[3];  ///< points of a field along each axis
  size_t padding[3]; ///< how far the first tile reaches over the low end
  size_t tiles[3];   ///< tiles along each axis
  int three_wide[3]; ///< whether the kernel has three points along the axis, else one
  int periodic;      ///< whether the field is periodic; otherwise there are zeros beyond its ends
  size_t sample;     ///< floats from a sample to the next
};

/// Bᵀ·x for `count` <= 16 tiles from number `first` on, of some channels. Writes lane t of plane e to
/// values[c * row + e * plane + t]: all sixteen lanes, whatever the number of tiles. x points to the first of the
/// channels in the first sample.
void vm_winograd_input(
    const struct vm_winograd_field *field, size_t first, size_t count, size_t channels, const float *x, float *values,
    size_t row, size_t plane);

/// A·g, the adjoint of the output's transform: reads what vm_winograd_output writes.
void vm_winograd_output_adjoint(
    const struct vm_winograd_field *field, size_t first, size_t count, size_t channels, const float *g, float *values,
    size_t row, size_t plane);

/// y = Aᵀ·values + bias for some channels; all sixteen lanes may be read. There is no bias where the pointer is null.
void vm_winograd_output(
    const struct vm_winograd_field *field, size_t first, size_t count, size_t channels, float *y, const float *values,
    size_t row, size_t plane, const float *bias);

/// G·w for `count` kernels, which stand one after the other, or of the kernels reversed: writes kernel k of plane e to
/// values[e * plane + k]. From w on `readable` floats may be read, the kernels' own or more.
void vm_winograd_weight(
    const int three_wide[3], int reversed, const float *w, size_t count, size_t readable, float *values, size_t plane);

/// Gᵀ·values, the adjoint of vm_winograd_weight: writes `count` kernels, one after the other.
void vm_winograd_weight_adjoint(
    const int three_wide[3], float *w, size_t count, const float *values, size_t plane);

#endif
