#include "instruction_set.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

enum vm_instruction_set vm_chosen = vm_baseline;

enum vm_instruction_set vm_highest_instruction_set(void) {
#if VM_DISPATCHES
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return vm_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) return vm_avx2;
#endif
  return vm_baseline;
}

enum vm_instruction_set vm_instruction_set_in_use(void) { return vm_chosen; }

// Never a level that the CPU does not have, whatever the environment asks for.
__attribute__((constructor)) static void choose(void) {
  static const char *const names[] = {"baseline", "avx2", "avx512"};
  vm_chosen = vm_highest_instruction_set();
  const char *const wanted = getenv("PDEOP_CPU");
  for (enum vm_instruction_set level = vm_baseline; wanted && level < vm_chosen; level++)
    if (strcmp(wanted, names[level]) == 0) vm_chosen = level;
}
