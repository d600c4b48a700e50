/** The laboratory itself, proved on the real keepalived. */

import { existsSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { notifyLines, type Recorder } from '../support/lab/recorder.ts'
import { masterDownInterval } from '../support/lab/time.ts'
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

async function keepalivedPair() {
  const lab = await Lab.create({ hosts: ['a', 'b', 'probe'] })
  onTestFinished(() => lab.destroy())
  const [a, b, probe] = [lab.host('a'), lab.host('b'), lab.host('probe')]
  const capture = await probe.capture()
  const [calledA, calledB] = [await a.recorder(), await b.recorder()]
  const daemonA = await a.start({ kind: 'keepalived', config: instance(150, calledA) })
  const daemonB = await b.start({ kind: 'keepalived', config: instance(100, calledB) })
  await a.holdsWithin(vip, plus(masterDownInterval(150), promptly))
  return { lab, a, b, probe, capture, calledA, calledB, daemonA, daemonB }
}

needs('netns', 'tcpdump', 'keepalived')('a pair of keepalived', () => {
  test('elects, is heard on the wire, and calls its scripts', async () => {
    const { a, b, capture, calledA, daemonA, daemonB } = await keepalivedPair()
    const [first] = await capture.adverts()
    expect(first).toMatchObject({ source: a.address(), vrid: 51, priority: 150, ttl: 255, addresses: [vip] })
    expect(first!.at - daemonA.startedAt).toBeGreaterThanOrEqual(masterDownInterval(150))
    expect(await capture.joinOf('224.0.0.18', daemonA.startedAt)).toBeLessThan(first!.at)
    expect(await a.addresses()).toContainEqual(
      expect.objectContaining({ local: vip, prefixlen: 24, label: 'eth0:vip', broadcast: '10.9.0.255' }),
    )
    expect(await b.holds(vip)).toBe(false)
    const burst = await capture.gratuitousArps()
    expect(burst).toHaveLength(5)
    expect(burst[0]).toMatchObject({ address: vip, mac: a.mac() })
    expect((await calledA.calls()).map((call) => call.args.join(' ')).sort()).toEqual([
      'notify INSTANCE VI_1 BACKUP 150',
      'notify INSTANCE VI_1 MASTER 150',
      'notify_backup',
      'notify_master',
    ])
    expect(await daemonB.stop()).toEqual({ code: 0, signal: null })
  })

  test('the other side takes over one Master_Down_Interval after a crash', async () => {
    const { a, b, capture, daemonA } = await keepalivedPair()
    const monitor = await b.watchAddresses()
    const killed = await daemonA.kill()
    await b.holdsWithin(vip, plus(masterDownInterval(100), promptly))
    const adverts = await capture.adverts()
    const last = adverts.findLast((advert) => advert.source === a.address())!
    const next = adverts.find((advert) => advert.source === b.address() && advert.at > killed)!
    expect(next.at - last.at).toBeGreaterThanOrEqual(masterDownInterval(100))
    // A whole further interval would mean that something was waited for.
    expect(next.at - last.at).toBeLessThan(plus(masterDownInterval(100), seconds(1)))
    const held = await monitor.sees('added', vip, killed)
    expect(held.at - last.at).toBeGreaterThanOrEqual(masterDownInterval(100))
    expect(await a.holds(vip)).toBe(true)
  })

  test('a host that is cut off stays master; one without a cable, or asleep, does not', async () => {
    const { a, b, daemonA } = await keepalivedPair()
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
  })

  test('leaves nothing behind', async () => {
    const { lab, a, daemonA, daemonB } = await keepalivedPair()
    await lab.destroy()
    expect([daemonA.running, daemonB.running, existsSync(lab.directory)]).toEqual([false, false, false])
    await expect(a.ip('link')).rejects.toThrow(/No such file|Cannot open network namespace/)
  })
})
