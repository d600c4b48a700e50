/**
 * The kernel in memory beside the one of this machine: the same requests of ours, the same changes by others, cables
 * and sysctls, at random. After every step both have given the same answers, tell the same events and dump the same.
 *
 * The same sequences in each run (support/seeds.ts). VRRPD_KERNEL_SEED=N makes others, and repeats a run that tells N;
 * VRRPD_KERNEL_RUNS=500 makes more of them; VRRPD_KERNEL_SHRINK=1 looks for a shorter one that still shows what differs.
 *
 * What is not compared:
 * - The order between what the kernel does in its own time (carriers, IPv6 addresses) and everything else; and of
 *   routes that go in one step, as the order of the kernel's tables is by hash.
 * - Who exactly another one is: every `ip` has a port of its own. Whether it is ourselves is compared.
 * - The states of a link on its way: a carrier may go and come when a link is switched on, once or not at all.
 *   Which state it comes to is compared.
 * - Whether a new IPv6 address is ours: it is told by and by, and who has read everything before does not know.
 * - Multicast routes of IPv6, which the memory does not have.
 */

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatCidr, isIpv4 } from '../../../src/base/address.ts'
import { routeKey, ruleKey } from '../../../src/netlink/identity.ts'
import { openKernel, type Kernel } from '../../../src/netlink/kernel.ts'
import type { LinkTable } from '../../../src/netlink/link-table.ts'
import { takeSnapshot } from '../../../src/netlink/snapshot.ts'
import { Transport } from '../../../src/netlink/transport.ts'
import type { Link, LinkAddress, LinkEvent, Outcome } from '../../../src/netlink/types.ts'
import { MemoryKernel } from '../../../src/simulation/kernel/memory-kernel.ts'
import { namespaceOf, newLabName } from '../../support/lab/names.ts'
import { batch } from '../../support/lab/network.ts'
import { needs } from '../../support/privileges.ts'
import { seedOf } from '../../support/seeds.ts'
import { run, runAnyway } from '../../support/tools.ts'
import {
  action,
  addrCommand,
  addressSpec,
  commandFamily,
  macOf,
  othersRoute,
  routeCommand,
  routeQuery,
  routeSpec,
  ruleCommand,
  ruleQuery,
  ruleRequest,
  ruleSpec,
  type Action,
} from './actions.ts'

const RUNS = Number(process.env['VRRPD_KERNEL_RUNS'] ?? 16)
const seed = seedOf('VRRPD_KERNEL_SEED')
const STEPS = { min: process.env['VRRPD_KERNEL_SHRINK'] === undefined ? 12 : 1, max: 25 } as const
const OTHERS = 77
/** Longer than a carrier takes, which the kernel tells once a second. */
const PATIENCE_MS = 4000

const LINKS = ['eth0', 'eth1', 'eth2'] as const
const bytesOf = (mac: string): Uint8Array => Uint8Array.from(mac.split(':').map((each) => parseInt(each, 16)))

/** A namespace with the links that are plugged in, and the other ends of their cables in the switch's. */
class Linux {
  readonly name: string
  readonly kernel: Kernel
  private readonly ports: ReadonlyMap<string, string>
  private readonly transport: Transport

  private constructor(
    name: string,
    ports: ReadonlyMap<string, string>,
    kernel: Kernel,
    transport: Transport,
  ) {
    this.name = name
    this.ports = ports
    this.kernel = kernel
    this.transport = transport
  }

  static async create(name: string, ports: ReadonlyMap<string, string>): Promise<Linux> {
    await run(['ip', 'netns', 'add', name])
    await within(name, [
      ...['all', 'default'].flatMap((each) => [
        `echo 1 >/proc/sys/net/ipv6/conf/${each}/addr_gen_mode`,
        `echo 0 >/proc/sys/net/ipv6/conf/${each}/accept_dad`,
        `echo 0 >/proc/sys/net/ipv6/conf/${each}/router_solicitations`,
      ]),
      // A kernel's default may be another one.
      'echo 0 >/proc/sys/net/ipv4/conf/all/promote_secondaries',
      'echo 0 >/proc/sys/net/ipv4/conf/default/promote_secondaries',
      'ip link set lo up',
    ])
    for (const each of LINKS) await plug(name, each, ports.get(each)!)
    const kernel = openKernel({ namespace: name })
    const transport = Transport.open({ namespace: name })
    if (!kernel.ok || !transport.ok) throw new Error('no netlink in the namespace')
    return new Linux(name, ports, kernel.value, transport.value)
  }

  dump(): LinkTable {
    const snapshot = takeSnapshot(this.transport, new Set([2, 3, 4, 18]), true)
    if (!snapshot.ok) throw new Error(snapshot.error.text)
    return snapshot.value
  }

  async ip(family: string, command: string): Promise<boolean> {
    const { code } = await runAnyway([
      'ip',
      '-n',
      this.name,
      family,
      ...command.split(' ').filter((each) => each !== ''),
    ])
    return code === 0
  }

  async plug(link: string): Promise<void> {
    await plug(this.name, link, this.ports.get(link)!)
  }

  async setCarrier(link: string, carrier: boolean): Promise<void> {
    await run(['ip', '-n', switchName, 'link', 'set', this.ports.get(link)!, carrier ? 'up' : 'down'])
  }

  async destroy(): Promise<void> {
    this.kernel.close()
    this.transport.close()
    await batch([], [`netns del ${this.name}`])
  }
}

const lab = newLabName()
const switchName = namespaceOf(lab, 'switch')

const within = (namespace: string, commands: readonly string[]): Promise<string> =>
  run(['ip', 'netns', 'exec', namespace, 'sh', '-e'], commands.join('\n'))

async function plug(namespace: string, link: string, port: string): Promise<void> {
  const mac = macOf(LINKS.indexOf(link as (typeof LINKS)[number]) + 1)
  await batch(
    ['-n', switchName],
    [
      `link add ${port} type veth peer name ${link} address ${mac} netns ${namespace}`,
      `link set ${port} up master br0`,
    ],
  )
}

class Memory {
  readonly host = new MemoryKernel()
  readonly kernel: Kernel

  constructor() {
    for (const each of LINKS) this.plug(each)
    this.kernel = this.host.open()
  }

  plug(link: string): void {
    const mac = bytesOf(macOf(LINKS.indexOf(link as (typeof LINKS)[number]) + 1))
    this.host.addLink({ name: link, mac })
  }
}

/** What the answers to one action are: errnos of ours, whether another's request was accepted. */
type Answers = readonly (number | boolean | undefined)[]

interface Both {
  readonly linux: Linux
  readonly memory: Memory
}

const errnos = (outcomes: readonly Outcome[]): Answers => outcomes.map((outcome) => outcome?.errno)

/** Ours: both are asked in the same way. */
function ask(kernel: Kernel, asked: Action, indexOf: (name: string) => number): Answers | undefined {
  switch (asked.do) {
    case 'install':
    case 'withdraw': {
      const installs = asked.do === 'install'
      if ('addresses' in asked) {
        const specs = asked.addresses.map((each) => addressSpec(each, indexOf))
        return errnos(installs ? kernel.installAddresses(specs) : kernel.withdrawAddresses(specs))
      }
      if ('routes' in asked) {
        const specs = asked.routes.map((each) => routeSpec(each, indexOf))
        return errnos(installs ? kernel.installRoutes(specs) : kernel.withdrawRoutes(specs))
      }
      const specs = asked.rules.map(ruleSpec)
      return errnos(installs ? kernel.installRules(specs) : kernel.withdrawRules(specs))
    }
    case 'macvlan': {
      const { name, parent, mac } = asked
      return errnos([kernel.createMacvlan({ name, parent: indexOf(parent), mac: bytesOf(macOf(mac)) })])
    }
    case 'enable':
      return errnos([kernel.enableLink(asked.name)])
    case 'remove':
      return errnos([kernel.removeLink(asked.name)])
    default:
      return undefined
  }
}

/** Somebody else's, and the world's. */
async function happen(
  both: Both,
  asked: Action,
  indexOf: (name: string) => number,
): Promise<[Answers, Answers]> {
  const { linux, memory } = both
  const others = memory.host.as(OTHERS)
  const isThere = memory.host.linkNamed('name' in asked ? asked.name : '') !== undefined
  const compared = async (command: string, outcome: Outcome): Promise<[Answers, Answers]> => [
    [await linux.ip(commandFamily(asked), command)],
    [outcome === undefined],
  ]
  switch (asked.do) {
    case 'addr': {
      const { verb, address } = asked
      if (indexOf(address.dev) === NOWHERE) return [[], []]
      const spec = addressSpec(address, indexOf)
      const outcome = verb === 'add' ? others.addAddress(spec) : others.removeAddress(spec)
      return compared(addrCommand(verb, address), outcome)
    }
    case 'route': {
      const { verb, route } = asked
      const devices = [route, ...(route.ways ?? [])].flatMap(({ dev }) => dev ?? [])
      if (devices.some((dev) => indexOf(dev) === NOWHERE)) return [[], []]
      const outcome =
        verb === 'del'
          ? others.removeRoute(routeQuery(route, indexOf))
          : others.addRoute(othersRoute(route, indexOf), verb)
      return compared(routeCommand(verb, route), outcome)
    }
    case 'rule': {
      const { verb, rule } = asked
      const outcome = verb === 'add' ? others.addRule(ruleRequest(rule)) : others.removeRule(ruleQuery(rule))
      return compared(ruleCommand(verb, rule), outcome)
    }
    case 'link':
      return compared(
        `link set ${asked.name} ${asked.set}`,
        others.setEnabled(asked.name, asked.set === 'up'),
      )
    case 'rename':
      // Its cable stays known by its name.
      if (asked.to === 'eth0' && memory.host.linkNamed('eth0') === undefined) return [[], []]
      return compared(`link set ${asked.name} name ${asked.to}`, others.renameLink(asked.name, asked.to))
    case 'mtu':
      return compared(`link set ${asked.name} mtu ${asked.mtu}`, others.setMtu(asked.name, asked.mtu))
    case 'mac':
      return compared(
        `link set ${asked.name} address ${macOf(asked.mac)}`,
        others.setMac(asked.name, bytesOf(macOf(asked.mac))),
      )
    case 'unplug':
      return compared(`link del ${asked.name}`, others.removeLink(asked.name))
    case 'plug':
      // A port is one cable's: its other end may be there under another name.
      if (isThere || (asked.name === 'eth1' && memory.host.linkNamed('lan1') !== undefined)) return [[], []]
      await linux.plug(asked.name)
      memory.plug(asked.name)
      return [[], []]
    case 'carrier': {
      if (!isThere || memory.kernel.table.linkByName(asked.name)?.macvlanOn !== undefined) return [[], []]
      await linux.setCarrier(asked.name, asked.carrier)
      memory.host.setCarrier(asked.name, asked.carrier)
      return [[], []]
    }
    case 'promote':
      if (!isThere && asked.name !== 'all') return [[], []]
      await within(linux.name, [
        `echo ${asked.on ? 1 : 0} >/proc/sys/net/ipv4/conf/${asked.name}/promote_secondaries`,
      ])
      memory.host.setPromoteSecondaries(asked.name, asked.on)
      return [[], []]
    default:
      throw new Error(`not another's: ${asked.do}`)
  }
}

const NOWHERE = 9999

type Word = (event: LinkEvent) => string

/** @param self our own port */
const wordsOf =
  (self: number): Word =>
  (event) => {
    const by = (each: { ours: boolean; by?: number }): string =>
      each.ours ? ' ours' : each.by === undefined ? '' : each.by === self ? ' by ourselves' : ' by others'
    switch (event.type) {
      case 'link-changed':
        return `link ${linkWords(event.link)}`
      case 'link-removed':
        return `link gone ${event.link.index} ${event.link.name}`
      case 'address-added':
        return `address ${addressWords(event.address)}${isIpv4(event.address.cidr.address) ? by(event) : ''}`
      case 'address-removed':
        return `address gone ${addressWords(event.address)}${by(event)}`
      case 'route-removed':
        return `route gone ${routeKey(event.route)}${by(event)}`
      case 'rule-removed':
        return `rule gone ${ruleKey(event.rule)}${by(event)}`
      case 'resynchronised':
        return event.type
    }
  }

const linkWords = ({ index, name, up, mtu, mac, macvlanOn = 0 }: Link): string =>
  `${index} ${name} ${up ? 'up' : 'down'} ${mtu} ${mac.join(':')} ${macvlanOn}`

const addressWords = ({
  linkIndex,
  cidr,
  peer,
  secondary,
  scope,
  label,
  broadcast,
  protocol,
}: LinkAddress): string =>
  `${linkIndex} ${formatCidr(cidr)} ${peer === undefined ? '' : formatCidr(peer)}${secondary ? ' secondary' : ''} ` +
  `scope ${scope} ${label ?? ''} ${broadcast ?? ''} ${protocol ?? ''}`

/**
 * In an order of their own: links by their carriers, IPv6 addresses by their own time, routes by tables.
 *
 * @param before how the links were, one line each
 */
function streams(words: readonly string[], before: ReadonlySet<string>): unknown {
  const isLink = (word: string): boolean => /^link \d/.test(word)
  const isIpv6 = (word: string): boolean => /^address \d+ \S*:/.test(word)
  const isRoute = (word: string): boolean => word.startsWith('route')
  const links = new Map(words.filter(isLink).map((word) => [word.split(' ')[1], word]))
  return {
    inOrder: words.filter((word) => !isLink(word) && !isIpv6(word) && !isRoute(word)),
    links: [...links.values()].filter((word) => !before.has(word)).sort(),
    ipv6: words.filter(isIpv6).sort(),
    routes: words.filter(isRoute).sort(),
  }
}

/** All of it; of addresses and rules in their order. */
const contents = (table: LinkTable): unknown => ({
  links: [...table.links.values()].map(linkWords).sort(),
  addresses: [...table.links.keys()]
    .sort((a, b) => a - b)
    .map((index) => table.addressesOf(index).map(addressWords)),
  routes: [...table.routes.values()]
    .filter(({ type }) => type !== 'multicast')
    .map(routeKey)
    .sort(),
  rules: [...table.rules.values()].map(ruleKey),
})

/** The order of rules is the dump's alone: what was heard of stands in the order of its coming. */
const heardContents = (table: LinkTable): unknown => ({
  ...(contents(table) as object),
  rules: [...table.rules.values()].map(ruleKey).sort(),
})

let number = 0

async function compare(actions: readonly Action[]): Promise<void> {
  number++
  const ports = new Map(LINKS.map((link, at) => [link, `p${number}-${at}`]))
  const linux = await Linux.create(namespaceOf(lab, String(number)), ports)
  const memory = new Memory()
  const heard: { linux: string[]; memory: string[] } = { linux: [], memory: [] }
  linux.kernel.onEvents((events) => heard.linux.push(...events.map(wordsOf(linux.kernel.portId))))
  memory.kernel.onEvents((events) => heard.memory.push(...events.map(wordsOf(memory.kernel.portId))))
  const seen = (kernel: Kernel, words: readonly string[], dump: LinkTable): object => ({
    events: streams(words, links),
    heard: heardContents(kernel.table),
    there: contents(dump),
  })
  let links: ReadonlySet<string> = new Set()
  const settle = async (after?: Action): Promise<void> => {
    memory.kernel.drain()
    const wanted = seen(memory.kernel, heard.memory, memory.host.snapshot())
    const deadline = performance.now() + PATIENCE_MS
    for (let pause = 0; ; pause = Math.min(50, pause * 2 + 1)) {
      linux.kernel.drain()
      const real = seen(linux.kernel, heard.linux, linux.dump())
      if (JSON.stringify(real) === JSON.stringify(wanted)) break
      if (performance.now() > deadline) expect({ after, ...wanted }).toEqual({ after, ...real })
      await delay(pause)
    }
    links = new Set([...memory.kernel.table.links.values()].map((link) => `link ${linkWords(link)}`))
    heard.linux.length = 0
    heard.memory.length = 0
  }
  const indexOf = (name: string): number => memory.host.linkNamed(name)?.index ?? NOWHERE
  try {
    await settle()
    for (const each of [...START, ...actions]) {
      const answers = ask(linux.kernel, each, indexOf)
      const [real, ours] =
        answers === undefined
          ? await happen({ linux, memory }, each, indexOf)
          : [answers, ask(memory.kernel, each, indexOf)]
      expect({ asked: each, answers: ours }).toEqual({ asked: each, answers: real })
      await settle(each)
    }
  } finally {
    await linux.destroy()
  }
}

/** A host as they are: links that are up, and addresses on them. */
const START: readonly Action[] = [
  { do: 'link', name: 'eth0', set: 'up' },
  { do: 'link', name: 'eth1', set: 'up' },
  { do: 'addr', verb: 'add', address: { dev: 'eth0', cidr: '10.1.0.1/24' } },
  { do: 'addr', verb: 'add', address: { dev: 'eth0', cidr: 'fd01::1/64' } },
  { do: 'addr', verb: 'add', address: { dev: 'eth1', cidr: '10.2.0.1/24' } },
  { do: 'install', routes: [{ to: '192.168.7.0/24', via: '10.1.0.9', proto: 18 }] },
  { do: 'install', rules: [{ family: 4, pref: 99, table: 9, proto: 18 }] },
]

needs('netns')('the kernel in memory', () => {
  beforeAll(async () => {
    await batch([], [`netns add ${switchName}`])
    await batch(['-n', switchName], ['link add br0 type bridge mcast_snooping 0', 'link set br0 up'])
  })
  afterAll(() => batch([], [`netns del ${switchName}`]))

  test(
    `does what Linux does, in ${RUNS} sequences (VRRPD_KERNEL_SEED=${seed})`,
    async () => {
      const sequences = fc.array(action, { minLength: STEPS.min, maxLength: STEPS.max })
      await fc.assert(fc.asyncProperty(sequences, compare), {
        seed,
        numRuns: RUNS,
        endOnFailure: process.env['VRRPD_KERNEL_SHRINK'] === undefined,
      })
    },
    RUNS * 60_000,
  )
})
