/** What an operator who comes from keepalived has to know of strict mode. Pure. */

import type { Model } from '../../config/model.ts'

/** Undefined: no instance for which it matters. */
export function strictNotice({ instances }: Pick<Model, 'instances'>): string | undefined {
  const names = instances
    .filter(
      ({ strict, accept, dropsTraffic, addresses }) =>
        strict && !accept && !dropsTraffic && addresses.length > 0,
    )
    .map(({ name }) => name)
  if (names.length === 0) return undefined
  return `vrrp_strict: keepalived drops all packets to the virtual addresses of ${names.join(', ')}; vrrpd does so only where no_accept is written, so they are reachable`
}
