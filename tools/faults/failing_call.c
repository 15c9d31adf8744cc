// Preloaded into a program, fails the n-th of its system calls on files of one
// folder: what a full, broken or interrupted disk does.
//
//   FAIL_UNDER  the folder; calls on other files are neither counted nor failed
//   FAIL_CALL   n, from 1
//   FAIL_AS     EIO, ENOSPC, EINTR, short (half of the bytes) or exit (the
//               process ends there, half of the bytes written)
//   FAIL_LOG    file that the call and its path are appended to once it failed
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
enum { kFiles = 1024, kExit = 9 };

static char* path_of[kFiles];  // of descriptors to watched files
static long calls;

static int as(const char* kind) {
  const char* asked = getenv("FAIL_AS");
  return asked && strcmp(asked, kind) == 0;
}

static const char* watched(const char* path) {
  const char* under = getenv("FAIL_UNDER");
  return path && under && strncmp(path, under, strlen(under)) == 0 ? path : 0;
}

static const char* file(int fd) {
  return fd >= 0 && fd < kFiles ? path_of[fd] : 0;
}

// Is this call to fail? By errno it then says as what; `moves` bytes or not.
static int fails(const char* call, const char* path, int takes_room,
                 int moves) {
  const char* n = getenv("FAIL_CALL");
  if (!path || !n) return 0;
  if (as("ENOSPC") && !takes_room) return 0;
  if (as("short") && !moves) return 0;
  if (++calls != atol(n)) return 0;
  const int log =
      REAL(open)(getenv("FAIL_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0666);
  dprintf(log, "%s %s\n", call, path);
  REAL(close)(log);
  if (as("exit") && !moves) _exit(kExit);
  errno = as("ENOSPC") ? ENOSPC : as("EINTR") ? EINTR : EIO;
  return 1;
}

static int opened(int fd, const char* path) {
  if (fd >= 0 && fd < kFiles) {
    free(path_of[fd]);
    path_of[fd] = watched(path) ? strdup(path) : 0;
  }
  return fd;
}

#define OPEN(name)                                                   \
  int name(const char* path, int flags, ...) {                       \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    const mode_t mode = va_arg(rest, mode_t);                        \
    va_end(rest);                                                    \
    if (fails("open", watched(path), flags & O_CREAT, 0)) return -1; \
    return opened(REAL(name)(path, flags, mode), path);              \
  }
OPEN(open)
OPEN(open64)

#define FOPEN(name)                                              \
  FILE* name(const char* path, const char* mode) {               \
    if (fails("open", watched(path), *mode != 'r', 0)) return 0; \
    FILE* stream = REAL(name)(path, mode);                       \
    if (stream) opened(fileno(stream), path);                    \
    return stream;                                               \
  }
FOPEN(fopen)
FOPEN(fopen64)

ssize_t write(int fd, const void* bytes, size_t size) {
  if (!fails("write", file(fd), 1, 1)) return REAL(write)(fd, bytes, size);
  if (!as("short") && !as("exit")) return -1;
  const ssize_t half = REAL(write)(fd, bytes, (size + 1) / 2);
  if (as("exit")) _exit(kExit);
  return half;
}

ssize_t read(int fd, void* bytes, size_t size) {
  if (!fails("read", file(fd), 0, 1)) return REAL(read)(fd, bytes, size);
  if (as("exit")) _exit(kExit);
  return as("short") ? REAL(read)(fd, bytes, (size + 1) / 2) : -1;
}

#define PREAD(name, offset_type)                                         \
  ssize_t name(int fd, void* bytes, size_t size, offset_type at) {       \
    if (!fails("read", file(fd), 0, 1))                                  \
      return REAL(name)(fd, bytes, size, at);                            \
    if (as("exit")) _exit(kExit);                                        \
    return as("short") ? REAL(name)(fd, bytes, (size + 1) / 2, at) : -1; \
  }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

// What it takes away first stays taken away, as with close on Linux.
int close(int fd) {
  const int failing = fails("close", file(fd), 0, 0);
  const int error = errno;
  opened(fd, 0);
  const int status = REAL(close)(fd);
  if (failing) errno = error;
  return failing ? -1 : status;
}

int ftruncate(int fd, off_t size) {
  return fails("ftruncate", file(fd), 1, 0) ? -1 : REAL(ftruncate)(fd, size);
}
int fsync(int fd) {
  return fails("fsync", file(fd), 1, 0) ? -1 : REAL(fsync)(fd);
}
int rename(const char* from, const char* to) {
  return fails("rename", watched(to), 1, 0) ? -1 : REAL(rename)(from, to);
}
int mkdir(const char* path, mode_t mode) {
  return fails("mkdir", watched(path), 1, 0) ? -1 : REAL(mkdir)(path, mode);
}
