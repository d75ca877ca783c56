#include "process_limits.h"

#if defined(__linux__)
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define THREADS "OPENBLAS_NUM_THREADS="
/// More variables than this are not copied; the program then starts as it is.
#define MOST_VARIABLES 4096

static void refuse(unsigned long long megabytes) {
  char message[256];
  int length = snprintf(
      message, sizeof message,
      "pdeop: the limit of memory (ulimit -v) is %llu MB and at least %d MB are needed; raise it or start without it.\n",
      megabytes, PROCESS_LIMITS_LEAST_MEGABYTES);
  // Where standard error is closed there is nobody to tell.
  if (length > 0 && write(STDERR_FILENO, message, (size_t)length) < 0) _exit(1);
  _exit(1);
}

/// Runs before the constructors of all libraries. The C library's own state is not complete yet: the environment is what
/// the kernel gave.
static void look(int argc, char **argv, char **environment) {
  (void)argc;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  unsigned long long megabytes = (unsigned long long)limit.rlim_cur >> 20;
  if (megabytes < PROCESS_LIMITS_LEAST_MEGABYTES) refuse(megabytes);

  static char *variables[MOST_VARIABLES + 2];
  int count = 0;
  for (; environment[count]; count++) {
    if (count == MOST_VARIABLES || strncmp(environment[count], THREADS, strlen(THREADS)) == 0) return;
    variables[count] = environment[count];
  }
  variables[count] = THREADS "1";
  // What follows a failure is the start without it.
  execve("/proc/self/exe", argv, variables);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = look;
#else
/// A file of C needs something.
typedef int process_limits_unused;
#endif
