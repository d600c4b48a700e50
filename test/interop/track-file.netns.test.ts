/** track_file beside the real keepalived: what the same writes do to what is advertised. */

import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab } from '../support/lab.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { makeRecorder } from '../support/lab/recorder.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { patiently, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const config = (here: string): string => `
track_file plain {
  file ${here}/plain
}
vrrp_track_file doubled {
  file ${here}/doubled
  weight 2 reverse
  init_file 3
}
track_file fresh {
  file ${here}/fresh
  init_file 7 overwrite
}
track_file gate {
  file ${here}/gate
  weight 0
}
track_file in_group {
  file ${here}/in_group
}
vrrp_sync_group G {
  group {
    V_group
  }
  track_file {
    in_group
  }
}
${instance(1, 'plain', 'plain')}
${instance(2, 'doubled', 'doubled')}
${instance(3, 'fresh', 'fresh weight -1')}
${instance(4, 'gate', 'gate')}
${instance(5, 'backwards', 'gate weight 0 reverse')}
${instance(6, 'group', '')}
`

function instance(vrid: number, name: string, tracked: string, more = ''): string {
  return `
vrrp_instance V_${name} {
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  ${more}
  virtual_ipaddress {
    10.9.1.${vrid}/32
  }
  track_file {
    ${tracked}
  }
}`
}

type Priorities = Readonly<Record<string, number>>
const NAMES = ['plain', 'doubled', 'fresh', 'gate', 'backwards', 'group']

/** `not`: it speaks, with another priority than before. */
type Expected = 'speaks' | 'silent' | { readonly not: number }
const speaking: Readonly<Record<string, Expected>> = Object.fromEntries(NAMES.map((name) => [name, 'speaks']))
const isAs = (expected: Expected, priority: number): boolean =>
  (priority === 0) === (expected === 'silent') && !(typeof expected === 'object' && priority === expected.not)

/** Each step, and what is advertised after it: 0 where an instance is in Fault and silent. */
async function play({ onTestFinished }: TestContext, kind: DaemonKind): Promise<readonly Priorities[]> {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  const here = join(router.directory, 'here')
  await mkdir(here)
  const write = (name: string, text: string): Promise<void> => writeFile(join(here, name), text)
  await write('plain', '5\n')
  await write('fresh', '1\n')
  const capture = await lab.host('probe').capture()
  await router.start({ kind, config: config(here) })
  const told: Priorities[] = []
  /**
   * The last of each in a second and a half: an advert a second, and time to hear it.
   * @param expected of every one of them, so that the whole moment is there and no advert is only late
   */
  const settle = async (expected: Readonly<Record<string, Expected>>): Promise<void> => {
    let seen: Priorities = {}
    await until(
      `${kind} to have settled for the ${told.length + 1}th time`,
      async () => {
        const adverts = await capture.adverts(wallNow() - seconds(1.5))
        seen = Object.fromEntries(
          NAMES.map((name, index) => [
            name,
            adverts.findLast(({ vrid }) => vrid === index + 1)?.priority ?? 0,
          ]),
        )
        return NAMES.every((name) => isAs(expected[name]!, seen[name]!))
      },
      patiently,
    )
    told.push(seen)
  }
  await settle({ ...speaking, backwards: 'silent' })
  await write('plain', '0x10')
  await write('gate', '1')
  await write('in_group', '-20')
  await settle({ ...speaking, plain: { not: 105 }, gate: 'silent', group: { not: 100 } })
  await write('plain.new', '-7')
  await rename(join(here, 'plain.new'), join(here, 'plain'))
  await rm(join(here, 'gate'))
  await write('doubled', 'nonsense')
  await settle({ ...speaking, plain: { not: 116 }, doubled: { not: 94 }, backwards: 'silent' })
  await write('plain', '-254')
  await write('in_group', '300')
  await settle({ ...speaking, plain: 'silent', backwards: 'silent', group: { not: 80 } })
  await rm(join(here, 'plain'))
  await write('in_group', '-300')
  await settle({ ...speaking, backwards: 'silent', group: 'silent' })
  return told
}

/** What is in each file; undefined: there is none. */
const START: Readonly<Record<string, string | undefined>> = {
  plain: '-10\n',
  // Beyond -253 it is a Fault of its own, and lowers nothing.
  heavy: '-300\n',
  gate: '1\n',
  missing: undefined,
  nonsense: 'nonsense\n',
  in_group: '20\n',
}

/** The instances, with what they track by themselves. */
const TRACKED: Readonly<Record<string, string>> = {
  plain: 'plain',
  heavy: 'heavy',
  gate: 'gate weight 0',
  missing: 'missing',
  nonsense: 'nonsense',
  member: '',
  other: '',
}

const atFault = (here: string, notify: string): string => `
${Object.keys(START)
  .map((name) => `track_file ${name} {\n  file ${here}/${name}\n}`)
  .join('\n')}
vrrp_sync_group G {
  group {
    V_member
    V_other
  }
  track_file {
    in_group
  }
}
${Object.entries(TRACKED)
  .map(([name, tracked], index) => instance(index + 1, name, tracked, `notify "${notify}"`))
  .join('\n')}
`

/** Its link is down when it starts. @returns the arguments of the notify calls, sorted */
async function startAtFault(
  { onTestFinished }: TestContext,
  kind: DaemonKind,
): Promise<{ readonly started: readonly string[]; readonly stopped: readonly string[] }> {
  const lab = await Lab.create({ hosts: ['router'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  for (const [name, text] of Object.entries(START))
    if (text !== undefined) await writeFile(join(router.directory, name), text)
  const recorder = await makeRecorder(router.directory, 'notify')
  const told = async (): Promise<string[]> =>
    (await recorder.calls()).map(({ args }) => args.join(' ')).sort()
  const count = Object.keys(TRACKED).length
  await router.setCable('down')
  const daemon = await router.start({ kind, config: atFault(router.directory, recorder.command) })
  await until('each to be told of its Fault', async () => (await told()).length >= count, patiently)
  await untilStill({ kernels: [router.news], recorders: [recorder] })
  const started = await told()
  await daemon.stop()
  await until('each to be told of the end', async () => (await told()).length >= 2 * count, patiently)
  const stopped = (await told()).filter((line) => !started.includes(line))
  return { started, stopped }
}

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('track_file where the link is down from the start', () => {
  test.concurrent('FAULT and STOP carry what the file makes of the priority', async (context) => {
    const [keepalived, vrrpd] = await Promise.all([
      startAtFault(context, 'keepalived'),
      startAtFault(context, 'vrrpd'),
    ])
    expect(vrrpd).toEqual(keepalived)
    expect(vrrpd.started).toEqual([
      'INSTANCE V_gate FAULT 100',
      'INSTANCE V_heavy FAULT 100',
      'INSTANCE V_member FAULT 120',
      'INSTANCE V_missing FAULT 100',
      'INSTANCE V_nonsense FAULT 100',
      'INSTANCE V_other FAULT 120',
      'INSTANCE V_plain FAULT 90',
    ])
  })
})

needs(
  'netns',
  'built',
  'keepalived',
)('track_file', () => {
  test.concurrent('numbers weigh what they weigh with keepalived', async (context) => {
    const [keepalived, vrrpd] = await Promise.all([play(context, 'keepalived'), play(context, 'vrrpd')])
    expect(vrrpd).toEqual(keepalived)
    expect(vrrpd[0]).toEqual({ plain: 105, doubled: 94, fresh: 93, gate: 100, backwards: 0, group: 100 })
  })
})
