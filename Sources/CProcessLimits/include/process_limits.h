/// Looks at the limit of memory (`ulimit -v`) before any library does.
///
/// OpenBLAS takes memory for each processor when it is loaded, and tries for ever where it gets none. A program that links
/// this target ends with a message instead if the limit is too low for it, and has OpenBLAS begin with one thread if there
/// is a limit at all. There is nothing to call. Linux only; elsewhere it does nothing.
#ifndef PROCESS_LIMITS_H
#define PROCESS_LIMITS_H

/// The least address space, in megabytes, that a program with OpenBLAS on one thread starts in.
#define PROCESS_LIMITS_LEAST_MEGABYTES 1024

#endif
