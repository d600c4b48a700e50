/** The kernel's IPVS table as a value, with the refusals of Linux 6.1 (measured). */

import { isIpv4 } from '../../src/base/address.ts'
import { destinationText, familyOfService, serviceText } from '../../src/director/keys.ts'
import type { Table } from '../../src/director/plan.ts'
import type { Destination, IpvsChange, Service, ServiceKey } from '../../src/netlink/ipvs/types.ts'
import type { Refusal } from '../../src/netlink/types.ts'

export interface ModelKernel {
  readonly services: ReadonlyMap<string, ModelService>
}

interface ModelService {
  readonly service: Service
  readonly destinations: ReadonlyMap<string, Destination>
}

export const emptyKernel: ModelKernel = { services: new Map() }

export const kernelOf = (table: Table): ModelKernel => ({
  services: new Map(
    table.map(({ service, destinations }) => [
      serviceText(service.key),
      { service, destinations: new Map(destinations.map((each) => [destinationText(each.key), each])) },
    ]),
  ),
})

/** In no order. */
export const dump = ({ services }: ModelKernel): Table =>
  [...services.values()].map(({ service, destinations }) => ({
    service,
    destinations: [...destinations.values()],
  }))

const ERRNO = { ENOENT: 2, ESRCH: 3, EEXIST: 17, EINVAL: 22, ERANGE: 34 } as const
type Code = keyof typeof ERRNO

/** Modules that this kernel has. */
const SCHEDULERS: readonly string[] = ['rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'sed', 'nq']

/** @returns the kernel afterwards and one outcome for each change; a refused one alters nothing */
export function apply(
  kernel: ModelKernel,
  changes: readonly IpvsChange[],
): { readonly kernel: ModelKernel; readonly refusals: readonly (Refusal | undefined)[] } {
  const refusals: (Refusal | undefined)[] = []
  let now = kernel
  for (const change of changes) {
    const next = applyOne(now, change)
    refusals.push(typeof next === 'string' ? { errno: ERRNO[next], code: next, text: next } : undefined)
    if (typeof next !== 'string') now = next
  }
  return { kernel: now, refusals }
}

function applyOne(kernel: ModelKernel, change: IpvsChange): ModelKernel | Code {
  switch (change.type) {
    case 'add-service':
    case 'edit-service':
      return applyService(kernel, change.service, change.type === 'add-service')
    case 'delete-service':
      return kernel.services.has(serviceText(change.key))
        ? withService(kernel, change.key, undefined)
        : 'ESRCH'
    case 'add-destination':
    case 'edit-destination':
      return applyDestination(kernel, change.key, change.destination, change.type === 'add-destination')
    case 'delete-destination': {
      const found = kernel.services.get(serviceText(change.key))
      if (found === undefined) return 'ESRCH'
      const destinations = new Map(found.destinations)
      if (!destinations.delete(destinationText(change.destination))) return 'ENOENT'
      return withService(kernel, change.key, { ...found, destinations })
    }
    case 'flush':
      return emptyKernel
    case 'zero':
    case 'zero-service':
    case 'set-timeouts':
    case 'start-sync-daemon':
    case 'stop-sync-daemon':
      return kernel
  }
}

function withService(
  { services }: ModelKernel,
  key: ServiceKey,
  service: ModelService | undefined,
): ModelKernel {
  const next = new Map(services)
  if (service === undefined) next.delete(serviceText(key))
  else next.set(serviceText(key), service)
  return { services: next }
}

function applyService(kernel: ModelKernel, service: Service, adds: boolean): ModelKernel | Code {
  const found = kernel.services.get(serviceText(service.key))
  if (adds && found) return 'EEXIST'
  if (!adds && !found) return 'ESRCH'
  if (!SCHEDULERS.includes(service.scheduler)) return 'ENOENT'
  if (familyOfService(service.key) === 'ipv6' && (service.netmask < 1 || service.netmask > 128))
    return 'EINVAL'
  return withService(kernel, service.key, { service, destinations: found?.destinations ?? new Map() })
}

function applyDestination(
  kernel: ModelKernel,
  key: ServiceKey,
  destination: Destination,
  adds: boolean,
): ModelKernel | Code {
  const { weight, lowerThreshold, upperThreshold, forwarding, tunnel } = destination
  const { address } = destination.key
  const found = kernel.services.get(serviceText(key))
  if (found === undefined) return 'ESRCH'
  if (weight < 0 || lowerThreshold > upperThreshold) return 'ERANGE'
  if (isIpv4(address) && address >>> 28 >= 0xe) return 'EINVAL'
  if (isIpv4(address) !== (familyOfService(key) === 'ipv4') && forwarding !== 'tunnel') return 'EINVAL'
  if (forwarding === 'tunnel' && tunnel.type === 'gue' && tunnel.port === 0) return 'EINVAL'
  const text = destinationText(destination.key)
  if (adds && found.destinations.has(text)) return 'EEXIST'
  if (!adds && !found.destinations.has(text)) return 'ENOENT'
  const destinations = new Map(found.destinations).set(text, destination)
  return withService(kernel, key, { ...found, destinations })
}

/** As `ipvsadm -S -n` would tell it, sorted. */
export function tell({ services }: ModelKernel): readonly string[] {
  return [...services.values()]
    .flatMap(({ service, destinations }) => [
      `${serviceText(service.key)} ${service.scheduler}`,
      ...[...destinations.values()].map(
        ({ key, forwarding, weight }) =>
          `${serviceText(service.key)} -> ${destinationText(key)} ${forwarding} ${weight}`,
      ),
    ])
    .sort()
}
