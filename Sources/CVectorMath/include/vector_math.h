/// The few inner loops that need CPU dispatch. Plain C: no allocation, no threads.
///
/// On x86-64 each function is compiled for several instruction sets and the fitting one is chosen when the program
/// starts (instruction_set.h); elsewhere the compiler vectorizes the same loops for the target's baseline.
#ifndef VECTOR_MATH_H
#define VECTOR_MATH_H

#include <stddef.h>
#include <stdint.h>

/// target[i] += scale * source[i]
void vm_add_scaled(float *target, const float *source, float scale, size_t count);

/// target[i] *= factor[i]
void vm_multiply(float *target, const float *factor, size_t count);

/// target[i] *= scale
void vm_scale(float *target, float scale, size_t count);

/// target[i] += constant
void vm_add_constant(float *target, float constant, size_t count);

/// Asks for the cache lines of `count` floats to be brought into the core's second cache while it goes on. The processor foresees long
/// runs by itself, but not where the next channel or tile of a field stands.
void vm_prefetch(const float *x, size_t count);

/// The sum of all elements, in sixteen interleaved partial sums.
float vm_sum(const float *source, size_t count);

/// The sum of the squares of all elements, in sixteen interleaved partial sums of double precision.
double vm_sum_of_squares(const float *source, size_t count);

/// result[i] = x[i] · Φ(x[i]), the exact (error function) GELU; may not overlap.
void vm_gelu(float *result, const float *x, size_t count);

/// As vm_gelu, and slope[i] = Φ(x[i]) + x[i] · φ(x[i]), its derivative.
void vm_gelu_with_slope(float *result, float *slope, const float *x, size_t count);

/// x[i] = GELU(x[i] + bias)
void vm_add_bias_gelu(float *x, float bias, size_t count);

/// As vm_add_bias_gelu, and gradient[i] *= the derivative there: the vector-Jacobian product along with the value.
void vm_add_bias_gelu_and_gradient(float *x, float *gradient, float bias, size_t count);

/// result[i] = tanh(x[i]), to about two units in the last place; may overlap only if they are the same.
void vm_tanh(float *result, const float *x, size_t count);

/// The sum of the values, in double precision but for runs of at most 256.
double vm_precise_sum(const float *x, size_t count);

/// The sum of (x - center)² over the values, likewise.
double vm_squared_deviations(const float *x, size_t count, float center);

/// The most channels that are normalized at a time.
#define VM_MOST_CHANNELS 16

/// The values of some channels in a batch: for each sample `count` values of the first channel, of the second and so on, and so many
/// samples, one every `stride` floats. At most VM_MOST_CHANNELS; the results of a channel do not depend on the others.
struct vm_channels {
  size_t channels, count, rows, stride;
};

/// What a channel is normalized with: y = (x - mean) · scale + shift.
struct vm_normalization {
  float mean, scale, shift;
};

/// The sum of each channel, in double precision but for runs of at most 256 values of a sample.
void vm_channel_sums(const struct vm_channels *channels, const float *x, double *sums);

/// The sum of (x - mean)² over each channel, likewise.
void vm_channel_squares(
    const struct vm_channels *channels, const struct vm_normalization *to, const float *x, double *squares);

/// y = (x - mean) · scale + shift.
void vm_normalize(
    const struct vm_channels *channels, const struct vm_normalization *to, float *y, const float *x);

/// y = tanh((x - mean) · scale + shift).
void vm_normalize_tanh(
    const struct vm_channels *channels, const struct vm_normalization *to, float *y, const float *x);

/// What a channel of gradients adds up to.
struct vm_gradient_sums {
  double plain;    ///< Σ g
  double weighted; ///< Σ g · (x - mean)
};

/// The sums of g.
void vm_normalize_gradient(
    const struct vm_channels *channels, const struct vm_normalization *to, const float *g, const float *x,
    struct vm_gradient_sums *sums);

/// dz = g · tanh'(z), where z = (x - mean) · scale + shift is computed again, and the sums of dz.
void vm_normalize_tanh_gradient(
    const struct vm_channels *channels, const struct vm_normalization *to, float *dz, const float *g,
    const float *x, struct vm_gradient_sums *sums);

/// What the gradients of a channel's mean and variance add to that of its values: (x - mean) · slope + offset.
struct vm_correction {
  float slope, offset;
};

/// dx = dz · scale + (x - mean) · slope + offset; dz may be dx.
void vm_normalize_input_gradient(
    const struct vm_channels *channels, const struct vm_normalization *to, const struct vm_correction *by, float *dx,
    const float *dz, const float *x);

/// The largest of the values; -infinity if there are none.
float vm_largest(const float *x, size_t count);

/// x[i] = e^(scale * x[i] - shift), whose exponents are not above 0 but by rounding. Returns the sum.
float vm_exponentials(float *x, float scale, float shift, size_t count);

/// g[i] = y[i] * (g[i] - mean) * scale: the gradient of a softmax y, whose mean is that of g.
void vm_softmax_gradient(float *g, const float *y, float mean, float scale, size_t count);

/// The sum of a[i] * b[i], in sixteen interleaved partial sums.
float vm_dot(const float *a, const float *b, size_t count);

/// The moments of a row.
struct vm_row_moments {
  float mean;     ///< 0 where it is not centered
  float variance; ///< the mean of (x - mean)²
};

/// The moments of a row, in sixteen interleaved partial sums.
struct vm_row_moments vm_row_moments_of(const float *x, size_t count, int is_centered);

/// y[i] = (x[i] - mean) * inverse * scale[i] + shift[i]; shift may be null.
void vm_normalize_row(
    float *y, const float *x, float mean, float inverse, const float *scale, const float *shift, size_t count);

/// The gradients of vm_normalize_row whose mean and inverse are those of the row: dx, and what is added to dscale and dshift.
/// Where dshift is null the row is not centered, and its mean 0.
void vm_normalize_row_gradient(
    float *dx, float *dscale, float *dshift, const float *g, const float *x, float mean, float inverse,
    const float *scale, size_t count);

/// Extents of a product that mixes channels mode by mode.
///
/// Spectra are `[sample, channel, 2, spectrum]`: all real parts of a channel, then all imaginary parts. Weights are
/// `[input, output, block, 2]` for the modes of one corner of the spectrum. Pointers are to the first mode of a tile
/// of at most sixteen modes.
struct vm_modes {
  size_t samples, inputs, outputs;
  size_t spectrum; ///< modes in the whole spectrum
  size_t block;    ///< modes in the weights' corner
};

/// y[b, o] = Σᵢ w[i, o] · x[b, i] for `count` <= 16 modes.
void vm_mix_modes(const struct vm_modes *modes, const float *x, const float *w, float *y, size_t count);

/// dx[b, i] = Σₒ conj(w[i, o]) · g[b, o] for `count` <= 16 modes.
void vm_mix_modes_input_gradient(
    const struct vm_modes *modes, const float *g, const float *w, float *dx, size_t count);

/// dw[i, o] = Σ_b conj(x[b, i]) · g[b, o] for `count` <= 16 modes.
void vm_mix_modes_weight_gradient(
    const struct vm_modes *modes, const float *x, const float *g, float *dw, size_t count);

/// What is the same for every element in a step of Adam.
struct vm_adam_step {
  float gradient_decay;    ///< weight decay that is added to the gradient
  float shrinkage;         ///< 1, or 1 - rate * decay for a decay apart from the gradient
  float first_weight;      ///< 1 - beta1
  float second_decay;      ///< beta2
  float second_weight;     ///< 1 - beta2
  float second_correction; ///< sqrt(1 - beta2^t)
  float rate;              ///< learning rate / (1 - beta1^t)
  float epsilon;
};

/// One step of Adam on `count` real numbers.
void vm_adam(
    const struct vm_adam_step *step, float *parameter, float *first, float *second, const float *gradient,
    size_t count);

/// One step of Adam on `count` complex numbers (real, imaginary) with one second moment each.
void vm_adam_complex(
    const struct vm_adam_step *step, float *parameter, float *first, float *second, const float *gradient,
    size_t count);

/// What is the same for every element in a step of gradient descent with momentum.
struct vm_momentum_step {
  float gradient_decay;  ///< weight decay that is added to the gradient
  float momentum;        ///< what is left of the velocity
  float gradient_weight; ///< 1 for Nesterov's momentum, else 0
  float velocity_weight; ///< the momentum for Nesterov's, else 1
  float rate;            ///< learning rate
};

/// One step of gradient descent with momentum.
void vm_momentum_descent(
    const struct vm_momentum_step *step, float *parameter, float *velocity, const float *gradient, size_t count);

/// A tensor `[rows, columns, positions, parts]`, read as one matrix for each position, of real numbers (one part) or
/// complex ones (two).
struct vm_factored {
  size_t rows, columns, positions, parts;
};

/// Moves the means of |g|² + epsilon over each row, `row[rows, positions]`, and over each column,
/// `column[columns, positions]`, towards those of a gradient: mean = decay · mean + weight · new.
void vm_factored_moments(
    const struct vm_factored *shape, float decay, float weight, float epsilon, const float *gradient, float *row,
    float *column);

/// update = g / √v, with v[r, c] = row[r] · column[c] / (mean of row) at each position. `column_scale` is room for as
/// many numbers as `column` has.
void vm_factored_update(
    const struct vm_factored *shape, const float *gradient, const float *row, const float *column,
    float *column_scale, float *update);

/// The extents of a product of two matrices, which are read where they are: nothing is packed.
struct vm_factors {
  size_t rows, columns, inner; ///< of the product, and of the sum
  size_t a_row, a_column;      ///< from one row, and one column, of the left factor to the next
  size_t b_row, c_row;         ///< from one row of the right factor, and of the product, to the next
  int adds;                    ///< whether the product is added to what is there
  const float *bias;           ///< what each row starts from if it does not add, or NULL for 0
  const float *const *b_rows;  ///< where each row of the right factor stands, or NULL where `b_row` says it
};

/// c[r, n] = Σᵢ a[r, i] · b[i, n]
void vm_product(const struct vm_factors *factors, const float *a, const float *b, float *c);

/// c[r, k] = Σₙ a[r, n] · b[k, n]: a product of rows with rows, whose elements stand side by side.
void vm_product_of_rows(const struct vm_factors *factors, const float *a, const float *b, float *c);

/// target[i * width + n] = source[n * stride + i] for `rows` rows n of `count` elements i. Rows of the target are written up to a
/// multiple of sixteen: what stands beyond the last of the source's rows is left undefined.
void vm_turn(float *target, size_t width, const float *source, size_t stride, size_t rows, size_t count);

/// Rows n and extent − n of a block [extent, inner], added and subtracted, so that products with cosines and sines of
/// 2πkn/extent take half as many terms:
/// even[0] = x[0], even[n] = x[n] + x[extent − n], odd[n − 1] = x[n] − x[extent − n]; the middle row of an even extent
/// stands alone in even[extent / 2].
void vm_fold(const float *x, size_t extent, size_t inner, float *even, float *odd);

/// The adjoint of vm_fold: x[n] = even[n] + odd[n − 1] and x[extent − n] = even[n] − odd[n − 1], added to x or not.
void vm_unfold(const float *even, const float *odd, size_t extent, size_t inner, float *x, int adds);

/// The points n and extent − n of each of some lines, as vm_fold does rows: a line's sums stand at `even`, its differences at `odd`, and
/// those of the next line `stride` floats on.
void vm_fold_lines(const float *x, size_t lines, size_t extent, size_t stride, float *even, float *odd);

/// The adjoint of vm_fold_lines, added to the lines or not.
void vm_unfold_lines(
    const float *even, const float *odd, size_t stride, size_t lines, size_t extent, float *x, int adds);

/// Copies lines of a few floats each from one distance to another.
void vm_copy_lines(
    float *target, size_t target_stride, const float *source, size_t source_stride, size_t lines, size_t count);

/// A kept frequency ±k along an axis: where its products with cosines and with sines stand, where it stands in the spectrum,
/// and its sign, or 0 for frequency 0.
struct vm_frequency {
  size_t cosine, sine, place;
  float sign;
};

/// spectrum[place] = C − i·sign·S for each kept frequency, with the products C with cosines and S with sines. They are
/// `modes` real parts and as many imaginary ones, which are `line_imaginary` floats behind the real ones, and in the spectrum
/// `imaginary` floats.
void vm_join_frequencies(
    const struct vm_frequency *kept, size_t count, size_t modes, const float *lines, size_t line_imaginary,
    float *spectrum, size_t imaginary);

/// The adjoint of vm_join_frequencies, added to the lines.
void vm_split_frequencies(
    const struct vm_frequency *kept, size_t count, size_t modes, const float *spectrum, size_t imaginary, float *lines,
    size_t line_imaginary);

#endif
