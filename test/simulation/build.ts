/** Specifications of a scenario → what the daemon runs with, as if it had read that in a file. */

import { ipv4FromNumber, type Ipv4Address } from '../../src/base/address.ts'
import { seconds } from '../../src/base/time.ts'
import type { Command, Model, SyncGroup, VirtualAddress, VrrpInstance } from '../../src/config/model.ts'
import { assemble, type Assembled } from '../../src/daemon/assemble.ts'
import type { Examined } from '../../src/daemon/examined.ts'
import type { HostSettings } from '../../src/daemon/composition.ts'
import { ownPartOf } from '../../src/daemon/reading/own-part.ts'
import { SETTINGS } from '../../src/simulation/host.ts'
import type { Script } from '../../src/scripts/types.ts'
import type { Tracker } from '../../src/vrrp/election/state.ts'
import { instance as instanceText, modelOf } from '../daemon/adverts/signing-model.ts'
import { ip, virtualAddress } from '../vrrp/kit.ts'
import type { HostSpec, RouterSpec } from './scenario.ts'

export const routerName = (vrid: number): string => `V${vrid}`
export const vridOf = (router: string): number => Number(router.slice(1))
export const linkName = (lan: number): string => `lan${lan}`
const FIRST_ADDRESS = ip('10.0.0.1')
export const addressOn = (lan: number, host: number): Ipv4Address =>
  ipv4FromNumber(FIRST_ADDRESS + (lan << 16) + host)

/** Everything that a scenario says nothing about is as in a file that says nothing about it. */
const template = await modelOf(`
vrrp_script chk_a {
  script "/chk_a"
  interval 1
}
vrrp_script chk_b {
  script "/chk_b"
  interval 1
}
track_file file_a {
  file "/file_a"
}
vrrp_track_process process_a {
  process process_a
}
${instanceText('V', 1, 'AH')}`)
const plain = template.instances[0]!

export interface Circumstances {
  readonly number: number
  readonly hosts: number
}

export function examinedFor(spec: HostSpec, { number, hosts }: Circumstances): Examined {
  const model: Model = {
    ...template,
    global: { ...template.global, startupDelay: seconds(spec.startupDelay ?? 0) },
    instances: spec.routers.map((router) => buildInstance(router, number, hosts)),
    syncGroups: spec.groups.map(buildGroup),
  }
  return { ...ownPartOf(model), scripts: { scriptOf, ownerOf: () => undefined, violation: undefined } }
}

const scriptOf = ({ argv }: Command): Script => ({
  kind: 'runnable',
  spec: { argv, identity: undefined, environment: {} },
  warnings: [],
  insecure: false,
})

export const settingsFor = ({ pauseGuard }: HostSpec): HostSettings => ({
  ...SETTINGS,
  pauseGuard: pauseGuard === true,
})

/** As somebody who has another password would have it, and no place among the peers. */
export function buildStranger(spec: RouterSpec, victim: number): Assembled {
  const instance = { ...buildInstance(spec, victim + 1, victim + 1), authentication: WRONG[signing(spec)] }
  const [assembled] = assemble({ ...template, instances: [instance], syncGroups: [] }).routers
  if (assembled === undefined) throw new Error('no stranger')
  return assembled
}

function buildInstance(spec: RouterSpec, host: number, hosts: number): VrrpInstance {
  const { vrid, lan, priority, interval, preempt, preemptDelay, unicast, trackers, version = 2 } = spec
  const named = (kind: Tracker['kind']): readonly Tracker[] => trackers.filter((each) => each.kind === kind)
  const others = Array.from({ length: hosts }, (_, other) => other).filter((other) => other !== host)
  const { span } = plain
  return {
    ...plain,
    name: routerName(vrid),
    link: linkName(lan),
    vrid,
    version,
    priority,
    wantedState: spec.state ?? (priority === 255 ? 'MASTER' : 'BACKUP'),
    advertInterval: seconds(interval),
    preempt,
    preemptDelay: seconds(preemptDelay),
    authentication: RIGHT[signing(spec)],
    addresses: plain.addresses.map((address): VirtualAddress => ({
      ...address,
      link: linkName(lan),
      cidr: { ...address.cidr, address: virtualAddress(vrid) },
    })),
    ...(unicast && {
      unicastPeers: others.map((other) => ({ address: addressOn(lan, other), minTtl: 0, maxTtl: 255, span })),
      checkUnicastSource: unicast.onlyPeers,
    }),
    trackScripts: named('script').map(({ name, ...how }) => ({ script: name, ...how, span })),
    trackInterfaces: named('interface').map(({ name, ...how }) => ({ link: name, ...how, span })),
    trackFiles: named('file').map(({ name, ...how }) => ({ file: name, ...how, inherited: false, span })),
    trackProcesses: named('process').map(({ name, ...how }) => ({
      process: name,
      ...how,
      inherited: false,
      span,
    })),
  }
}

const password = (text: string): Uint8Array => new TextEncoder().encode(text)
const signing = ({ signed }: RouterSpec): 'signed' | 'plain' => (signed ? 'signed' : 'plain')
const RIGHT = {
  signed: { type: 'AH', password: password('secret') },
  plain: { type: 'none', password: password('') },
} as const
const WRONG = { ...RIGHT, signed: { type: 'AH', password: password('guessed') } } as const

const buildGroup = (vrids: readonly number[], index: number): SyncGroup => ({
  name: `G${index + 1}`,
  members: vrids.map(routerName),
  trackScripts: [],
  trackInterfaces: [],
  trackFiles: [],
  trackProcesses: [],
  trackingWeight: true,
  notify: plain.notify,
  smtpAlert: false,
  span: plain.span,
})
