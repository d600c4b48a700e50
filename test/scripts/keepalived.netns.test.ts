/** The real keepalived beside our rules: what its script counter announces, and which scripts it refuses. */

import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { initialState, observe, type Hysteresis } from '../../src/scripts/check.ts'
import { systemFiles } from '../../src/scripts/file-system.ts'
import { resolveScript } from '../../src/scripts/security.ts'
import { systemUsers } from '../../src/scripts/users.ts'
import { Lab } from '../support/lab.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { fakeWorld, refused } from './fake-launcher.ts'

const nobody = 65534

interface CounterCase extends Hysteresis {
  readonly initFail: boolean
  /** Exit codes; the last one stays. */
  readonly results: readonly number[]
}

const counterCases = fc.sample(
  fc.record<CounterCase>({
    rise: fc.integer({ min: 1, max: 3 }),
    fall: fc.integer({ min: 1, max: 3 }),
    initFail: fc.boolean(),
    results: fc.array(fc.constantFrom(0, 0, 1), { minLength: 6, maxLength: 6 }),
  }),
  { numRuns: 40, seed: 51 },
)

/** As long as it takes until nothing changes any more: three more of the last. */
function announced(each: CounterCase): string[] {
  let state = initialState
  const last = each.results.at(-1) ?? 0
  return [...each.results, last, last, last].flatMap((code) => {
    const { state: next, announcement } = observe(state, code === 0, each)
    state = next
    return announcement === undefined ? [] : [announcement]
  })
}

interface FileCase {
  readonly path: string
  readonly user: string
  readonly make?: (path: string) => void
}

const program = '#!/bin/sh\nexit 0\n'
const file =
  (mode: number, uid = 0, gid = 0) =>
  (path: string): void => {
    writeFileSync(path, program)
    chownSync(path, uid, gid)
    chmodSync(path, mode)
  }
const inDirectory =
  (mode: number, uid = 0, gid = 0) =>
  (path: string): void => {
    mkdirSync(dirname(path))
    file(0o755)(path)
    chownSync(dirname(path), uid, gid)
    chmodSync(dirname(path), mode)
  }
const link =
  (target: string, uid = 0) =>
  (path: string): void => {
    symlinkSync(target, path)
    lchownSync(path, uid, uid)
  }

/** Where the rules are the same; see security.test.ts for where ours are stricter. */
const fileCases: readonly FileCase[] = [
  { path: 's.sh', user: 'root', make: file(0o755) },
  { path: 'f777.sh', user: 'root', make: file(0o777) },
  { path: 'f775.sh', user: 'root', make: file(0o775) },
  { path: 'f775n.sh', user: 'root', make: file(0o775, 0, nobody) },
  { path: 'owned.sh', user: 'root', make: file(0o555, nobody) },
  { path: 'noexec.sh', user: 'root', make: file(0o644) },
  { path: 'x700.sh', user: 'root', make: file(0o700) },
  { path: 'suid.sh', user: 'root', make: file(0o4755) },
  { path: 'open/s.sh', user: 'root', make: inDirectory(0o777) },
  { path: 'sticky/s.sh', user: 'root', make: inDirectory(0o1777) },
  { path: 'stickyowned/s.sh', user: 'root', make: inDirectory(0o1777, nobody) },
  { path: 'owned/s.sh', user: 'root', make: inDirectory(0o755, nobody) },
  { path: 'group/s.sh', user: 'root', make: inDirectory(0o775, 0, nobody) },
  { path: 'rootgroup/s.sh', user: 'root', make: inDirectory(0o775) },
  { path: 'link', user: 'root', make: link('s.sh') },
  { path: 'link-to-open', user: 'root', make: link('open/s.sh') },
  { path: 'dangling', user: 'root', make: link('nowhere') },
  { path: 'loop', user: 'root', make: link('loop') },
  { path: 'missing', user: 'root' },
  { path: 's.sh/x', user: 'root' },
  { path: 'open', user: 'root' },
  { path: 'f777.sh', user: 'nobody' },
  { path: 'open/s.sh', user: 'nobody' },
  { path: 'owned.sh', user: 'nobody' },
  { path: 'missing', user: 'nobody' },
  { path: 'f777.sh', user: 'nobody root' },
  { path: 'f775.sh', user: 'nobody root' },
  { path: 's.sh', user: 'nosuchuser' },
]

needs(
  'netns',
  'root',
  'keepalived',
)('keepalived’s scripts', () => {
  let lab: Lab
  let log = ''
  let scripts = ''

  function counterScript(each: CounterCase, index: number): string {
    const path = join(scripts, `counter${index}.sh`)
    const run = `n=$(cat '${path}.n' 2>/dev/null || echo 0); echo $((n + 1)) >'${path}.n'`
    const pick = `set -- ${each.results.join(' ')}; [ $n -ge $# ] && n=$(($# - 1)); shift $n; exit $1`
    writeFileSync(path, `#!/bin/sh\n${run}\n${pick}\n`, { mode: 0o755 })
    const { rise, fall, initFail } = each
    // On a busy machine a run may take longer than the interval, which is a failure where nothing else is said.
    return `vrrp_script c${index} {
  script ${path}
  interval 1
  timeout 60
  rise ${rise}
  fall ${fall}
  ${initFail ? 'init_fail' : ''}
}`
  }

  const runsOf = (index: number): number => {
    const path = join(scripts, `counter${index}.sh.n`)
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  }

  function fileScript({ path, user, make }: FileCase, index: number): string {
    make?.(join(scripts, path))
    return `vrrp_script f${index} {\n  script ${join(scripts, path)}\n  user ${user}\n  interval 60\n}`
  }

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a'] })
    const host = lab.host('a')
    scripts = join(host.directory, 'scripts')
    mkdirSync(scripts, { mode: 0o755 })
    const counters = counterCases.map(counterScript)
    const files = fileCases.map(fileScript)
    const tracked = [
      ...counterCases.map((_, index) => `c${index}`),
      ...fileCases.map((_, index) => `f${index}`),
    ]
    const daemon = await host.start({
      kind: 'keepalived',
      config: `global_defs {
  enable_script_security
  script_user root
}
${[...counters, ...files].join('\n')}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.9.0.100
  }
  track_script {
    ${tracked.map((name) => `${name} weight 1`).join('\n    ')}
  }
}`,
    })
    // The tenth run begins when the ninth has been judged, and nothing changes after that.
    const tenth = (): boolean => counterCases.every((_, index) => runsOf(index) >= 10)
    await until('the tenth run of every counter', tenth, plus(seconds(10), patiently))
    log = await daemon.log()
  })

  afterAll(() => lab.destroy())

  test('its counter announces what ours does', () => {
    const heard = (index: number): string[] =>
      [...log.matchAll(new RegExp(`VRRP_Script\\(c${index}\\) (succeeded|failed)`, 'g'))].map(
        (match) => match[1]!,
      )
    expect(counterCases.map((_, index) => heard(index))).toEqual(counterCases.map(announced))
  })

  test.each(fileCases.map((each, index) => ({ ...each, index })))(
    '$path as $user',
    async ({ path, user, index }) => {
      const [name = '', group] = user.split(' ')
      const { ports } = fakeWorld(() => refused)
      const script = await resolveScript(
        { argv: [join(scripts, path)], user: { user: name, group } },
        { enableScriptSecurity: true, own: { uid: 0, gid: 0 } },
        { files: systemFiles, users: systemUsers(ports), environment: {}, workingDirectory: '/' },
      )
      const itsRuns = log.includes(`VRRP_Script(f${index}) succeeded`)
      expect(script.kind).toBe(itsRuns ? 'runnable' : 'disabled')
    },
  )
})
