/** keepalived's names of virtual and real servers, and what people write for them. Pure. */

import { formatIp, parseIp } from '../base/address.ts'

interface ServerName {
  /** As in `formatIp`; a group's name is none. */
  readonly host: string
  /** `none`: behind a firewall mark. */
  readonly protocol: string
  readonly port: string
}

/** `[10.9.0.21]:tcp:80`, `[G]:0`, and as the kernel's services are called: `10.8.0.100:tcp:80`. */
function parts(name: string): ServerName | undefined {
  const [, bracketed, protocol, port, plain, plainProtocol, plainPort] =
    /^(?:\[(.*)\](?::([a-z]+))?:(\d+)|(.+):([a-z]+):(\d+))$/.exec(name) ?? []
  const host = bracketed ?? plain
  if (host === undefined) return undefined
  return { host, protocol: protocol ?? plainProtocol ?? '', port: port ?? plainPort ?? '' }
}

/**
 * `[10.9.0.21]:tcp:80` → `10.9.0.21:80`; what has no address stays as it is. For lists in which the protocol is said
 * elsewhere.
 */
export function shortName(name: string): string {
  const found = parts(name)
  if (found === undefined || parseIp(found.host) === undefined) return name
  return `${found.host.includes(':') ? `[${found.host}]` : found.host}:${found.port}`
}

/** Whether a name of keepalived's is one of those that are meant. */
export type IsMeant = (name: string) => boolean

/**
 * @param subject `10.9.0.21`, `10.9.0.21:80`, `[fd00::1]:80`, `10.8.0.100:tcp:80`, a group's name, `fwm 3`, or a name as
 *   keepalived has it
 */
export function namedBy(subject: string): IsMeant {
  const { host, protocol, port } = meantBy(subject)
  if (host === undefined) {
    const word = subject.toLowerCase()
    return (name) => name.toLowerCase() === word || parts(name)?.host === subject
  }
  return (name) => {
    const found = parts(name)
    return (
      found?.host === host &&
      (protocol === undefined || found.protocol === protocol) &&
      (port === undefined || found.port === port)
    )
  }
}

function meantBy(subject: string): Partial<ServerName> {
  const whole = parseIp(subject)
  if (whole !== undefined) return { host: formatIp(whole) }
  const [, bracketed, plain, protocol, port] =
    /^(?:\[(.+)\]|([\d.]+))(?::(tcp|udp|sctp|none))?(?::(\d+))?$/.exec(subject) ?? []
  const address = parseIp(bracketed ?? plain ?? '')
  if (address === undefined) return {}
  return {
    host: formatIp(address),
    ...(protocol !== undefined && { protocol }),
    ...(port !== undefined && { port: String(Number(port)) }),
  }
}
