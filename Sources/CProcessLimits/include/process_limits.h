/// Looks at the limits of memory and of open files (`ulimit -v`, `ulimit -n`) before any library does.
///
/// OpenBLAS takes memory for each processor when it is loaded, and retries forever if it gets none; Foundation ends the
/// process where it gets no file descriptor. A program that links this target ends with a message instead if a limit is too
/// low, and has OpenBLAS begin with one thread if there is a limit of memory at all. There is nothing to call. Linux only;
/// elsewhere it does nothing.
#ifndef PROCESS_LIMITS_H
#define PROCESS_LIMITS_H

/// The least address space, in megabytes, that a program with OpenBLAS on one thread works in.
#define PROCESS_LIMITS_LEAST_MEGABYTES 1024

/// The least number of open files.
#define PROCESS_LIMITS_LEAST_FILES 64

#endif
