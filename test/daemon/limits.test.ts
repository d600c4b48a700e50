/**
 * Configurations in which every limit is exceeded: of the wire (a count of one byte, the packet that has
 * to fit into its link), of netlink (attributes of 64 KiB), of the kernel (names), of numbers. Nothing
 * throws, whatever is in force before and after: a reload with such a file must not end the daemon.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advertCapacity } from '../../src/base/advert-capacity.ts'
import type { Model } from '../../src/config/model.ts'
import { printModel } from '../../src/config/print.ts'
import { AdvertDispatcher } from '../../src/daemon/adverts/advert-dispatcher.ts'
import { assemble, type Assembled, type Assembly } from '../../src/daemon/assemble.ts'
import { tellNote } from '../../src/daemon/journal/recorder-text.ts'
import { sendBurst } from '../../src/daemon/kernel/announcer.ts'
import { bind } from '../../src/addressing/link-binding.ts'
import { describeNote } from '../../src/daemon/log/messages.ts'
import { reloadPlan } from '../../src/daemon/reading/reload-plan.ts'
import { perform, type AdvertToSend } from '../../src/daemon/outbox.ts'
import { encodeDeleteAddress, encodeNewAddress } from '../../src/netlink/address-message.ts'
import { encodeRoute } from '../../src/netlink/route-message.ts'
import { encodeRule } from '../../src/netlink/rule-message.ts'
import type { Link } from '../../src/netlink/types.ts'
import type { Facts, LinkFact } from '../../src/vrrp/conditions.ts'
import {
  createEngine,
  nextDeadline,
  stepEngine,
  type Engine,
  type EngineEvent,
} from '../../src/vrrp/engine.ts'
import { identityOf } from '../../src/vrrp/reconfigure.ts'
import { readAddresses } from '../../src/vrrp/wire/advertisement.ts'
import { parsePacket } from '../../src/vrrp/wire/packet.ts'
import { load } from '../config/support.ts'
import { at, ip } from '../vrrp/kit.ts'

const COUNTS = [0, 1, 3, 4, 12, 131, 250, 255, 256, 260, 300, 600]
const FEW = [0, 0, 1, 2, 40]
const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '100',
  '254',
  '255',
  '256',
  '65535',
  '65536',
  '2147483648',
  '4294967295',
].concat(['4294967296', '99999999999999999999', '0.000001', '0.01', '40.96', '1e9', 'x', '""'])
const NAMES = ['VI', 'x'.repeat(16), 'y'.repeat(300), 'ü€', 'a.b:c', '%n$s']
const LONG = 'i'.repeat(70_000)
const MTUS = [undefined, 0, 68, 74, 100, 256, 576, 1049, 1070, 1500, 65_535]

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

const block = (head: string, body: string): string => (body === '' ? '' : `${head} {\n${body}\n}\n`)

const host = (index: number): string => `10.${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`

const number = fc.constantFrom(...NUMBERS)

/** Lines of an instance that have a number in them. */
const settings = fc
  .subarray([
    'advert_int',
    'priority',
    'garp_master_delay',
    'garp_master_repeat',
    'garp_master_refresh',
    'garp_master_refresh_repeat',
    'garp_lower_prio_delay',
    'garp_lower_prio_repeat',
    'down_timer_adverts',
    'preempt_delay',
    'unicast_ttl',
    'version',
    'kernel_rx_buf_size',
  ])
  .chain((keywords) =>
    fc
      .array(number, { minLength: keywords.length, maxLength: keywords.length })
      .map((values) => keywords.map((keyword, index) => `${keyword} ${values[index] ?? ''}`).join('\n')),
  )

const route = fc.tuple(fc.constantFrom(0, 1, 2, 300, 5000), number, number, number).map(
  ([nexthops, table, metric, id]) =>
    (index: number): string =>
      `${host(index)}/32 table ${table} metric ${metric} mtu ${metric} encap ip id ${id} dst 10.0.0.1 ttl 9 ` +
      (nexthops === 0
        ? 'via 10.0.0.254 dev eth0'
        : Array.from({ length: nexthops }, () => 'nexthop via 10.0.0.254 dev eth0 weight 256').join(' ')),
)
const plainRoute = fc.constantFrom(0, 1, 2, 300, 5000).map(
  (nexthops) =>
    (index: number): string =>
      `${host(index)}/32 ${nexthops === 0 ? 'via 10.0.0.254' : 'nexthop via 10.0.0.254 dev eth0 weight 256 '.repeat(nexthops)}`,
)

const rule = fc.tuple(number, number, fc.constantFrom('eth0', 'i'.repeat(16), LONG)).map(
  ([preference, mark, iif]) =>
    (index: number): string =>
      `from ${host(index)} table 100 preference ${preference} fwmark ${mark} iif ${iif} tunnel-id ${mark}`,
)
const plainRule = fc.constantFrom('eth0', 'i'.repeat(16), LONG).map(
  (iif) =>
    (index: number): string =>
      `from ${host(index)} iif ${iif} oif ${iif} table 100`,
)

const instance = fc
  .record({
    name: fc.constantFrom(...NAMES),
    vrid: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('1', '51', '255') },
      { weight: 1, arbitrary: number },
    ),
    settings,
    auth: fc.constantFrom('', 'PASS', 'AH'),
    vmac: fc.constantFrom('', 'use_vmac', `use_vmac ${'v'.repeat(15)}`, `use_vmac ${LONG}`),
    addresses: fc.constantFrom(...COUNTS),
    label: fc.constantFrom('', 'label l', `label ${'l'.repeat(300)}`),
    excluded: fc.constantFrom(...FEW),
    peers: fc.constantFrom(0, 0, 1, 100),
    routes: fc.tuple(fc.constantFrom(0, 0, 1, 3), fc.oneof(route, plainRoute)),
    rules: fc.tuple(fc.constantFrom(0, 0, 1, 3), fc.oneof(rule, plainRule)),
    trackers: fc.tuple(fc.constantFrom(...FEW), number),
  })
  .map((wanted) => {
    const [routes, routeLine] = wanted.routes
    const [rules, ruleLine] = wanted.rules
    const [trackers, weight] = wanted.trackers
    return {
      name: wanted.name,
      trackers,
      text: block(
        `vrrp_instance "${wanted.name}"`,
        [
          `interface eth0\nvirtual_router_id ${wanted.vrid}\n${wanted.settings}\n${wanted.vmac}`,
          block('authentication', wanted.auth && `auth_type ${wanted.auth}\nauth_pass ${'p'.repeat(300)}`),
          block(
            'unicast_peer',
            lines(wanted.peers, (index) => `10.0.1.${index % 256}`),
          ),
          block(
            'virtual_ipaddress',
            lines(wanted.addresses, (index) => `${host(index)}/24 ${wanted.label}`),
          ),
          block(
            'virtual_ipaddress_excluded',
            lines(wanted.excluded, (index) => `fd00::${index.toString(16)}`),
          ),
          block('virtual_routes', lines(routes, routeLine)),
          block('virtual_rules', lines(rules, ruleLine)),
          block(
            'track_file',
            lines(trackers, (index) => `f${index} weight ${weight}`),
          ),
          block(
            'track_process',
            lines(trackers, (index) => `p${index} weight ${weight}`),
          ),
        ].join('\n'),
      ),
    }
  })

const configuration = fc
  .record({
    instances: fc.uniqueArray(instance, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
    member: fc.constantFrom('', 'VI', 'nobody', LONG),
    grouped: fc.boolean(),
    repeat: number,
  })
  .map(({ instances, member, grouped, repeat }) => {
    const trackers = Math.max(...instances.map((each) => each.trackers))
    const members = [...instances, ...instances].map(({ name }) => `"${name}"`).join('\n')
    return [
      block(
        'global_defs',
        `vrrp_garp_master_repeat ${repeat}\nvrrp_garp_master_delay ${repeat}\ndynamic_interfaces`,
      ),
      lines(trackers, (index) => `vrrp_track_file f${index} {\nfile /x${index}\n}`),
      lines(trackers, (index) => `vrrp_track_process p${index} {\nprocess x${index}\n}`),
      ...instances.map(({ text }) => text),
      grouped ? block('vrrp_sync_group G', block('group', `${members}\n${member}`)) : '',
    ].join('\n')
  })

const NIC: Link = {
  index: 2,
  name: 'eth0',
  up: true,
  noArp: false,
  multicast: true,
  loopback: false,
  mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  mtu: 1500,
}

/** A daemon without its surroundings: what it would send and ask of the kernel is made and looked at. */
class Bench {
  private assembly: Assembly
  private model: Model
  private dispatcher: AdvertDispatcher
  private engine: Engine
  private mtu: number | undefined
  private now = at(1)
  adverts = 0

  constructor(model: Model, mtu: number | undefined) {
    this.model = model
    this.mtu = mtu
    this.assembly = assemble(model)
    this.dispatcher = new AdvertDispatcher(this.assembly.routers)
    const { groups, routers } = this.assembly
    this.engine = createEngine(
      { routers: routers.map(({ router }) => router), groups, facts: this.facts() },
      this.now,
    )
    this.dispatch({ type: 'start' })
  }

  run(): void {
    for (let turn = 0; turn < 12; turn++) {
      this.now = nextDeadline(this.engine) ?? this.now
      this.dispatch({ type: 'alarm' })
    }
  }

  setMtu(mtu: number | undefined): void {
    this.mtu = mtu
    for (const [name, fact] of this.facts().links) this.dispatch({ type: 'link', name, fact })
  }

  reload(model: Model): void {
    reloadPlan(this.model, model)
    const assembly = assemble(model, () => true, { virtualMacs: macsOf(this.assembly) })
    const wanted = new Set(assembly.routers.map(({ router }) => identityOf(router)))
    const dismissed = this.assembly.routers.filter(({ router }) => !wanted.has(identityOf(router)))
    this.dispatch({ type: 'dismiss', routers: dismissed.map(({ router }) => router.name) })
    this.model = model
    this.assembly = assembly
    this.dispatcher = this.dispatcher.reconfigured(assembly.routers)
    const { routers, groups } = assembly
    const facts = { ...this.engine.facts, links: this.facts().links }
    this.dispatch({
      type: 'reconfigure',
      setup: { routers: routers.map(({ router }) => router), groups, facts },
    })
  }

  stop(): void {
    this.dispatch({ type: 'stop' })
  }

  private facts(): Facts {
    const fact: LinkFact = {
      up: true,
      source: ip('10.0.0.1'),
      ...(this.mtu !== undefined && { mtu: this.mtu }),
    }
    const names = ['eth0', ...macsOf(this.assembly).map(({ name }) => name)]
    const { trackFiles, trackProcesses } = this.model
    return {
      links: new Map(names.map((name) => [name, fact])),
      scripts: new Map(),
      files: new Map(trackFiles.map(({ name }) => [name, 1])),
      processes: new Map(trackProcesses.map(({ name }) => [name, 'up'])),
    }
  }

  private dispatch(event: EngineEvent): void {
    const { engine, effects } = stepEngine(this.engine, event, this.now)
    this.engine = engine
    perform(effects, (name) => this.named(name), {
      sendAdvert: (assembled, advert) => {
        this.send(assembled, advert)
      },
      install: askKernel,
      withdraw: askKernel,
      announce: (assembled, repeat) => {
        announce(assembled, repeat)
      },
      publish: (event) => {
        if (event.type === 'election') describeNote(event.router, event.event)
        if (event.type !== 'note') return
        describeNote(event.router, event.note)
        tellNote(event.router, event.note, '')
      },
    })
  }

  private named(name: string): Assembled {
    const found = this.assembly.routers.find(({ router }) => router.name === name)
    if (!found) throw new Error(`no router ${name}`)
    return found
  }

  /** As the kernel would have it: nothing longer than the MTU, and another router can read it. */
  private send(assembled: Assembled, { source, priority, unadvertised }: AdvertToSend): void {
    if (source === undefined) return
    const { addresses, signed = false } = assembled.router
    const capacity = advertCapacity(this.mtu === 0 ? 0 : this.mtu, { version: 2, family: 4, signed })
    for (const { bytes } of this.dispatcher.encode(assembled, source, priority, unadvertised)) {
      const parsed = parsePacket(bytes)
      expect(parsed.ok).toBe(true)
      if (!parsed.ok) return
      const { fixed, pdu } = parsed.value
      expect(readAddresses(pdu, 4, fixed.count)).toEqual(addresses.slice(0, capacity))
      if (this.mtu !== undefined && this.mtu >= 68) expect(bytes.length).toBeLessThanOrEqual(this.mtu)
      this.adverts++
    }
  }
}

const macsOf = ({ routers }: Assembly): Assembled['virtualMacs'] =>
  routers.flatMap(({ virtualMacs }) => virtualMacs)

function askKernel(assembled: Assembled): void {
  const { addresses, routes, rules } = bind(assembled, (name) => ({ ...NIC, name }))
  for (const { spec } of addresses) expect(encodeNewAddress(spec).length).toBeLessThan(0x10000)
  for (const { spec } of addresses) expect(encodeDeleteAddress(spec).length).toBeLessThan(0x10000)
  for (const { spec } of routes) encodeRoute(spec)
  for (const { spec } of rules) encodeRule(spec)
}

function announce({ router }: Assembled, repeat: number): void {
  const sent: number[] = []
  const arp = {
    send: (_index: number, frames: readonly Uint8Array[]) => {
      sent.push(frames.length)
      return { ok: true, value: frames.length } as const
    },
    close: () => undefined,
  }
  const announcements = router.addresses.map((address) => ({ link: NIC, address }))
  const linkSettings = { read: () => undefined, write: () => false }
  sendBurst({ arp, linkSettings, outcome: () => undefined }, announcements, repeat)
  for (const frames of sent) expect(frames).toBeLessThanOrEqual(20_000)
}

test('limits exceeded, at start and by reloads', async () => {
  let adverts = 0
  const change = fc.record({ text: configuration, mtu: fc.constantFrom(...MTUS) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 3 }), async ([first, ...others]) => {
      if (first === undefined) return
      const { model } = await load(first.text)
      expect((await load(printModel(model))).model.instances.map(countsOf)).toEqual(
        model.instances.map(countsOf),
      )
      const bench = new Bench(model, first.mtu)
      bench.run()
      for (const { text, mtu } of others) {
        bench.setMtu(mtu)
        bench.reload((await load(text)).model)
        bench.run()
      }
      bench.stop()
      adverts += bench.adverts
    }),
    { numRuns: 40 },
  )
  // Most configurations come to being MASTER, or this would prove nothing.
  expect(adverts).toBeGreaterThan(500)
}, 120_000)

const countsOf = ({ addresses, excludedAddresses }: Model['instances'][number]): readonly number[] => [
  addresses.length,
  excludedAddresses.length,
]
