#include "storage_marks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define MARKS 1
#endif
#endif

void vm_mark_usable(const void *buffer, size_t used, size_t size) {
#ifdef MARKS
  __asan_unpoison_memory_region(buffer, used);
  __asan_poison_memory_region((const char *)buffer + used, size - used);
#else
  (void)buffer;
  (void)used;
  (void)size;
#endif
}
