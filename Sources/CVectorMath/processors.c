#define _GNU_SOURCE
#include "processors.h"

#if defined(__linux__)
#include <sched.h>

size_t vm_usable_processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 0;
}
#else
size_t vm_usable_processors(void) { return 0; }
#endif
