// What ThreadSanitizer is to know of Swift's Mutex; nothing in other builds.
//
// The compiler puts the lock's quick path into our code, where the sanitizer sees its atomic operations. Where threads wait for each
// other, Swift's library takes and gives back the lock by system calls that it does not see, and it would take what the lock protects
// for a race. The two functions of that path are therefore defined here too, call those of the library, and say what happened.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && defined(__linux__)

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK_NAME "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_NAME "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void lock_function(uint32_t thread, __attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) void unlock_function(__attribute__((swift_context)) void *handle);

void __tsan_acquire(void *address);
void __tsan_release(void *address);

lock_function mark_lock __asm__(LOCK_NAME);
unlock_function mark_unlock __asm__(UNLOCK_NAME);

static void *library_function(void **kept, const char *name) {
  void *function = __atomic_load_n(kept, __ATOMIC_ACQUIRE);
  if (function == NULL) {
    function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
      abort();
    }
    __atomic_store_n(kept, function, __ATOMIC_RELEASE);
  }
  return function;
}

__attribute__((swiftcall)) void mark_lock(uint32_t thread, __attribute__((swift_context)) void *handle) {
  static void *kept;
  ((lock_function *)library_function(&kept, LOCK_NAME))(thread, handle);
  __tsan_acquire(handle);
}

__attribute__((swiftcall)) void mark_unlock(__attribute__((swift_context)) void *handle) {
  static void *kept;
  __tsan_release(handle);
  ((unlock_function *)library_function(&kept, UNLOCK_NAME))(handle);
}

#endif
#endif
