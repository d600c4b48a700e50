/** What the kernel does with VRRP behind a firewall, and whether vrrpd tells the operator. */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { plus } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { craftAdvert, craftSigned } from '../support/lab/craft.ts'
import { masterDownInterval } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const vip = '10.9.0.100'

const instance = (priority: number, more = ''): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress {
    ${vip}/24
  }
  ${more}
}
`

const dropInput =
  'table ip filter { chain input { type filter hook input priority 0; ip protocol 112 drop; }; }'
const dropIngress =
  'table netdev early { chain in { type filter hook ingress device eth0 priority 0; ip protocol 112 drop; }; }'

async function makeLab<const Name extends string>({ onTestFinished }: TestContext, hosts: readonly Name[]) {
  const lab = await Lab.create({ hosts })
  onTestFinished(() => lab.destroy())
  return lab
}

needs(
  'netns',
  'built',
  'nft',
)('a firewall that drops adverts', () => {
  test.concurrent(
    'is named before the router becomes Master, and forgotten when it is opened',
    async (context) => {
      const lab = await makeLab(context, ['a', 'b'])
      const [a, b] = [lab.host('a'), lab.host('b')]
      const first = await a.start({ kind: 'vrrpd', config: instance(150) })
      await a.holdsWithin(vip, plus(masterDownInterval(150), promptly))
      await b.exec(['nft', '-f', '-'], dropInput)
      const second = await b.start({ kind: 'vrrpd', config: instance(100) })
      // As with keepalived: being told does not stop it.
      await b.holdsWithin(vip, plus(masterDownInterval(100), promptly))
      const said = `adverts from ${a.address()} (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 112 to 224.0.0.18`
      await second.logs(said, promptly)
      await second.logs('Entering MASTER STATE', promptly)
      const log = await second.log()
      expect(log.indexOf(said)).toBeLessThan(log.indexOf('Entering MASTER STATE'))
      // The other one, whom nothing is kept from, hears the lower priority and has no complaint.
      expect(await first.log()).not.toContain('firewall')
      await b.exec(['nft', 'flush', 'ruleset'])
      await b.lacksWithin(vip, promptly)
      expect((await second.log()).split('firewall')).toHaveLength(2)
    },
  )

  test.concurrent('a firewall between unicast peers is named with the peer', async (context) => {
    const lab = await makeLab(context, ['a', 'b'])
    const [a, b] = [lab.host('a'), lab.host('b')]
    const peer = (host: { address(): string }): string => `unicast_peer {\n ${host.address()}\n }`
    await a.start({ kind: 'vrrpd', config: instance(150, peer(b)) })
    await a.holdsWithin(vip, plus(masterDownInterval(150), promptly))
    await b.exec(['nft', '-f', '-'], dropInput)
    const daemon = await b.start({ kind: 'vrrpd', config: instance(100, peer(a)) })
    await daemon.logs(
      `reach eth0 but a firewall drops them: allow protocol 112 from ${a.address()}`,
      plus(masterDownInterval(100), promptly),
    )
  })

  test.concurrent('a firewall is seen where nftables drops at the ingress, too', async (context) => {
    const lab = await makeLab(context, ['a', 'b'])
    const [a, b] = [lab.host('a'), lab.host('b')]
    await a.start({ kind: 'vrrpd', config: instance(150) })
    await b.exec(['nft', '-f', '-'], dropIngress)
    const daemon = await b.start({ kind: 'vrrpd', config: instance(100) })
    await daemon.logs(
      'reach eth0 but a firewall drops them',
      plus(masterDownInterval(150), masterDownInterval(100)),
    )
  })

  const advert = { vrid: 51, priority: 200, addresses: [vip], password: '1111' }

  // Adverts that are heard end the search; so these two kinds have a laboratory each.
  test.concurrent.each([
    [
      'no firewall is suspected of what is heard and rejected',
      [
        craftAdvert({ ...advert, source: '10.9.0.10', password: '2222' }),
        craftAdvert({ ...advert, source: '10.9.0.11', ttl: 64 }),
        craftSigned({ ...advert, source: '10.9.0.12', key: '1111', sequence: 1 }),
      ],
    ],
    [
      'no firewall is suspected of what nobody would hear',
      [
        // Our own, come back.
        craftAdvert({ ...advert, source: '10.9.0.1', priority: 100 }),
        craftAdvert({ ...advert, source: '10.9.0.10', destination: '224.0.0.19' }),
        craftAdvert({ ...advert, source: '10.9.0.11', destination: '10.9.0.77' }),
        craftAdvert({ ...advert, source: '10.9.0.12', vrid: 52 }),
        withBrokenIpChecksum(craftAdvert({ ...advert, source: '10.9.0.13' })),
      ],
    ],
    ['no firewall is suspected where nothing is sent', []],
  ])('%s', async (_name, frames) => {
    const lab = await Lab.create({ hosts: ['a', 'probe'] })
    try {
      const [a, probe] = [lab.host('a'), lab.host('probe')]
      const daemon = await a.start({ kind: 'vrrpd', config: instance(100) })
      for (let sent = 0; sent < 10; sent++) {
        for (const frame of frames) await probe.inject(frame)
        await sleep(500)
      }
      await a.holdsWithin(vip, promptly)
      expect(await daemon.log()).not.toMatch(/firewall|dropped/)
    } finally {
      await lab.destroy()
    }
  })

  function withBrokenIpChecksum(frame: Buffer): Buffer {
    frame.writeUInt16BE(frame.readUInt16BE(24) ^ 1, 24)
    return frame
  }

  test.concurrent(
    'the reverse path filter is named when the sender is of no network of the link',
    async (context) => {
      const lab = await makeLab(context, ['a', 'probe'])
      const [a, probe] = [lab.host('a'), lab.host('probe')]
      await a.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter'])
      const daemon = await a.start({ kind: 'vrrpd', config: instance(100) })
      const frame = craftAdvert({
        source: '172.16.0.9',
        vrid: 51,
        priority: 200,
        addresses: [vip],
        password: '1111',
      })
      for (let sent = 0; sent < 6; sent++) {
        await probe.inject(frame)
        await sleep(500)
      }
      await daemon.logs(
        'adverts from 172.16.0.9 (VRID 51, priority 200) reach eth0 but are dropped; 172.16.0.9 is in no network of eth0',
        promptly,
      )
    },
  )
})
