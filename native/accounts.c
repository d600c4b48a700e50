/* Users and groups by name. These ask the system's databases, which may be slow (LDAP): at start and reload only. */
#include "system.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#define MAX_NAME 256
#define MAX_ENTRY (1 << 20)
#define MAX_GROUPS 65536

/* Calls `look` with a growing buffer; what it finds points into that, so `use` makes the result of it. */
struct lookup {
  int (*look)(const char *name, char *buffer, size_t size, void *found);
  napi_value (*use)(napi_env env, const void *found);
  const char *call;
};

static napi_value look_up(napi_env env, const struct lookup *lookup, const char *name, void *found) {
  napi_value result = NULL;
  int error = ERANGE;
  for (size_t size = 1024; error == ERANGE && size <= MAX_ENTRY; size *= 4) {
    char *buffer = malloc(size);
    if (buffer == NULL) return failure(env, lookup->call, ENOMEM);
    error = lookup->look(name, buffer, size, found);
    if (error == 0) result = lookup->use(env, found);
    free(buffer);
  }
  /* The C library reports a missing entry in several ways (see getpwnam(3)). */
  if (error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) return NULL;
  return error == 0 ? result : failure(env, lookup->call, error);
}

static int look_for_user(const char *name, char *buffer, size_t size, void *found) {
  struct passwd *entry = NULL;
  int error = getpwnam_r(name, found, buffer, size, &entry);
  return error == 0 && entry == NULL ? ENOENT : error;
}

static int look_for_group(const char *name, char *buffer, size_t size, void *found) {
  struct group *entry = NULL;
  int error = getgrnam_r(name, found, buffer, size, &entry);
  return error == 0 && entry == NULL ? ENOENT : error;
}

/* All groups of the user, his own among them. */
static napi_value groups_of(napi_env env, const struct passwd *user) {
  napi_value array = NULL;
  int count = 64;
  gid_t *groups = NULL;
  for (;;) {
    int room = count;
    gid_t *larger = realloc(groups, (size_t)room * sizeof *groups);
    if (larger == NULL) break;
    groups = larger;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) >= 0) break;
    /* Some C libraries do not say how many there are. */
    if (count <= room) count = room * 2;
    if (count > MAX_GROUPS) break;
  }
  napi_create_array(env, &array);
  for (int index = 0; groups != NULL && index < count && count <= MAX_GROUPS; index++) {
    napi_set_element(env, array, (uint32_t)index, number_result(env, groups[index]));
  }
  free(groups);
  return array;
}

static napi_value use_user(napi_env env, const void *found) {
  const struct passwd *user = found;
  napi_value result = NULL;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "uid", number_result(env, user->pw_uid));
  napi_set_named_property(env, result, "gid", number_result(env, user->pw_gid));
  napi_set_named_property(env, result, "groups", groups_of(env, user));
  return result;
}

static napi_value use_group(napi_env env, const void *found) {
  const struct group *group = found;
  return number_result(env, group->gr_gid);
}

/* lookupUser(name): { uid, gid, groups }, or undefined when there is none. */
napi_value lookup_user(napi_env env, napi_callback_info info) {
  static const struct lookup lookup = {look_for_user, use_user, "getpwnam"};
  struct arguments arguments = read_arguments(env, info);
  char name[MAX_NAME];
  text_argument(&arguments, 0, "name", name, sizeof name);
  struct passwd found;
  return arguments.failed ? NULL : look_up(env, &lookup, name, &found);
}

/* lookupGroup(name): its id, or undefined. */
napi_value lookup_group(napi_env env, napi_callback_info info) {
  static const struct lookup lookup = {look_for_group, use_group, "getgrnam"};
  struct arguments arguments = read_arguments(env, info);
  char name[MAX_NAME];
  text_argument(&arguments, 0, "name", name, sizeof name);
  struct group found;
  return arguments.failed ? NULL : look_up(env, &lookup, name, &found);
}
