/** Virtual addresses of IPv6 that another host has already, where the configuration has the kernel look for that. */

import { expect, test } from 'vitest'
import { Lab } from '../support/lab.ts'
import { eventually, patiently } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'

const config = (address: string): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  advert_int 0.2
  virtual_ipaddress {
    fe80::100/64
    ${address}
  }
}
`

needs(
  'netns',
  'root',
  'built',
)('an IPv6 address that another host has', () => {
  test.concurrent.each([
    // keepalived's `-nodad` takes its own nodad away (measured, 2.2.7).
    ['found by duplicate address detection, is a problem', '2001:db8::100/64 -nodad', true],
    ['not looked for, is none that this host could see', '2001:db8::100/64', false],
  ])('%s', async (_name, address, isFound) => {
    const lab = await Lab.create({
      hosts: ['a', 'b'],
      lans: [{ link: 'eth0', subnet: '10.9.0.0/24', ipv6: true }],
    })
    try {
      const [a, b] = [lab.host('a'), lab.host('b')]
      await b.ip('addr', 'add', '2001:db8::100/64', 'dev', 'eth0', 'nodad')
      const daemon = await a.start({ kind: 'vrrpd', config: config(address) })
      await a.holdsWithin('2001:db8::100', patiently)
      const status = async (): Promise<string> =>
        (await runAnyway(['bin/vrrpd', 'status', '--control', daemon.controlSocket])).stdout
      await eventually(async () => expect(await status()).toContain('VI_1 is MASTER'))
      if (isFound)
        await eventually(async () => {
          const text = (await status()).replaceAll(/\s+/g, ' ')
          expect(text).toContain('2001:db8::100/64 of VI_1 has failed duplicate address detection')
          expect(text).toContain('2001:db8::100/64 DUPLICATE')
        })
      else expect(await status()).not.toContain('DUPLICATE')
    } finally {
      await lab.destroy()
    }
  })
})
