/// What sanitizers are to know of buffers that are used again and again.
#ifndef STORAGE_MARKS_H
#define STORAGE_MARKS_H

#include <stddef.h>

/// Declares the first `used` bytes of a buffer fit for use, and the rest of its `size` bytes not.
///
/// A buffer that waits in a pool has none that are fit. In a build with AddressSanitizer, whatever touches others is then
/// reported as if the buffer had been freed. In other builds nothing happens.
///
/// @param buffer  The buffer, aligned to 8 bytes.
/// @param used    The bytes that may be touched.
/// @param size    The bytes of the buffer.
void vm_mark_usable(const void *buffer, size_t used, size_t size);

/// Whether buffers wait in a pool to be used again: not in a build with ThreadSanitizer.
///
/// The last of several owners comes after all others by the count of references, which that sanitizer does not see. It would take
/// what the next owner of a buffer does for a race with what an earlier one did; memory that was freed in between it knows to be new.
int vm_keeps_buffers(void);

#endif
