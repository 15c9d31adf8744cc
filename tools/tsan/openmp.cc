// Tells ThreadSanitizer what GCC's OpenMP runtime, which is not instrumented,
// orders: fork and join, barriers, critical sections. Without it every region
// looks like a race; with one thread a region no race could be seen.
// Not known here: tasks and ordered loops.

#include <dlfcn.h>

extern "C" {
void __tsan_acquire(void*);
void __tsan_release(void*);
}

namespace {

char barrier, atomics, unnamed;

struct Region {
  void (*body)(void*);
  void* data;
};

void run(void* argument) {
  __tsan_acquire(argument);
  const auto* region = static_cast<const Region*>(argument);
  region->body(region->data);
  __tsan_release(argument);
}

// The runtime's own function of this name and type.
template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

template <typename Function, typename... Rest>
void fork_and_join(const char* name, void (*body)(void*), void* data, Rest... rest) {
  Region region{body, data};
  __tsan_release(&region);
  real<Function>(name)(run, &region, rest...);
  __tsan_acquire(&region);
}

void meet(const char* name) {
  __tsan_release(&barrier);
  real<void()>(name)();
  __tsan_acquire(&barrier);
}

}  // namespace

using Body = void (*)(void*);

extern "C" {

void GOMP_parallel(Body body, void* data, unsigned threads, unsigned flags) {
  fork_and_join<void(Body, void*, unsigned, unsigned)>("GOMP_parallel", body, data, threads, flags);
}

#define LOOP_WITH_CHUNK(NAME)                                                                \
  void NAME(Body body, void* data, unsigned threads, long start, long end, long step,        \
            long chunk, unsigned flags) {                                                    \
    fork_and_join<void(Body, void*, unsigned, long, long, long, long, unsigned)>(            \
        #NAME, body, data, threads, start, end, step, chunk, flags);                         \
  }
LOOP_WITH_CHUNK(GOMP_parallel_loop_static)
LOOP_WITH_CHUNK(GOMP_parallel_loop_dynamic)
LOOP_WITH_CHUNK(GOMP_parallel_loop_guided)
LOOP_WITH_CHUNK(GOMP_parallel_loop_nonmonotonic_dynamic)
LOOP_WITH_CHUNK(GOMP_parallel_loop_nonmonotonic_guided)

#define LOOP(NAME)                                                                           \
  void NAME(Body body, void* data, unsigned threads, long start, long end, long step,        \
            unsigned flags) {                                                                \
    fork_and_join<void(Body, void*, unsigned, long, long, long, unsigned)>(                  \
        #NAME, body, data, threads, start, end, step, flags);                                \
  }
LOOP(GOMP_parallel_loop_runtime)
LOOP(GOMP_parallel_loop_nonmonotonic_runtime)
LOOP(GOMP_parallel_loop_maybe_nonmonotonic_runtime)

void GOMP_parallel_sections(Body body, void* data, unsigned threads, unsigned count,
                            unsigned flags) {
  fork_and_join<void(Body, void*, unsigned, unsigned, unsigned)>("GOMP_parallel_sections", body,
                                                                 data, threads, count, flags);
}

void GOMP_barrier() { meet("GOMP_barrier"); }
void GOMP_loop_end() { meet("GOMP_loop_end"); }
void GOMP_sections_end() { meet("GOMP_sections_end"); }

#define LOCK(START, END, PLACE)   \
  void START() {                  \
    real<void()>(#START)();       \
    __tsan_acquire(&PLACE);       \
  }                               \
  void END() {                    \
    __tsan_release(&PLACE);       \
    real<void()>(#END)();         \
  }
LOCK(GOMP_critical_start, GOMP_critical_end, unnamed)
LOCK(GOMP_atomic_start, GOMP_atomic_end, atomics)

void GOMP_critical_name_start(void** name) {
  real<void(void**)>("GOMP_critical_name_start")(name);
  __tsan_acquire(name);
}
void GOMP_critical_name_end(void** name) {
  __tsan_release(name);
  real<void(void**)>("GOMP_critical_name_end")(name);
}

}  // extern "C"
