#include "storage_marks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define MARKS_ADDRESSES 1
#endif
#if __has_feature(thread_sanitizer)
#define KEEPS_NO_BUFFERS 1
#endif
#endif

void vm_mark_usable(const void *buffer, size_t used, size_t size) {
#ifdef MARKS_ADDRESSES
  __asan_unpoison_memory_region(buffer, used);
  __asan_poison_memory_region((const char *)buffer + used, size - used);
#else
  (void)buffer;
  (void)used;
  (void)size;
#endif
}

int vm_keeps_buffers(void) {
#ifdef KEEPS_NO_BUFFERS
  return 0;
#else
  return 1;
#endif
}
