#include <cblas.h>
// Swift does not import C's own complex types; structures of the same layout take their place.
typedef struct { float real, imaginary; } lapack_single_complex;
typedef struct { double real, imaginary; } lapack_double_complex;
#define LAPACK_COMPLEX_CUSTOM
#define lapack_complex_float lapack_single_complex
#define lapack_complex_double lapack_double_complex
#include <lapacke.h>
