/*
 * Lets ThreadSanitizer see the slow paths of Swift's Mutex.
 *
 * A Mutex of Synchronization takes its uncontended path in code that the compiler instruments, and its contended one in
 * the toolchain's library, which nobody instruments. Whatever a lock orders by the second path looks like a race. Loaded
 * before that library (LD_PRELOAD), these stand in for its functions, call them, and tell ThreadSanitizer what they did.
 * In a process without ThreadSanitizer they do nothing of their own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

/* A method of Swift: its self travels in a register of its own. */
#define METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

METHOD void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
METHOD bool try_lock_slow(SELF) __asm__(TRY_LOCK);
METHOD void unlock_slow(SELF) __asm__(UNLOCK);

METHOD void lock_slow(uint32_t thread, SELF) {
    METHOD void (*real)(uint32_t, SELF);
    *(void **)&real = dlsym(RTLD_NEXT, LOCK);
    real(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

METHOD bool try_lock_slow(SELF) {
    METHOD bool (*real)(SELF);
    *(void **)&real = dlsym(RTLD_NEXT, TRY_LOCK);
    bool is_locked = real(self);
    if (is_locked && __tsan_acquire) __tsan_acquire(self);
    return is_locked;
}

METHOD void unlock_slow(SELF) {
    METHOD void (*real)(SELF);
    *(void **)&real = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(self);
    real(self);
}
