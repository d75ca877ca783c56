#include "storage_marks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define MARKS_ADDRESSES 1
#endif
#if __has_feature(thread_sanitizer)
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define MARKS_OWNERS 1
#endif
#endif

void vm_mark_usable(const void *buffer, size_t used, size_t size) {
#ifdef MARKS_ADDRESSES
  __asan_unpoison_memory_region(buffer, used);
  __asan_poison_memory_region((const char *)buffer + used, size - used);
#elif defined(MARKS_OWNERS)
  (void)size;
  if (used > 0) {
    __tsan_acquire((void *)buffer);
  } else {
    __tsan_release((void *)buffer);
  }
#else
  (void)buffer;
  (void)used;
  (void)size;
#endif
}
