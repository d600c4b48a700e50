/** Which adverts keep a Backup from taking over, by who sent them where, beside keepalived. */

import { describe, expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab } from '../support/lab.ts'
import { inject } from '../support/lab/capture.ts'
import { craftAdvert, type AdvertFields } from '../support/lab/craft.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const PEER = '10.9.0.2'
const STRANGER = '10.9.0.77'
const SECOND = '10.9.0.11'

interface Case {
  readonly name: string
  /** The instance's lines. */
  readonly lines: string
  /** What is sent is a right advert of a peer, to the host's first address, but for this. */
  readonly sent: Partial<AdvertFields>
  /** Several cases with one VRID share it; else each has its own. */
  readonly vrid?: number
  /** In the words of both. */
  readonly said?: string
  /** What vrrpd does where it is meant to differ. */
  readonly vrrpd?: 'listens'
}

const peers = (...lines: readonly string[]): string => `unicast_peer {\n${lines.join('\n')}\n}`

const cases: readonly Case[] = [
  { name: 'of a peer', lines: peers(PEER), sent: {} },
  { name: 'of a stranger', lines: peers(PEER), sent: { source: STRANGER } },
  { name: 'of a peer, checked', lines: `check_unicast_src\n${peers(PEER)}`, sent: {} },
  {
    name: 'of a stranger, checked',
    lines: `check_unicast_src\n${peers(PEER)}`,
    sent: { source: STRANGER },
    said: `unicast source address ${STRANGER} not a unicast peer`,
  },
  { name: 'passed on by routers', lines: peers(PEER), sent: { ttl: 7 } },
  { name: 'with a sufficient TTL', lines: peers(`${PEER} min_ttl 250`), sent: { ttl: 250 } },
  {
    name: 'with too low a TTL',
    lines: peers(`${PEER} min_ttl 250`),
    sent: { ttl: 249 },
    said: 'TTL/HL 249 not in range 250 - 255',
  },
  { name: 'with a TTL at the upper limit', lines: peers(`${PEER} max_ttl 250`), sent: { ttl: 250 } },
  {
    name: 'with too high a TTL',
    lines: peers(`${PEER} max_ttl 250`),
    sent: { ttl: 251 },
    said: 'TTL/HL 251 not in range 0 - 250',
  },
  {
    name: 'of a stranger, when a peer has limits',
    lines: peers(`${PEER} min_ttl 1`),
    sent: { source: STRANGER },
  },
  { name: 'to the group', lines: peers(PEER), sent: { destination: '224.0.0.18' } },
  { name: 'to another own address', lines: peers(PEER), sent: { destination: SECOND } },
  {
    name: 'to the source that is configured',
    lines: `unicast_src_ip ${SECOND}\n${peers(PEER)}`,
    sent: { destination: SECOND },
  },
  { name: 'to an address beside it', lines: `unicast_src_ip ${SECOND}\n${peers(PEER)}`, sent: {} },
  { name: 'unicast for a group', lines: '', sent: {} },
  {
    name: 'to the group of the instance',
    lines: 'mcast_dst_ip 224.0.0.99',
    sent: { destination: '224.0.0.99' },
  },
  {
    name: 'to the usual group, which is not the instance’s',
    lines: 'mcast_dst_ip 224.0.0.99',
    sent: { destination: '224.0.0.18' },
  },
  // keepalived 2.2.7 gives everything to the second.
  {
    name: 'first of two with one VRID',
    lines: peers('10.9.0.3'),
    sent: { source: '10.9.0.3' },
    vrid: 200,
    vrrpd: 'listens',
  },
  { name: 'second of two with one VRID', lines: peers('10.9.0.4'), sent: { source: '10.9.0.9' }, vrid: 200 },
  {
    name: 'first of two with one VRID, silent',
    lines: peers('10.9.0.3'),
    sent: { source: '10.9.0.9' },
    vrid: 201,
  },
  {
    name: 'second of two with one VRID, heard',
    lines: peers('10.9.0.4'),
    sent: { source: '10.9.0.4' },
    vrid: 201,
  },
  {
    name: 'one with its own source and one VRID',
    lines: `unicast_src_ip ${SECOND}\n${peers(PEER)}`,
    sent: { destination: SECOND },
    vrid: 202,
  },
  {
    name: 'one with another source and that VRID',
    lines: peers(PEER),
    sent: { destination: '10.9.0.99' },
    vrid: 202,
  },
  { name: 'one with a group and that VRID', lines: '', sent: { destination: '224.0.0.18' }, vrid: 202 },
]

const instances = cases.map((each, index) => ({
  ...each,
  vrid: each.vrid ?? index + 1,
  vip: `10.9.1.${index + 1}`,
  instance: `V${index + 1}`,
}))

const config = instances
  .map(
    ({ instance, vrid, vip, lines }) => `
vrrp_instance ${instance} {
  state BACKUP
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  garp_master_delay 60
  ${lines}
  virtual_ipaddress {
    ${vip}/24
  }
}`,
  )
  .join('\n')

async function play({ onTestFinished }: TestContext, kind: DaemonKind) {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const [router, probe] = [lab.host('router'), lab.host('probe')]
  await router.ip('addr', 'add', `${SECOND}/24`, 'dev', 'eth0')
  const frames = instances.map(({ vrid, vip, sent }) => {
    const destination = sent.destination ?? router.address()
    const isGroup = destination.startsWith('224.')
    return craftAdvert({
      source: PEER,
      vrid,
      priority: 200,
      addresses: [vip],
      destination,
      ...(!isGroup && { destinationMac: router.mac() }),
      ...sent,
    })
  })
  const links = JSON.parse(await probe.ip('-j', 'link', 'show', 'dev', 'eth0')) as [{ ifindex: number }]
  const daemon = await router.start({ kind, config })
  const last = instances.find(({ name }) => name === 'of a stranger, checked')!
  const speaking = setInterval(() => {
    inject(probe.namespace, links[0].ifindex, ...frames)
  }, 300)
  onTestFinished(() => {
    clearInterval(speaking)
  })
  await until('those that hear nobody to take over', () => router.holds(last.vip), patiently)
  await untilStill({ kernels: [router.news] }, seconds(1.5))
  const held = new Set((await router.addresses()).map(({ local }) => local))
  clearInterval(speaking)
  return {
    seen: instances.map(({ name, vip }) => `${name}: ${held.has(vip) ? 'takes over' : 'listens'}`),
    log: await daemon.log(),
  }
}

describe.concurrent('adverts to unicast instances', () => {
  needs(
    'netns',
    'built',
    'keepalived',
  )('by who sent them where', () => {
    test('are accepted or refused as keepalived does', async (context) => {
      const [keepalived, vrrpd] = await Promise.all([play(context, 'keepalived'), play(context, 'vrrpd')])
      expect(keepalived.seen).toContain('of a peer: listens')
      expect(vrrpd.seen).toEqual(
        cases.map(({ name, vrrpd: ours }, index) => (ours ? `${name}: ${ours}` : keepalived.seen[index])),
      )
      for (const { instance, said } of instances) {
        if (said === undefined) continue
        const line = `(${instance}) ${said}`
        expect(keepalived.log).toContain(line)
        expect(vrrpd.log.split(line), `${line}: once as Backup, once as Master`).toHaveLength(3)
      }
    })
  })
})
