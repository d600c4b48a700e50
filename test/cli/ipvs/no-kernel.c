/*
 * For ipvsadm, by LD_PRELOAD: an IPVS that is there, has nothing in it and
 * refuses every change. Nothing of what a test says reaches the kernel, and no
 * module and no privilege is needed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

/* <linux/ip_vs.h> */
enum { FIRST = 64 + 1024 + 64, LAST = FIRST + 63, GET_INFO = FIRST + 1 };

static int refused(int error) {
  errno = error;
  return -1;
}

int socket(int domain, int type, int protocol) {
  int (*next)(int, int, int) = dlsym(RTLD_NEXT, "socket");
  /* Without generic netlink it takes socket options, of any socket. */
  if (domain == AF_NETLINK && protocol == NETLINK_GENERIC) return refused(EPROTONOSUPPORT);
  if (domain == AF_INET && (type & 15) == SOCK_RAW) return next(AF_INET, SOCK_DGRAM, 0);
  return next(domain, type, protocol);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
  int (*next)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");
  if (level != 0 || name < FIRST || name > LAST) return next(fd, level, name, value, length);
  unsigned int info[] = {0x010201, 4096, 0};
  if (name != GET_INFO || *length < sizeof info) return refused(EPERM);
  memcpy(value, info, sizeof info);
  return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
  int (*next)(int, int, int, const void *, socklen_t) = dlsym(RTLD_NEXT, "setsockopt");
  if (level != 0 || name < FIRST || name > LAST) return next(fd, level, name, value, length);
  return refused(EPERM);
}
