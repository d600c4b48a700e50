/** Names of hosts and services as the C library has them: /etc/services, and hosts by getaddrinfo(3) and getnameinfo(3). */

import { lookup, lookupService } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { formatIpv4, parseIpv4, type Ipv4Address } from '../../base/address.ts'
import type { HostNames } from './execute.ts'
import { parseServices, type Services } from './services.ts'

export function hostNames(path = '/etc/services'): HostNames {
  let services: Services | undefined
  const known = (): Services => (services ??= parseServices(contentOf(path)))
  return {
    port: (service, protocol) => known().ports.get(`${service}/${protocol}`),
    service: (port, protocol) => known().names.get(`${port}/${protocol}`),
    addressOf,
    namesOf,
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Without the file there are numbers only.
    return ''
  }
}

async function addressOf(host: string): Promise<Ipv4Address | undefined> {
  try {
    return parseIpv4((await lookup(host, { family: 4 })).address)
  } catch {
    return undefined
  }
}

/** A resolver that does not answer is not waited for again: the rest stays numbers. */
async function namesOf(addresses: readonly Ipv4Address[]): Promise<readonly (string | undefined)[]> {
  const names: (string | undefined)[] = []
  for (let at = 0; at < addresses.length; at += AT_ONCE) {
    const asked = await Promise.all(addresses.slice(at, at + AT_ONCE).map(nameOf))
    names.push(...asked.map((answer) => answer.name))
    if (asked.some(({ silent }) => silent)) break
  }
  return names
}

const AT_ONCE = 64

async function nameOf(
  address: Ipv4Address,
): Promise<{ readonly name: string | undefined; readonly silent: boolean }> {
  try {
    return { name: (await lookupService(formatIpv4(address), 0)).hostname, silent: false }
  } catch (error) {
    return { name: undefined, silent: (error as NodeJS.ErrnoException).code === 'EAI_AGAIN' }
  }
}
