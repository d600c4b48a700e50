/** Routers that are configured differently: keepalived rejects what differs, and then there are two masters. */

import { expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { Lab } from '../../support/lab.ts'
import { pause } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'
import { byHost, elect, global, higherOnA, instance, type InstanceOptions } from './kit.ts'
import { type HostName, onlyOnB, type Scenario, type Story, takeover, tellAlike, VIP } from './matrix.ts'

const OTHER_VIP = '10.9.0.101'

async function bothAreMaster({ a, b, phase }: Story): Promise<void> {
  await Promise.all([a.start(), b.start()])
  await Promise.all([a.gains(), b.gains()])
  await phase('both are Master', takeover(100))
}

const disagreement = (name: string, options: (host: HostName) => InstanceOptions): Scenario => ({
  name: `${name}: two masters`,
  config: (host, { notify }) =>
    global() + instance({ priority: higherOnA(host), more: notify, ...options(host) }),
  run: bothAreMaster,
  compare: ['addresses', 'arps', 'notifies'],
  mayCross: true,
})

const scenarios: readonly Scenario[] = [
  disagreement('different passwords', (host) => ({ auth: `PASS ${host}` })),
  disagreement('a password on one side only', byHost<InstanceOptions>({ a: {}, b: { auth: 'none' } })),
  disagreement('different intervals', (host) => ({ advertInterval: byHost({ a: 1, b: 2 })(host) })),
  {
    name: 'other prefixes, order and excluded addresses are nobody else’s business',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        vips: byHost({ a: [`${VIP}/24`, OTHER_VIP], b: [`${OTHER_VIP}/24`, VIP] })(host),
        more: `${byHost({ a: 'virtual_ipaddress_excluded {\n 10.9.0.102\n}', b: '' })(host)}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await a.gains('10.9.0.102')
      await phase('a elected', takeover(100))
      await a.daemon().stop()
      await b.gains(OTHER_VIP)
      await phase('b took over')
    },
  },
  {
    name: 'skip_check_adv_addr: an address list is checked once for each sender',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `skip_check_adv_addr\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected', takeover(100))
      await a
        .daemon()
        .rewrite(
          global() +
            instance({ priority: 150, vips: [`${VIP}/24`, `${OTHER_VIP}/24`], more: 'skip_check_adv_addr' }),
        )
      a.daemon().signal('SIGHUP')
      await a.gains(OTHER_VIP)
      await phase('a has one more, and b does not mind', takeover(100))
    },
    pairings: onlyOnB,
  },
]

tellAlike(scenarios)

// docs/decisions/0008: keepalived 2.2.7 rejects such adverts and becomes Master beside the other; later ones do not.
needs(
  'netns',
  'built',
  'keepalived',
)('address lists that differ', () => {
  test.concurrent.each([
    ['more', [`${VIP}/24`, `${OTHER_VIP}/24`]],
    ['others', [`${OTHER_VIP}/24`]],
    ['none of ours but as many', ['10.9.0.102/24']],
  ])('a Master that advertises %s is obeyed by vrrpd', async (_what, vips) => {
    const lab = await Lab.create({ hosts: ['a', 'b'] })
    try {
      const [a, b] = [lab.host('a'), lab.host('b')]
      await a.start({ kind: 'keepalived', config: instance({ priority: 150, vips }) })
      await a.holdsWithin(vips.at(-1)!.split('/')[0]!, takeover(1, seconds(5)))
      const backup = await b.start({ kind: 'vrrpd', config: instance({ priority: 100 }) })
      await backup.logs('Entering BACKUP STATE', seconds(20))
      await pause(takeover(100))
      await backup.logs('accepted, though its virtual addresses are not ours', seconds(20))
      expect(await b.holds(VIP)).toBe(false)
    } finally {
      await lab.destroy()
    }
  })
})
