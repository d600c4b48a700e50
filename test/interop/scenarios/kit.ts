/** What stories have in common: configurations, and how a pair is brought to its first phase. */

import { readFile } from 'node:fs/promises'
import { seconds } from '../../../src/base/time.ts'
import { VIP, type HostName, type Story, type StoryHost } from './matrix.ts'

export interface InstanceOptions {
  readonly name?: string
  readonly link?: string
  readonly vrid?: number
  readonly priority?: number
  /** In seconds. */
  readonly advertInterval?: number
  /** Type and password. */
  readonly auth?: 'none' | `${'PASS' | 'AH'} ${string}`
  readonly vips?: readonly string[]
  /** In seconds; far away unless the story is about it, so that no phase ends in the middle of a burst. */
  readonly garpMasterDelay?: number
  readonly more?: string
}

export const global = (more = ''): string => `
global_defs {
  script_user root
  enable_script_security
  ${more}
}
`

export function instance(options: InstanceOptions): string {
  const { name = 'VI_1', link = 'eth0', vrid = 51, priority = 100, auth = 'PASS 1111' } = options
  const { vips = [`${VIP}/24`], advertInterval = 1, garpMasterDelay = 600, more = '' } = options
  const [type, password] = auth.split(' ')
  return `
vrrp_instance ${name} {
  state BACKUP
  interface ${link}
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${advertInterval}
  garp_master_delay ${garpMasterDelay}
  ${password === undefined ? '' : `authentication {\n auth_type ${type}\n auth_pass ${password}\n  }`}
  virtual_ipaddress {
    ${vips.join('\n    ')}
  }
  ${more}
}
`
}

export const byHost =
  <T>(values: Readonly<Record<'a' | 'b', T> & Partial<Record<'c', T>>>) =>
  (host: HostName): T =>
    values[host] ?? values.b

export const higherOnA = byHost({ a: 150, b: 100, c: 50 })

export const twoLans = [
  { link: 'eth0', subnet: '10.9.0.0/24' },
  { link: 'eth1', subnet: '10.8.0.0/24' },
] as const

/**
 * One after the other, the later Master first: who takes over must not depend on who was started first on a
 * busy machine.
 */
export async function elect(first: StoryHost, second: StoryHost, vip = VIP): Promise<void> {
  await first.start()
  await first.gains(vip)
  await second.start()
  // keepalived enters Fault without a word when a script's first result is a failure.
  await second.daemon().logs(/entering BACKUP state|VRRP_Script\(\w+\) failed/i, seconds(10))
}

/** Rewrites the configuration that the host's daemon was started with, and has it read. */
export async function reload({ daemon }: StoryHost, change: (text: string) => string): Promise<void> {
  const running = daemon()
  await running.rewrite(change(await readFile(running.configFile, 'utf8')))
  running.signal('SIGHUP')
}

/** a is elected, crashes, b takes over, a comes back and preempts. */
export async function crashAndReturn({ a, b, phase }: Story): Promise<void> {
  await elect(a, b)
  await phase('a elected')
  await a.daemon().kill()
  await b.gains()
  await phase('b took over')
  await a.returns()
  await b.loses()
  await phase('a is back')
}

export async function leaveInGoodOrder({ a, b, phase }: Story): Promise<void> {
  await a.daemon().stop()
  await b.gains()
  await phase('a left in good order')
}
