/// Which version of the inner loops runs.
///
/// On x86-64 each of them is compiled for three levels of the instruction set, and the highest that the CPU has is
/// chosen when the program starts. The environment variable PDEOP_CPU, `baseline`, `avx2` or `avx512`, chooses a lower
/// one, for tests and measurements. On other architectures there is the baseline alone.
#ifndef INSTRUCTION_SET_H
#define INSTRUCTION_SET_H

#if defined(__x86_64__)
#define VM_DISPATCHES 1
#else
#define VM_DISPATCHES 0
#endif

/// Levels of the instruction set, from the lowest.
enum vm_instruction_set {
  vm_baseline, ///< the target's baseline: SSE2 on x86-64
  vm_avx2,     ///< x86-64-v3: AVX2 and FMA
  vm_avx512,   ///< x86-64-v4: AVX-512
};

/// The highest level that this CPU has.
enum vm_instruction_set vm_highest_instruction_set(void);

/// The level in use.
enum vm_instruction_set vm_instruction_set_in_use(void);

#endif
