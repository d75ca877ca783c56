#include "process_limits.h"

#if defined(__linux__)
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define THREADS "OPENBLAS_NUM_THREADS="
/// More variables than this are not copied; the program then starts as it is.
#define MOST_VARIABLES 4096

static void refuse(const char *limit, unsigned long long found, int least, const char *unit) {
  char message[256];
  int length = snprintf(
      message, sizeof message, "pdeop: the limit of %s is %llu%s, and at least %d are needed; raise it or start without it.\n",
      limit, found, unit, least);
  // If standard error is closed, there is no way to report it.
  if (length > 0 && write(STDERR_FILENO, message, (size_t)length) < 0) _exit(1);
  _exit(1);
}

static void look_at_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= PROCESS_LIMITS_LEAST_FILES) return;
  // Up to the hard limit everybody may raise it.
  limit.rlim_cur = limit.rlim_max < 1024 ? limit.rlim_max : 1024;
  if (limit.rlim_cur < PROCESS_LIMITS_LEAST_FILES || setrlimit(RLIMIT_NOFILE, &limit) != 0)
    refuse("open files (ulimit -n)", (unsigned long long)limit.rlim_cur, PROCESS_LIMITS_LEAST_FILES, "");
}

static void look_at_memory(char **arguments, char **environment) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  unsigned long long megabytes = (unsigned long long)limit.rlim_cur >> 20;
  if (megabytes < PROCESS_LIMITS_LEAST_MEGABYTES)
    refuse("memory (ulimit -v)", megabytes, PROCESS_LIMITS_LEAST_MEGABYTES, " MB");

  static char *variables[MOST_VARIABLES + 2];
  int count = 0;
  for (; environment[count]; count++) {
    if (count == MOST_VARIABLES || strncmp(environment[count], THREADS, strlen(THREADS)) == 0) return;
    variables[count] = environment[count];
  }
  variables[count] = THREADS "1";
  // If this fails, the program starts without it.
  execve("/proc/self/exe", arguments, variables);
}

/// Runs before the constructors of all libraries. The C library's own state is not complete yet: the environment is what
/// the kernel gave.
static void look(int count, char **arguments, char **environment) {
  (void)count;
  look_at_files();
  look_at_memory(arguments, environment);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = look;
#else
/// A file of C needs something.
typedef int process_limits_unused;
#endif
