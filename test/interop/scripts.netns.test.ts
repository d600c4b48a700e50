/** Scripts of every bad habit: what they do to priorities, and that they do nothing to anything else. */

import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import type { Capture } from '../support/lab/capture.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { isAlive } from '../support/lab/processes.ts'
import { makeRecorder, type Recorder } from '../support/lab/recorder.ts'
import { eventually, masterDownInterval, patiently, pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const vip = '10.9.1.1'
const takeover = plus(masterDownInterval(100), patiently)

/** The lines of a script; `HERE` is a directory that everybody may write to. */
interface Habit {
  readonly body?: string
  /** How it is named in the configuration; its file when absent. */
  readonly written?: string
  readonly mode?: number
  readonly lines?: string
}

const habits: Readonly<Record<string, Habit>> = {
  succeeds: { body: 'exit 0' },
  fails: { body: 'exit 3' },
  hangs: { body: 'sleep 1000 & echo $! $$ >>HERE/hangs.pids; wait', lines: 'timeout 1' },
  ignores_term: {
    body: "trap '' TERM; echo $$ >>HERE/ignores.pids; while :; do sleep 0.2; done",
    lines: 'timeout 1',
  },
  prints_megabytes: {
    body: 'head -c 8000000 /dev/zero | tr "\\\\0" x; head -c 8000000 /dev/zero >&2; exit 0',
  },
  never_stops_printing: { body: 'yes', lines: 'timeout 1' },
  does_not_exist: { written: 'HERE/nowhere' },
  is_not_executable: { body: 'exit 0', mode: 0o644 },
  is_a_directory: { written: 'HERE' },
  has_no_interpreter: { body: '', mode: 0o755 },
  dies: { body: 'kill -9 $$' },
  runs_as_nobody: { body: 'test "$(id -u):$(id -G)" = 65534:65534', lines: 'user nobody nogroup' },
  runs_as_root: { body: 'test "$(id -u)" = 0' },
  has_arguments: { body: 'test "$#:$1:$2" = "2:a b:c"', written: `"FILE 'a b' c"` },
  is_on_the_path: { written: 'true' },
  is_no_shell: { written: '"true && false"' },
  opens_a_file: { written: '"</etc/passwd"' },
  opens_a_directory: { written: '"<HERE"' },
  opens_and_has_words: { written: '"</etc/passwd and more"' },
  opens_what_is_not_there: { written: '"<HERE/nowhere"' },
  leaves_a_daemon: { body: 'setsid sleep 1000 & echo $! >>HERE/daemon.pids; exit 0' },
  has_its_own_group: { body: 'test "$(ps -o pgid= -p $$ | tr -d " ")" = $$' },
}
const names = Object.keys(habits)

const config = (here: string): string => `
global_defs {
  script_user root
}
${names
  .map((name, index) => {
    const { written = 'FILE', lines = '' } = habits[name]!
    return `
vrrp_script ${name} {
  script ${written.replace('FILE', join(here, name)).replace('HERE', here)}
  interval 2
  weight 20
  ${lines}
}
vrrp_instance V_${name} {
  interface eth0
  virtual_router_id ${index + 1}
  priority 100
  garp_master_delay 60
  track_script {
    ${name}
  }
  virtual_ipaddress {
    10.9.1.${index + 1}/32
  }
}`
  })
  .join('\n')}
`

async function writeHabits(here: string): Promise<void> {
  await mkdir(here)
  await chmod(here, 0o777)
  for (const [name, { body, mode = 0o755 }] of Object.entries(habits)) {
    if (body === undefined) continue
    const path = join(here, name)
    await writeFile(path, body === '' ? 'exit 0\n' : `#!/bin/sh\n${body.replaceAll('HERE', here)}\n`)
    await chmod(path, mode)
  }
}

/** The priority that each script's instance advertises in the end: 120 where the script counts as good. */
type Verdicts = Readonly<Record<string, number | undefined>>

interface Played {
  readonly verdicts: Verdicts
  readonly log: string
}

async function play({ onTestFinished }: TestContext, kind: DaemonKind): Promise<Played> {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  const here = join(router.directory, 'here')
  await writeHabits(here)
  onTestFinished(() => {
    for (const pid of pidsIn(here, 'daemon')) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
  const capture = await lab.host('probe').capture()
  const daemon = await router.start({ kind, config: config(here) })
  await until('all to be Master', () => allSpeak(capture), patiently)
  const from = wallNow()
  // Several runs of every check, and the first SIGKILL, two seconds after the first SIGTERM.
  await pause(seconds(5))
  const adverts = await capture.adverts(from)
  const verdicts = names.map((name, index) => {
    const own = adverts.filter(({ vrid }) => vrid === index + 1)
    expectRhythm(own, `adverts of ${name}`)
    return [name, own.at(-1)?.priority] as const
  })
  const left = pidsIn(here, 'daemon')
  expect(left.filter(isAlive), 'daemons that checks have left').toEqual(left)
  await daemon.stop()
  for (const name of ['hangs', 'ignores']) {
    const started = pidsIn(here, name)
    expect(started.length, `runs of ${name}`).toBeGreaterThan(1)
    await until(`all of ${name} of ${kind} to be ended`, () => !started.some(isAlive), promptly)
  }
  return { verdicts: Object.fromEntries(verdicts), log: await daemon.log() }
}

const allSpeak = async (capture: Capture): Promise<boolean> =>
  new Set((await capture.adverts()).map(({ vrid }) => vrid)).size === names.length

/** Every second one: none is left out, none is early. */
function expectRhythm(adverts: readonly { readonly at: number }[], what: string): void {
  const gaps = adverts.slice(1).map(({ at }, index) => at - adverts[index]!.at)
  expect(gaps.length, what).toBeGreaterThan(2)
  expect(Math.min(...gaps), `the shortest gap between ${what}`).toBeGreaterThan(seconds(0.5))
  expect(Math.max(...gaps), `the longest gap between ${what}`).toBeLessThan(seconds(1.9))
}

const pidsIn = (here: string, name: string): readonly number[] =>
  existsSync(join(here, `${name}.pids`))
    ? readFileSync(join(here, `${name}.pids`), 'utf8')
        .trim()
        .split(/\s+/)
        .map(Number)
    : []

const instance = (lines: string, global = 'script_user root'): string => `
global_defs {
  ${global}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  garp_master_delay 60
  ${lines}
  virtual_ipaddress {
    ${vip}/24
  }
}
`

async function setUp({ onTestFinished }: TestContext) {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  const here = join(router.directory, 'here')
  await mkdir(here)
  await chmod(here, 0o777)
  return {
    router,
    here,
    capture: await lab.host('probe').capture(),
    write: async (name: string, body: string) => {
      const path = join(router.directory, name)
      await writeFile(path, `#!/bin/sh\n${body}\n`)
      await chmod(path, 0o755)
      return path
    },
  }
}

/** Until it has been called for these states, in this order. */
const untilCalled = (recorder: Recorder, ...states: readonly string[]): Promise<void> =>
  eventually(async () => expect((await recorder.calls()).map(({ args }) => args[2])).toEqual(states))

/** Whether `part` is `whole` with some taken out. */
function isSubsequence(
  part: readonly (string | undefined)[],
  whole: readonly (string | undefined)[],
): boolean {
  let at = 0
  for (const each of whole) if (each === part[at]) at++
  return at === part.length
}

interface Insecure {
  readonly user?: string
  readonly mode?: number
  readonly directoryMode?: number
}

const insecurities: Readonly<Record<string, Insecure>> = {
  sound: {},
  others_may_write: { mode: 0o757 },
  the_group_may_write: { mode: 0o775 },
  in_an_open_directory: { directoryMode: 0o777 },
  others_may_write_but_not_as_root: { mode: 0o757, user: 'user nobody nogroup' },
}

describe.concurrent('scripts', () => {
  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('check scripts', () => {
    test('of every bad habit count as with keepalived, and delay nothing', async (context) => {
      const [keepalived, vrrpd] = await Promise.all([play(context, 'keepalived'), play(context, 'vrrpd')])
      expect(vrrpd.verdicts).toEqual(keepalived.verdicts)
      for (const line of [
        'VRRP_Script(fails) failed (exited with status 3)',
        'VRRP_Script(hangs) timed_out',
        'VRRP_Script(dies) failed (due to signal 9)',
        'VRRP_Script(prints_megabytes) succeeded',
      ]) {
        expect(keepalived.log).toContain(line)
        expect(vrrpd.log.split(line), line).toHaveLength(2)
      }
      for (const name of ['does_not_exist', 'is_not_executable', 'is_a_directory']) {
        expect(vrrpd.log.split(`Disabling track script ${name} `), name).toHaveLength(2)
      }
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('notify scripts', () => {
    test('that sleep for half a minute delay no advert, no other script and not the end', async (context) => {
      const { router, here, capture, write } = await setUp(context)
      const sleeper = await write('sleeper', `echo $$ >>${here}/sleeper.pids; exec sleep 30`)
      const recorder = await makeRecorder(router.directory, 'notify')
      const lines = `notify_backup ${sleeper}\nnotify_master ${sleeper}\nnotify ${recorder.command}`
      const daemon = await router.start({ kind: 'vrrpd', config: instance(lines) })
      await router.holdsWithin(vip, takeover)
      await pause(seconds(5))
      expectRhythm(await capture.adverts(), 'adverts')
      // Beside a sleeping notify_backup.
      await untilCalled(recorder, 'BACKUP', 'MASTER')
      const stopped = wallNow()
      await daemon.stop()
      expect(wallNow() - stopped, 'not when the sleeper ends').toBeLessThan(seconds(10))
      await untilCalled(recorder, 'BACKUP', 'MASTER', 'STOP')
      const sleepers = pidsIn(here, 'sleeper')
      expect(sleepers).toHaveLength(2)
      await until('them to end', () => !sleepers.some(isAlive), promptly)
    })

    test('are called in the order of the states, however fast these change, and for the last one', async (context) => {
      const { router, here, write } = await setUp(context)
      const slow = await write('slow', `echo $3 >>${here}/states; sleep 0.1`)
      const daemon = await router.start({ kind: 'vrrpd', config: instance(`notify ${slow}`) })
      await daemon.logs('Entering BACKUP STATE', patiently)
      for (let flap = 0; flap < 12; flap++) {
        await router.setCable('down')
        await pause(milliseconds(30))
        await router.setCable('up')
        await pause(milliseconds(30))
      }
      await router.holdsWithin(vip, takeover)
      const called = async (): Promise<string[]> =>
        (await readFile(join(here, 'states'), 'utf8')).trim().split('\n')
      await until('the call for MASTER', async () => (await called()).at(-1) === 'MASTER', patiently)
      await eventually(async () => {
        const log = await daemon.log()
        const entered = [...log.matchAll(/entering (\w+) state/gi)].map(([, state]) => state)
        const skipped = [...log.matchAll(/for (\w+) \(.* was not run|skipped/g)].length
        const calls = await called()
        expect(entered.length).toBeGreaterThan(16)
        // What was left out was left out in the middle, and is told.
        expect(isSubsequence(calls, entered)).toBe(true)
        expect(calls.length + skipped).toBe(entered.length)
      })
    })

    test('that cannot be run are named once, and the others are run', async (context) => {
      const { router, write } = await setUp(context)
      const recorder = await makeRecorder(router.directory, 'notify')
      const forbidden = await write('forbidden', 'exit 0')
      await chmod(forbidden, 0o644)
      const lines = `notify_backup ${router.directory}/absent\nnotify_master ${forbidden}\nnotify ${recorder.command}`
      const daemon = await router.start({ kind: 'vrrpd', config: instance(lines) })
      await router.holdsWithin(vip, takeover)
      await untilCalled(recorder, 'BACKUP', 'MASTER')
      await daemon.stop()
      await untilCalled(recorder, 'BACKUP', 'MASTER', 'STOP')
      const log = await daemon.log()
      expect(log.split(`${router.directory}/absent`).length, 'absent').toBe(2)
      expect(log.split(forbidden).length, 'forbidden').toBe(2)
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('a script', () => {
    test('gets its user, a clean environment and no descriptor of ours', async (context) => {
      const { router, here, write } = await setUp(context)
      const tell = await write(
        'tell',
        `{ id -u; id -G; ls -l /proc/self/fd; env | sort; } >${here}/$1.new; mv ${here}/$1.new ${here}/$1`,
      )
      const config = `
vrrp_script chk {
  script "${tell} check"
  interval 60
  user daemon
}
${instance(`notify_backup "${tell} notify"\ntrack_script {\nchk\n}`, 'script_user nobody nogroup')}`
      const env = {
        SECRET: 'x',
        NOTIFY_SOCKET: '',
        LD_PRELOAD: '',
        NODE_OPTIONS: '--no-deprecation',
        TZ: 'UTC',
      }
      await router.start({ kind: 'vrrpd', config, env })
      for (const [name, uid] of [
        ['check', '1'],
        ['notify', '65534'],
      ] as const) {
        await until(`${name} to tell`, () => existsSync(join(here, name)), patiently)
        const [user, groups, ...rest] = (await readFile(join(here, name), 'utf8')).trim().split('\n')
        expect([user, groups]).toEqual([uid, uid])
        const descriptors = rest
          .filter((line) => line.includes(' -> '))
          .map((line) => line.split(' ').slice(-3))
        // ls's own directory is the fourth.
        expect(descriptors.map(([number]) => number)).toEqual(['0', '1', '2', '3'])
        expect(descriptors[0]?.[2]).toBe('/dev/null')
        const variables = rest.filter((line) => line.includes('=')).map((line) => line.split('=')[0])
        expect(variables.filter((variable) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(variable!))).toEqual([
          'PATH',
          'TZ',
        ])
      }
    })
  })

  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('enable_script_security', () => {
    test('refuses what keepalived refuses', async (context) => {
      const verdicts = async (kind: DaemonKind): Promise<readonly (number | undefined)[]> => {
        const { router, capture } = await setUp(context)
        const blocks = await Promise.all(
          Object.entries(insecurities).map(
            async ([name, { user = '', mode = 0o755, directoryMode = 0o755 }], index) => {
              const directory = join(router.directory, name)
              await mkdir(directory)
              await writeFile(join(directory, 'check'), '#!/bin/sh\nexit 0\n')
              await chmod(join(directory, 'check'), mode)
              await chmod(directory, directoryMode)
              return `
vrrp_script ${name} {
  script ${directory}/check
  interval 1
  weight 20
  ${user}
}
vrrp_instance V_${name} {
  interface eth0
  virtual_router_id ${index + 1}
  priority 100
  track_script {
    ${name}
  }
  virtual_ipaddress {
    10.9.1.${index + 1}/32
  }
}`
            },
          ),
        )
        const global = 'global_defs {\nscript_user root\nenable_script_security\n}\n'
        await router.start({ kind, config: global + blocks.join('\n') })
        const vrids = blocks.map((_, index) => index + 1)
        await until(
          'all to be Master',
          async () => new Set((await capture.adverts()).map(({ vrid }) => vrid)).size === vrids.length,
          takeover,
        )
        const adverts = await capture.adverts()
        return vrids.map((vrid) => adverts.findLast((advert) => advert.vrid === vrid)?.priority)
      }
      const [keepalived, vrrpd] = await Promise.all([verdicts('keepalived'), verdicts('vrrpd')])
      expect(vrrpd).toEqual(keepalived)
      expect(vrrpd[0]).toBe(120)
      expect(vrrpd[1]).toBe(100)
    })
  })
})
