/** A host on which all is well; tests change what they are about. */

import { makeInstance, makeReport } from '../support/reports.ts'
import { parseIpv4, type Cidr, type Ipv4Address } from '../../src/base/address.ts'
import { accepted } from '../../src/base/result.ts'
import type {
  Configuration,
  Facts,
  HeardAdvert,
  Instance,
  LinkFacts,
  RunningDaemon,
  ServiceFacts,
} from '../../src/doctor/facts.ts'
import type { Finding } from '../../src/doctor/finding.ts'

export const ip = (text: string): Ipv4Address => {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

export function cidr(text: string): Cidr {
  const [address = '', length] = text.split('/')
  return { address: ip(address), prefixLength: Number(length) }
}

export const instance = (change: Partial<Instance> = {}): Instance => ({
  name: 'VI_1',
  link: 'eth0',
  vrid: 51,
  version: 2,
  family: 4,
  priority: 100,
  authCode: 0,
  intervalSeconds: 1,
  unicast: false,
  group: ip('224.0.0.18'),
  peers: [],
  advertised: [ip('10.0.0.100')],
  addresses: [{ cidr: cidr('10.0.0.100/24'), link: 'eth0', scope: 'global' }],
  hasRoutes: false,
  hasRules: false,
  notifies: false,
  ...change,
})

export const configuration = (change: Partial<Configuration> = {}): Configuration => ({
  path: '/etc/keepalived/keepalived.conf',
  errors: 0,
  warnings: 0,
  fatal: false,
  startupDelaySeconds: 0,
  instances: [instance()],
  ...change,
})

export const link = (change: Partial<LinkFacts> = {}): LinkFacts => ({
  exists: true,
  up: true,
  carrier: true,
  multicast: true,
  addresses: [cidr('10.0.0.1/24')],
  groups: [ip('224.0.0.1'), ip('224.0.0.18')],
  ...change,
})

export const heard = (change: Partial<HeardAdvert> = {}): HeardAdvert => ({
  link: 'eth0',
  source: ip('10.0.0.2'),
  destination: ip('224.0.0.18'),
  protocol: 112,
  vrid: 51,
  version: 2,
  priority: 150,
  authCode: 0,
  intervalSeconds: 1,
  ttl: 255,
  addresses: [ip('10.0.0.100')],
  heard: true,
  ...change,
})

export const service = (change: Partial<ServiceFacts> = {}): ServiceFacts => ({
  installed: true,
  enabled: true,
  active: true,
  changedOnDisk: false,
  restarts: true,
  watchdog: true,
  dropIns: [],
  openFilesLimit: 524_288,
  ...change,
})

export function running(
  state: 'MASTER' | 'BACKUP' | 'FAULT' = 'BACKUP',
  change: Partial<RunningDaemon> = {},
): RunningDaemon {
  return {
    kind: 'running',
    sameNetwork: true,
    report: makeReport({
      instances: [
        makeInstance({
          state,
          because: state === 'FAULT' ? 'interface eth0 is down' : 'no master heard',
          interface: 'eth0',
          priority: { base: 100, effective: 100, contributions: [] },
          addresses: [],
        }),
      ],
      daemon: { ...makeReport().daemon, pid: 4711, loopLagMs: 3 },
    }),
    problems: [],
    files: accepted({ open: 30, limit: 1024 }),
    ...change,
  }
}

export const facts = (change: Partial<Facts> = {}): Facts => ({
  root: true,
  configuration: accepted(configuration()),
  daemon: running(),
  links: new Map([
    ['lo', link({ addresses: [cidr('127.0.0.1/8')], groups: [] })],
    ['eth0', link()],
  ]),
  firewall: accepted([]),
  lan: accepted({ seconds: 2, links: ['eth0'], adverts: [] }),
  holders: undefined,
  sysctls: {
    links: new Map([['eth0', { rpFilter: 0, arpIgnore: 0, arpAnnounce: 0, promoteSecondaries: true }]]),
    nonlocalBind: true,
  },
  managers: {
    networkd: new Map(),
    networkManager: new Set(),
    keepsForeignRoutes: false,
    keepsForeignRules: false,
  },
  processes: { keepaliveds: [], keepalivedCheckers: undefined, keepalivedEnabled: false, sockets: [] },
  scripts: accepted([]),
  clock: { synchronised: true, uptimeSeconds: 1e6 },
  service: accepted(service()),
  director: undefined,
  ...change,
})

/** `problem: what`, in order. */
export const said = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ severity, what }) => `${severity}: ${what}`)
