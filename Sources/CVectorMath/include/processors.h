/// What threads that work together need to know of the processors.
#ifndef PROCESSORS_H
#define PROCESSORS_H

#include <stddef.h>

/// The processors that the system lets this process run on, which may be fewer than there are; 0 where it does not say.
size_t vm_usable_processors(void);

/// Tells the processor that a thread looks at the same place again and again, waiting for another.
static inline void vm_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
