/** Whether the clock is right, and since when the machine runs. */

import type { ClockFacts } from '../facts.ts'
import type { Host } from './host.ts'

export async function collectClock(host: Host): Promise<ClockFacts> {
  const uptime = await host.read('/proc/uptime')
  return {
    synchronised: await isSynchronised(host),
    uptimeSeconds: uptime === undefined ? undefined : Number(uptime.split(' ')[0]),
  }
}

/** timedatectl asks the kernel, so it knows of chrony and ntpd as well. */
async function isSynchronised(host: Host): Promise<boolean | undefined> {
  if ((await host.list('/run/systemd/timesync')).includes('synchronized')) return true
  const said = await host.run('timedatectl', ['show', '--property=NTPSynchronized', '--value'])
  if (!said.ok) return undefined
  return said.value.trim() === 'yes'
}
