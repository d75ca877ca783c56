/// Swift cannot import zlib's macros: this function gives one of them a name it can.
#include <zlib.h>

static inline int czlib_inflate_begin(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
