/**
 * net.ipv4.ping_group_range: which groups may open ICMP datagram sockets; the kernel's default, `1 0`, is none, not even
 * root's. Synchronous for the reason that link-sysctl.ts has.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { accepted, rejected, type Result } from '../base/result.ts'
import { fromNodeError, type SystemError } from './system-error.ts'

const PATH = '/proc/sys/net/ipv4/ping_group_range'

/**
 * Lets group 0 in, as keepalived does while it has a PING_CHECK (measured, 2.2.7): the lower bound becomes 0. After a
 * crash it stays so, and whoever starts next finds nothing to change.
 *
 * @returns what gives back the bounds that were there; those that somebody else has set since are left alone. An error
 *   where /proc/sys cannot be written (a container), or without IPv4
 */
export function openPingGroupRange(): Result<() => Result<undefined, SystemError>, SystemError> {
  const former = read()
  if (!former.ok) return former
  const [lower = '', upper = ''] = former.value.split(/\s+/)
  if (lower === '0') return accepted(() => accepted(undefined))
  const ours = `0\t${upper}`
  const written = write(ours)
  if (!written.ok) return written
  return accepted(() => {
    const present = read()
    if (!present.ok) return present
    return present.value === ours ? write(former.value) : accepted(undefined)
  })
}

function read(): Result<string, SystemError> {
  try {
    return accepted(readFileSync(PATH, 'latin1').trim())
  } catch (thrown) {
    return rejected(fromNodeError('open', thrown))
  }
}

function write(range: string): Result<undefined, SystemError> {
  try {
    writeFileSync(PATH, range)
    return accepted(undefined)
  } catch (thrown) {
    return rejected(fromNodeError('write', thrown))
  }
}
