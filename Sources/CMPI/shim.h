// What Swift cannot call by itself of MPI: handles that are macros, and functions whose arguments are such.
#include <mpi.h>

// Threads take turns in calling MPI.
static inline int cmpi_begin(int *level) { return MPI_Init_thread(0, 0, MPI_THREAD_SERIALIZED, level); }
static inline int cmpi_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }
static inline int cmpi_size(int *size) { return MPI_Comm_size(MPI_COMM_WORLD, size); }
// Errors come back as codes, which the caller turns into one message.
static inline int cmpi_return_errors(void) { return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN); }
static inline int cmpi_send(const void *bytes, int count, int to, int tag, MPI_Request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, request);
}
static inline int cmpi_receive(void *bytes, int count, int from, int tag, MPI_Request *request) {
  return MPI_Irecv(bytes, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, request);
}
static inline int cmpi_test(int count, MPI_Request *requests, int *done) {
  return MPI_Testall(count, requests, done, MPI_STATUSES_IGNORE);
}
static inline MPI_Request cmpi_no_request(void) { return MPI_REQUEST_NULL; }
static inline int cmpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }
static inline int cmpi_end(void) { return MPI_Finalize(); }
