/** What the kernel refuses, in ipvsadm's words. Pure. Measured for each command and errno, ipvsadm 1.31. */

import type { IpvsChange } from '../../netlink/ipvs/types.ts'
import type { Refusal } from '../../netlink/types.ts'

type Words = Readonly<Partial<Record<string, string>>>

const GENERAL: Words = {
  EPERM: 'Permission denied (you must be root)',
  EINVAL: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
  ENOMEM: 'Memory allocation problem',
  EOPNOTSUPP: 'Operation not supported with IPv6',
  EAFNOSUPPORT: 'Operation not supported with specified address family',
}

const NO_SERVICE = 'No such service'
const NOT_FOUND = 'Scheduler or persistence engine not found'
const NOT_DEFINED = 'Service not defined'
const NO_DESTINATION = 'No such destination'

const SPECIAL: Readonly<Record<IpvsChange['type'] | 'list', Words>> = {
  'add-service': { ENOENT: NOT_FOUND, EEXIST: 'Service already exists' },
  'edit-service': { ENOENT: NOT_FOUND, ESRCH: NO_SERVICE },
  'delete-service': { ESRCH: NO_SERVICE },
  'zero-service': { ESRCH: NO_SERVICE },
  zero: { ESRCH: NO_SERVICE },
  'add-destination': { ESRCH: NOT_DEFINED, EEXIST: 'Destination already exists' },
  'edit-destination': { ESRCH: NOT_DEFINED, ENOENT: NO_DESTINATION },
  'delete-destination': { ESRCH: NOT_DEFINED, ENOENT: NO_DESTINATION },
  flush: {},
  'set-timeouts': {},
  'start-sync-daemon': { EEXIST: 'Daemon has already run' },
  'stop-sync-daemon': { ESRCH: 'No daemon is running' },
  list: { ESRCH: NO_SERVICE },
}

/** Without an end of line. */
export const refusalText = (what: IpvsChange['type'] | 'list', { code, text }: Refusal): string =>
  SPECIAL[what][code] ?? GENERAL[code] ?? text
