/// Windows on fields: as the columns of a matrix, with a row for each point of the window in each channel ("im2col"), and back;
/// and the largest point of each.
#ifndef WINDOWS_H
#define WINDOWS_H

#include <stddef.h>
#include <stdint.h>

/// How windows lie on a field, along three axes: window o of an axis begins at o · stride - padding. Axes that a field does not
/// have come first, with one point.
struct vm_windows {
  size_t input[3];   ///< points of the field
  size_t kernel[3];  ///< points of a window
  size_t stride[3];  ///< from a window to the next
  size_t padding[3]; ///< how far the first window reaches over the low end
  size_t output[3];  ///< windows
  int periodic;      ///< whether the field is periodic; otherwise there are zeros beyond its ends
};

/// The windows that are the columns of a matrix: some lines of windows in each of some samples.
struct vm_column_tile {
  size_t samples, first_line, lines;
  size_t sample; ///< floats from a sample of the field to the next
};

/// Writes the matrix of some channels: rows [channel][point of the window], columns [sample][line][window]. `field` points to
/// the first of the channels in the first sample.
void vm_gather_columns(
    const struct vm_windows *windows, const struct vm_column_tile *tile, size_t channels, const float *field,
    float *columns);

/// Adds a matrix to the field that it would be gathered from: the adjoint of vm_gather_columns.
void vm_scatter_columns(
    const struct vm_windows *windows, const struct vm_column_tile *tile, size_t channels, const float *columns,
    float *field);

/// The largest point of each window of a field, NaN where it has one, and which point of the window it is, in row-major order.
/// Windows lie within the field.
void vm_pool(const struct vm_windows *windows, const float *field, float *largest, uint8_t *choice);

/// The gradient of the field: that of each window at its largest point, zeros elsewhere.
void vm_pool_gradient(const struct vm_windows *windows, const float *gradient, const uint8_t *choice, float *field_gradient);

#endif
