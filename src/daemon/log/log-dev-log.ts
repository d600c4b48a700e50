/** The system's log socket. Unconnected, so that a log daemon may come, go and come back. */

import { invariant, type Result } from '../../base/result.ts'
import { AF_UNIX, SOCK_DGRAM } from '../../system/constants.ts'
import { unixSocketAddress } from '../../system/socket-address.ts'
import { Socket, type SystemError } from '../../system/socket.ts'
import type { SyslogPort } from './log-syslog.ts'

/** @param path at most 107 bytes */
export function openDevLog(path = '/dev/log'): Result<SyslogPort, SystemError> {
  const to = unixSocketAddress(path)
  invariant(to !== undefined, 'the path of the log socket is short')
  const opened = Socket.open({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 })
  if (!opened.ok) return opened
  const socket = opened.value
  return {
    ok: true,
    value: {
      send: (bytes) => socket.send([{ bytes, to }]).ok,
      close: () => {
        socket.close()
      },
    },
  }
}
