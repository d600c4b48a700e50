/** What is sent: byte for byte what keepalived sends for the same configuration. */

import { expect, test, type TestContext } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { asAdvert, asGratuitousArp, joinsGroup, type Frame } from '../support/lab/frames.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { eventually, masterDownInterval } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

/** By VRID, which is also the last number of its addresses, modulo 50; each is one way of writing an instance. */
const instances: Readonly<Record<number, string>> = {
  1: 'priority 150\n virtual_ipaddress {\n 10.9.1.1\n }',
  2: `priority 150
    authentication {\n auth_type PASS\n auth_pass a\n }
    virtual_ipaddress {\n 10.9.1.2/24\n 10.9.1.102/24\n 10.9.1.52/24 brd +\n }`,
  3: `priority 150
    authentication {\n auth_type PASS\n auth_pass longer-than-eight\n }
    virtual_ipaddress {\n 10.9.1.3\n ${Array.from({ length: 19 }, (_, n) => `10.9.2.${n + 1}/32 dev lo`).join('\n')}\n }`,
  4: `priority 150
    virtual_ipaddress {\n 10.9.1.4\n }
    virtual_ipaddress_excluded {\n 10.9.1.104\n }`,
  5: 'priority 150\n mcast_src_ip 10.9.0.77\n virtual_ipaddress {\n 10.9.1.5\n }',
  6: 'priority 250\n advert_int 2\n virtual_ipaddress {\n 10.9.1.6\n }',
  7: 'priority 255\n state MASTER\n virtual_ipaddress {\n 10.9.1.7\n }',
  8: 'state MASTER\n virtual_ipaddress {\n 10.9.1.8\n }',
  9: 'state BACKUP\n virtual_ipaddress {\n 10.9.1.9\n }',
  10: 'priority 150\n track_script {\n chk weight -60\n }\n virtual_ipaddress {\n 10.9.1.10\n }',
  11: 'priority 150\n track_script {\n chk weight 60\n }\n virtual_ipaddress {\n 10.9.1.11\n }',
  12: 'priority 1\n virtual_ipaddress {\n 10.9.1.12\n }',
  13: 'priority 150\n version 3\n virtual_ipaddress {\n 10.9.1.13/24\n 10.9.1.113/24\n }',
  14: 'priority 240\n version 3\n advert_int 0.37\n virtual_ipaddress {\n 10.9.1.14\n }',
}
const vrids = Object.keys(instances).map(Number)

const config = (check: string): string => `
global_defs {
  script_user root
}
vrrp_script chk {
  script "${check}"
  interval 1
}
${Object.entries(instances)
  .map(
    ([vrid, lines]) => `
vrrp_instance V${vrid} {
  interface eth0
  virtual_router_id ${vrid}
  garp_master_delay 60
  ${lines}
}`,
  )
  .join('\n')}
`

/** Everything that was said, without repetitions: frames in hexadecimal. */
interface Speech {
  /** By VRID, from the first advert to the last. */
  readonly adverts: Readonly<Record<number, readonly string[]>>
  /** By VRID, every one in its order. */
  readonly arps: Readonly<Record<number, readonly string[]>>
  readonly join: string | undefined
}

async function listen({ onTestFinished }: TestContext, kind: DaemonKind): Promise<Speech> {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  const check = await router.check()
  const capture = await lab.host('probe').capture()
  const daemon = await router.start({ kind, config: config(check.command) })
  // The one that waits longest: at an interval of two seconds.
  await router.holdsWithin('10.9.1.6', plus(masterDownInterval(250, seconds(2)), promptly))
  await check.fail()
  await daemon.logs(/\(V10\) Changing effective priority from 150 to 90/, plus(seconds(1), promptly))
  await daemon.logs(/\(V11\) Changing effective priority from 210 to 150/, promptly)
  // The priority goes out with the next advert.
  await eventually(async () => {
    const adverts = await capture.adverts()
    const last = (vrid: number): number | undefined =>
      adverts.findLast((advert) => advert.vrid === vrid)?.priority
    expect([last(10), last(11)]).toEqual([90, 150])
  })
  await daemon.stop()
  const frames = await capture.frames()
  return {
    adverts: Object.fromEntries(vrids.map((vrid) => [vrid, advertsOf(frames, vrid)])),
    arps: Object.fromEntries(vrids.map((vrid) => [vrid, arpsOf(frames, vrid)])),
    join: frames.find((frame) => joinsGroup(frame, '224.0.0.18'))?.bytes.toString('hex'),
  }
}

function advertsOf(frames: readonly Frame[], vrid: number): readonly string[] {
  const own = frames.filter((frame) => asAdvert(frame)?.vrid === vrid)
  const texts = own.map(({ bytes }) => withoutId(bytes).toString('hex'))
  return texts.filter((text, index) => text !== texts[index - 1])
}

const arpsOf = (frames: readonly Frame[], vrid: number): readonly string[] =>
  frames
    .filter((frame) => Number(asGratuitousArp(frame)?.address.split('.')[3]) % 50 === vrid)
    .map(({ bytes }) => bytes.toString('hex'))

/** The identification, and the header's checksum, which covers it. */
function withoutId(frame: Buffer): Buffer {
  const copy = Buffer.from(frame)
  copy.fill(0, 18, 20)
  copy.fill(0, 24, 26)
  return copy
}

/** The kernel makes one up for those that let it write the header. */
function withoutFlowLabel(packet: Buffer): Buffer {
  const copy = Buffer.from(packet)
  copy.writeUInt32BE((copy.readUInt32BE(0) & 0xfff00000) >>> 0, 0)
  return copy
}

const priorityOf = (advert: string): number => Number.parseInt(advert.slice(2 * 36, 2 * 37), 16)

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('adverts', () => {
  test('are byte for byte those of keepalived, from the first to the farewell', async (context) => {
    const [keepalived, vrrpd] = await Promise.all([listen(context, 'keepalived'), listen(context, 'vrrpd')])
    const priorities = vrids.map((vrid) => keepalived.adverts[vrid]?.map(priorityOf))
    expect(priorities, 'the story that keepalived tells').toEqual([
      ...[150, 150, 150, 150, 150, 250, 255, 255, 100].map((priority) => [priority, 0]),
      [150, 90, 0],
      [210, 150, 0],
      [1, 0],
      [150, 0],
      [240, 0],
    ])
    expect(vrrpd).toEqual(keepalived)
    expect(vrids.map((vrid) => vrrpd.arps[vrid]?.length)).toEqual([
      ...[5, 15, 5, 10, 5, 5, 5, 5, 5, 5, 5, 5],
      ...[10, 5],
    ])
  })

  test('over IPv6 they are, too, and so are neighbour advertisements', async ({ onTestFinished }) => {
    const listenTo = async (kind: DaemonKind): Promise<readonly string[]> => {
      const lans = [{ link: 'eth0', subnet: '10.9.0.0/24', ipv6: true }] as const
      const lab = await Lab.create({ hosts: ['router', 'probe'], lans })
      onTestFinished(() => lab.destroy())
      const router = lab.host('router')
      const capture = await lab.host('probe').capture()
      const config = `
vrrp_instance V6 {
  interface eth0
  virtual_router_id 61
  priority 150
  advert_int 0.5
  garp_master_delay 60
  virtual_ipaddress {
    fe80::61/64
    2001:db8::61/64
    2001:db8::62
  }
}`
      const daemon = await router.start({ kind, config })
      await router.holdsWithin('2001:db8::62', plus(masterDownInterval(150), promptly))
      await eventually(async () => expect((await capture.gratuitousArps()).length).toBeGreaterThanOrEqual(15))
      await daemon.stop()
      const adverts = (await capture.adverts()).map(({ bytes }) => withoutFlowLabel(bytes).toString('hex'))
      const announced = (await capture.gratuitousArps()).map(({ bytes }) => bytes.toString('hex'))
      return [...adverts.filter((text, index) => text !== adverts[index - 1]), ...announced]
    }
    const [keepalived, vrrpd] = await Promise.all([listenTo('keepalived'), listenTo('vrrpd')])
    expect(keepalived).toHaveLength(2 + 15)
    expect(vrrpd).toEqual(keepalived)
  })
})
