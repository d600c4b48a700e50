/*
 * User Mode Linux on a processor whose register file is larger than it knows.
 *
 * This kernel keeps its processes' extended registers by ptrace(2) and NT_X86_XSTATE, in a buffer of fixed size. Reading
 * into a short buffer is allowed; writing takes all of the registers or is refused (EFAULT), and with AMX there are
 * 8 KiB more of them. So a short write becomes a full one here: what the processor has now, and over it what was given.
 *
 * The first bytes of the area are laid out alike everywhere (Intel SDM volume 1, 13.4): 512 bytes of legacy registers, a
 * header whose first word says which components are in use, then the components at offsets that CPUID leaf 0xd tells.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define LEGACY_BYTES 512
#define LARGEST 65536

typedef long (*ptrace_function)(int, int, void *, void *);

/* Components that do not lie within the first bytes of the area: what they are is not known to who wrote those. */
static uint64_t beyond(size_t bytes) {
  uint64_t components = 0;
  for (unsigned component = 2; component < 63; component++) {
    unsigned size = 0, offset = 0, flags = 0, reserved = 0;
    if (!__get_cpuid_count(0xd, component, &size, &offset, &flags, &reserved) || size == 0) continue;
    if ((size_t)offset + size > bytes) components |= 1ULL << component;
  }
  return components;
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  int pid = va_arg(arguments, int);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  static ptrace_function real;
  if (!real) real = (ptrace_function)dlsym(RTLD_NEXT, "ptrace");
  if (request != PTRACE_SETREGSET || (uintptr_t)address != NT_X86_XSTATE) return real(request, pid, address, data);

  static _Thread_local _Alignas(64) unsigned char all[LARGEST];
  const struct iovec *given = data;
  struct iovec whole = {all, sizeof all};
  if (given->iov_len < LEGACY_BYTES + sizeof(uint64_t) ||
      real(PTRACE_GETREGSET, pid, address, &whole) != 0 || whole.iov_len <= given->iov_len)
    return real(request, pid, address, data);
  uint64_t had, wanted, unknown = beyond(given->iov_len);
  memcpy(&had, all + LEGACY_BYTES, sizeof had);
  memcpy(all, given->iov_base, given->iov_len);
  memcpy(&wanted, all + LEGACY_BYTES, sizeof wanted);
  wanted = (wanted & ~unknown) | (had & unknown);
  memcpy(all + LEGACY_BYTES, &wanted, sizeof wanted);
  return real(request, pid, address, &whole);
}
