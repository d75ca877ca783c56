/// The few inner loops that need CPU dispatch. Plain C: no allocation, no threads.
///
/// On x86-64 each function is compiled for several instruction sets and the fitting one is chosen when the program
/// is loaded; elsewhere the compiler vectorises the same loops for the target's baseline.
#ifndef VECTOR_MATH_H
#define VECTOR_MATH_H

#include <stddef.h>

#if defined(__x86_64__) && defined(__linux__)
#define DISPATCHED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DISPATCHED
#endif

/// target[i] += scale * source[i]
void vm_add_scaled(float *target, const float *source, float scale, size_t count);

#endif
