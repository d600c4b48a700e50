/** /proc/sys/net/ipv4, with the value of `all` taken into account as the kernel does. */

import type { LinkSysctls, SysctlFacts } from '../facts.ts'
import type { Host } from './host.ts'

export async function collectSysctls(host: Host, links: readonly string[]): Promise<SysctlFacts> {
  const entries = await Promise.all(
    links.map(async (link): Promise<readonly (readonly [string, LinkSysctls])[]> => {
      const settings = await settingsOf(host, link)
      return settings ? [[link, settings]] : []
    }),
  )
  const nonlocal = await number(host, 'ip_nonlocal_bind')
  return { links: new Map(entries.flat()), nonlocalBind: nonlocal === undefined ? undefined : nonlocal !== 0 }
}

/** Undefined: there is no such link. */
async function settingsOf(host: Host, link: string): Promise<LinkSysctls | undefined> {
  // The kernel's documentation, ip-sysctl: for these the higher value of all and the link counts.
  const [rpFilter, arpIgnore, arpAnnounce, promote] = await Promise.all(
    ['rp_filter', 'arp_ignore', 'arp_announce', 'promote_secondaries'].map(async (name) => {
      const own = await number(host, `conf/${link}/${name}`)
      const all = (await number(host, `conf/all/${name}`)) ?? 0
      return own === undefined ? undefined : Math.max(own, all)
    }),
  )
  if (rpFilter === undefined || arpIgnore === undefined || arpAnnounce === undefined) return undefined
  return { rpFilter, arpIgnore, arpAnnounce, promoteSecondaries: promote !== 0 }
}

async function number(host: Host, name: string): Promise<number | undefined> {
  const text = await host.read(`/proc/sys/net/ipv4/${name}`)
  return text === undefined ? undefined : Number(text.trim())
}
