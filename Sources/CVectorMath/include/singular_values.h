/// Squared singular values of small complex matrices, several at once.
#ifndef SINGULAR_VALUES_H
#define SINGULAR_VALUES_H

#include <stddef.h>

/// The matrices of a group at most.
#define VM_GROUP 8

/// Complex matrices of one shape that stand side by side: behind an element of one, which is its real and its imaginary part, comes
/// that of the next.
struct vm_matrix_group {
  /// The first element of the first matrix.
  const float *elements;
  /// How many matrices, VM_GROUP at most.
  size_t count;
  /// Their extents: as many rows as columns, or more.
  size_t rows, columns;
  /// Numbers between neighbors in a column, and in a row.
  size_t row_stride, column_stride;
};

/// The numbers of double precision that vm_squared_singular_values needs to work in.
size_t vm_group_scratch(size_t columns);

/// The squared singular values of each matrix A: the eigenvalues of AᴴA, in no order.
///
/// AᴴA is summed in double precision, reduced to tridiagonal form by Householder's reflections, and iterated on by the QL method
/// without square roots (Reinsch 1971; Parlett, *The Symmetric Eigenvalue Problem*, section 8.15). Every matrix has a lane of the
/// vector registers of its own, and what the others of its group are does not change its values by a bit. Their error is some 10⁻¹⁵ of
/// the largest of them.
///
/// @param group    The matrices; their elements are finite.
/// @param values   columns × VM_GROUP results: value k of matrix m is values[k * VM_GROUP + m].
/// @param scratch  Where to work, aligned to 64 bytes.
/// @return         0, or the number of values of some matrix that did not converge, which has not been seen.
size_t vm_squared_singular_values(const struct vm_matrix_group *group, double *values, double *scratch);

#endif
