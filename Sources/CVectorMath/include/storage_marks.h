/// What sanitizers are to know of buffers that are used again and again.
#ifndef STORAGE_MARKS_H
#define STORAGE_MARKS_H

#include <stddef.h>

/// Declares the first `used` bytes of a buffer fit for use, and the rest of its `size` bytes not.
///
/// A buffer that waits in a pool has none that are fit. In a build with AddressSanitizer, whatever touches others is then
/// reported as if the buffer had been freed. One with ThreadSanitizer learns that who takes a buffer comes after who gave it away, which
/// it does not see of the pool's lock. In other builds nothing happens.
///
/// @param buffer  The buffer, aligned to 8 bytes.
/// @param used    The bytes that may be touched.
/// @param size    The bytes of the buffer.
void vm_mark_usable(const void *buffer, size_t used, size_t size);

#endif
