/** The laboratory itself, proved on the real keepalived. */

import { existsSync } from 'node:fs'
import { expect, test, type TestContext } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { craftAdvert } from '../support/lab/craft.ts'
import { notifyLines, type Recorder } from '../support/lab/recorder.ts'
import { asAdvert, asGratuitousArp } from '../support/lab/frames.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { eventually, masterDownInterval, patiently, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const vip = '10.9.0.100'

const instance = (priority: number, recorder: Recorder): string => `
global_defs {
  script_user root
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress {
    ${vip}/24 brd + label eth0:vip
  }
  ${notifyLines(recorder)}
}
`

async function keepalivedPair({ onTestFinished }: TestContext) {
  const lab = await Lab.create({ hosts: ['a', 'b', 'probe'] })
  onTestFinished(() => lab.destroy())
  const [a, b, probe] = [lab.host('a'), lab.host('b'), lab.host('probe')]
  const capture = await probe.capture()
  const [calledA, calledB] = [await a.recorder(), await b.recorder()]
  const daemonA = await a.start({ kind: 'keepalived', config: instance(150, calledA) })
  await a.holdsWithin(vip, plus(masterDownInterval(150), promptly))
  // Started together, the other one could be first: what is between their intervals is 0.2 s.
  const daemonB = await b.start({ kind: 'keepalived', config: instance(100, calledB) })
  await daemonB.logs('Entering BACKUP STATE', patiently)
  return { lab, a, b, probe, capture, calledA, calledB, daemonA, daemonB }
}

needs('netns', 'keepalived')('a pair of keepalived', () => {
  test.concurrent('elects and is heard on the wire', async (context) => {
    const { a, b, capture, daemonA, daemonB } = await keepalivedPair(context)
    const [first] = await capture.adverts()
    expect(first).toMatchObject({ source: a.address(), vrid: 51, priority: 150, ttl: 255, addresses: [vip] })
    expect(first!.at - daemonA.startedAt).toBeGreaterThanOrEqual(masterDownInterval(150))
    expect(await capture.joinOf('224.0.0.18', daemonA.startedAt)).toBeLessThan(first!.at)
    expect(await a.addresses()).toContainEqual(
      expect.objectContaining({ local: vip, prefixlen: 24, label: 'eth0:vip', broadcast: '10.9.0.255' }),
    )
    expect(await b.holds(vip)).toBe(false)
    await untilStill({ kernels: [a.news], captures: [capture] })
    const burst = await capture.gratuitousArps()
    expect(burst).toHaveLength(5)
    expect(burst[0]).toMatchObject({ address: vip, mac: a.mac() })
    expect(await daemonB.stop()).toEqual({ code: 0, signal: null })
  })

  test.concurrent('the other side takes over one Master_Down_Interval after a crash', async (context) => {
    const { a, b, capture, daemonA } = await keepalivedPair(context)
    const monitor = await b.watchAddresses()
    const killed = await daemonA.kill()
    await b.holdsWithin(vip, plus(masterDownInterval(100), promptly))
    const adverts = await capture.adverts()
    const last = adverts.findLast((advert) => advert.source === a.address())!
    const next = adverts.find((advert) => advert.source === b.address() && advert.at > killed)!
    expect(next.at - last.at).toBeGreaterThanOrEqual(masterDownInterval(100))
    // A whole further interval would mean that something was waited for.
    expect(next.at - last.at).toBeLessThan(plus(masterDownInterval(100), seconds(1)))
    await monitor.sees('added', vip, killed)
    // On the wire, which sees both: its advert is first.
    const isArp = async (): Promise<void> => expect(await capture.gratuitousArps(killed)).not.toEqual([])
    await eventually(isArp, promptly)
    const frames = await capture.frames(killed)
    expect(frames.findIndex((frame) => asAdvert(frame)?.source === b.address())).toBeLessThan(
      frames.findIndex((frame) => asGratuitousArp(frame)?.mac === b.mac()),
    )
    expect(await a.holds(vip)).toBe(true)
  })

  test.concurrent(
    'a host that is cut off stays master; one without a cable, or asleep, does not',
    async (context) => {
      const { a, b, daemonA } = await keepalivedPair(context)
      await a.setReachable(false)
      await b.holdsWithin(vip, plus(masterDownInterval(100), promptly))
      expect(await a.holds(vip)).toBe(true)
      await a.setReachable(true)
      await b.lacksWithin(vip, promptly)
      await a.setCable('down')
      await daemonA.logs('Entering FAULT STATE', promptly)
      await a.lacksWithin(vip, promptly)
      await a.setCable('up')
      await b.lacksWithin(vip, plus(masterDownInterval(150), promptly))
      daemonA.freeze()
      await b.holdsWithin(vip, plus(masterDownInterval(100), promptly))
      daemonA.thaw()
      await b.lacksWithin(vip, plus(masterDownInterval(100), promptly))
    },
  )

  test.concurrent('leaves nothing behind', async (context) => {
    const { lab, a, daemonA, daemonB } = await keepalivedPair(context)
    await lab.destroy()
    expect([daemonA.running, daemonB.running, existsSync(lab.directory)]).toEqual([false, false, false])
    await expect(a.ip('link')).rejects.toThrow(/No such file|Cannot open network namespace/)
  })
})

// In a user namespace it may not set a script's groups, and runs none.
needs(
  'netns',
  'root',
  'keepalived',
)('keepalived with scripts', () => {
  test.concurrent('calls them', async (context) => {
    const { calledA } = await keepalivedPair(context)
    await eventually(async () => {
      expect((await calledA.calls()).map((call) => call.args.join(' ')).sort()).toEqual([
        'notify INSTANCE VI_1 BACKUP 150',
        'notify INSTANCE VI_1 MASTER 150',
        'notify_backup',
        'notify_master',
      ])
    })
  })
})

needs('netns')('frames', () => {
  test('an injected advert arrives as it was made', async ({ onTestFinished }) => {
    const lab = await Lab.create({ hosts: ['a', 'b'] })
    onTestFinished(() => lab.destroy())
    const [a, b] = [lab.host('a'), lab.host('b')]
    const capture = await b.capture()
    const fields = { source: a.address(), vrid: 7, priority: 200, addresses: ['10.9.0.7', '10.9.0.8'] }
    const frame = craftAdvert({ ...fields, password: '1111' })
    const sent = wallNow()
    await a.inject(frame)
    const [advert] = await capture.adverts()
    expect(advert).toMatchObject({ ...fields, destination: '224.0.0.18', ttl: 255 })
    expect(advert!.bytes.equals(frame.subarray(14))).toBe(true)
    expect(advert!.at).toBeGreaterThanOrEqual(sent)
    expect(advert!.at).toBeLessThanOrEqual(wallNow())
  })
})
