#include <fftw3.h>

/// FFTW's version. Swift does not import its array without an extent.
static inline const char *fftwf_version_text(void) { return fftwf_version; }
