/// One kernel for several instruction sets: the fitting version is chosen once, when the program starts.
#ifndef DISPATCH_H
#define DISPATCH_H

#include "instruction_set.h"

/// Heads the definition of `name`, which stands in a header: KERNEL(result, name, (parameters), (arguments)) { body }
///
/// The body is compiled once for each instruction set, which it knows as the constant `level`, and `name` calls the version in
/// use. They are tuned for no CPU in particular: x86-64-v4's own tuning halves the width of vectors. On other
/// architectures the compiler vectorizes the same body for the target's baseline.
#if VM_DISPATCHES
#define VERSION(attribute) __attribute__((attribute)) static
#define LIST(...) __VA_ARGS__
#define KERNEL(result, name, parameters, arguments)                                                                   \
  VERSION(always_inline) inline result name##_body(const enum vm_instruction_set level, LIST parameters);             \
  VERSION(target("arch=x86-64-v4,tune=x86-64")) result name##_avx512 parameters {                                     \
    return name##_body(vm_avx512, LIST arguments);                                                                    \
  }                                                                                                                   \
  VERSION(target("arch=x86-64-v3,tune=x86-64")) result name##_avx2 parameters {                                       \
    return name##_body(vm_avx2, LIST arguments);                                                                      \
  }                                                                                                                   \
  VERSION(noinline) result name##_baseline parameters { return name##_body(vm_baseline, LIST arguments); }            \
  result name parameters {                                                                                            \
    switch (vm_chosen) {                                                                                              \
      case vm_avx512: return name##_avx512 arguments;                                                                 \
      case vm_avx2: return name##_avx2 arguments;                                                                     \
      default: return name##_baseline arguments;                                                                      \
    }                                                                                                                 \
  }                                                                                                                   \
  static inline result name##_body(const enum vm_instruction_set level, LIST parameters)
#else
static const enum vm_instruction_set level = vm_baseline;
#define KERNEL(result, name, parameters, arguments) result name parameters
#endif

/// For the parts of a kernel, which must become part of each version.
#define INLINE static inline __attribute__((always_inline))

/// The name of a part that a header defines again each time it is included, with another suffix.
#define NAMED(name, suffix) JOINED(name, suffix)
#define JOINED(name, suffix) name##_##suffix

/// The instruction set in use. Written once, before `main`.
extern enum vm_instruction_set vm_chosen __attribute__((visibility("hidden")));

#endif
