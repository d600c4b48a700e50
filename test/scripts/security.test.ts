/** The table was measured with keepalived 2.2.7; keepalived.netns.test.ts measures it again on real files. */

import { describe, expect, test } from 'vitest'
import { describeCheckNote } from '../../src/scripts/check-events.ts'
import type { SecuritySettings, UserChoice } from '../../src/scripts/identity.ts'
import { resolveScript, securityViolation } from '../../src/scripts/security.ts'
import type { Script } from '../../src/scripts/types.ts'
import type { UserDirectory } from '../../src/scripts/users.ts'
import { directory, fakeFiles, file, link, unreadable, type FileTable } from './fake-files.ts'

const nobody = 65534

const table: FileTable = {
  '/ok': directory(),
  '/ok/s.sh': file(),
  '/ok/f777.sh': file(0o777),
  '/ok/f775.sh': file(0o775),
  '/ok/f775n.sh': file(0o775, 0, nobody),
  '/ok/owned.sh': file(0o555, nobody),
  '/ok/f1777.sh': file(0o1777),
  '/ok/noexec.sh': file(0o644),
  '/ok/x700.sh': file(0o700),
  '/ok/suid.sh': file(0o4755),
  '/ok/link': link('s.sh'),
  '/ok/link-of-nobody': link('s.sh', nobody),
  '/ok/link-to-open': link('/open/s.sh'),
  '/ok/dangling': link('nowhere'),
  '/ok/loop': link('loop'),
  '/ok/device': { ...file(), kind: 'other' },
  '/open': directory(0o777),
  '/open/s.sh': file(),
  '/sticky': directory(0o1777),
  '/sticky/s.sh': file(),
  '/sticky/owned.sh': file(0o755, nobody),
  '/stickyowned': directory(0o1777, nobody),
  '/stickyowned/s.sh': file(),
  '/group': directory(0o775, 0, nobody),
  '/group/s.sh': file(),
  '/rootgroup': directory(0o775),
  '/rootgroup/s.sh': file(),
  '/private': directory(0o700),
  '/private/s.sh': file(),
  '/unreadable': unreadable('EACCES'),
  '/bin': directory(),
  '/bin/true': file(),
  '/bin/data': file(0o644),
  '/late': directory(),
  '/late/data': file(),
}

const users: UserDirectory = {
  user: (name) => Promise.resolve({ root: { uid: 0, gid: 0 }, nobody: { uid: nobody, gid: nobody } }[name]),
  localUser: () => Promise.resolve(undefined),
  group: (name) => Promise.resolve({ root: 0, nogroup: nobody }[name]),
  groupsOf: () => Promise.resolve([]),
}

const withDefaultUser: UserDirectory = {
  ...users,
  localUser: (name) => Promise.resolve(name === 'keepalived_script' ? { uid: 900, gid: 901 } : undefined),
}

const strict: SecuritySettings = { enableScriptSecurity: true, own: { uid: 0, gid: 0 } }
const lax: SecuritySettings = { ...strict, enableScriptSecurity: false }
const root: UserChoice = { user: 'root' }

const resolve = (path: string, user: UserChoice | undefined, settings = strict, directory = users) =>
  resolveScript({ argv: [path, 'arg'], user }, settings, {
    files: fakeFiles(table),
    users: directory,
    environment: { PATH: '/nowhere:/bin:/late', SECRET: 'x' },
    workingDirectory: '/ok',
  })

const outcome = (script: Script) => (script.kind === 'runnable' ? 'runnable' : script.reason)

describe('as root with enable_script_security', () => {
  test.each([
    ['/ok/s.sh', 'runnable'],
    ['/ok/f777.sh', 'insecure'],
    ['/ok/f1777.sh', 'insecure'],
    ['/ok/f775.sh', 'runnable'],
    ['/ok/f775n.sh', 'insecure'],
    ['/ok/owned.sh', 'insecure'],
    ['/ok/noexec.sh', 'not-executable'],
    ['/ok/x700.sh', 'runnable'],
    ['/ok/suid.sh', 'runnable'],
    ['/open/s.sh', 'insecure'],
    ['/sticky/s.sh', 'runnable'],
    ['/sticky/owned.sh', 'insecure'],
    ['/stickyowned/s.sh', 'insecure'],
    ['/group/s.sh', 'insecure'],
    ['/rootgroup/s.sh', 'runnable'],
    ['/ok/link', 'runnable'],
    ['/ok/link-to-open', 'insecure'],
    // Where keepalived looks only at what the link leads to now.
    ['/ok/link-of-nobody', 'insecure'],
    ['/ok/dangling', 'not-found'],
    ['/ok/loop', 'inaccessible'],
    ['/ok/missing', 'not-found'],
    ['/ok/s.sh/x', 'not-found'],
    ['/ok', 'wrong-file-type'],
    ['/ok/device', 'wrong-file-type'],
    ['/unreadable', 'inaccessible'],
    ['true', 'runnable'],
    ['data', 'runnable'],
    ['nosuchprogram', 'not-found'],
    ['./s.sh', 'runnable'],
    ['../open/s.sh', 'insecure'],
  ])('%s: %s', async (path, expected) => {
    expect(outcome(await resolve(path, root))).toBe(expected)
  })

  test('root’s group is as good as root', async () => {
    expect(outcome(await resolve('/ok/f777.sh', { user: 'nobody', group: 'root' }))).toBe('insecure')
  })
})

test('another user may run what others can change, for that gives nobody more rights', async () => {
  for (const path of ['/ok/f777.sh', '/open/s.sh', '/ok/owned.sh']) {
    expect(await resolve(path, { user: 'nobody' })).toMatchObject({
      kind: 'runnable',
      insecure: false,
      warnings: [],
      spec: { identity: { uid: nobody, gid: nobody, groups: [] } },
    })
  }
})

describe('</path', () => {
  test('opens the file as its user, whatever the path holds, and is no matter of script security', async () => {
    const path = '/ok/$(touch x);"\'/f'
    const script = await resolve(`<${path}`, { user: 'nobody' })
    expect(script).toEqual({
      kind: 'runnable',
      spec: {
        argv: ['/bin/sh', '-c', 'true <"$1" || exit 2', 'sh', path],
        identity: { uid: nobody, gid: nobody, groups: [] },
        environment: expect.not.objectContaining({ SECRET: 'x' }) as unknown,
      },
      // `resolve` gives every command an argument.
      warnings: [`'<${path}' only opens the file: what follows is ignored`],
      insecure: false,
      onlyOpens: true,
    })
    expect(securityViolation([script], lax)).toBeUndefined()
  })

  test('of a user that does not exist is disabled, and without a path it is an ordinary word', async () => {
    expect(outcome(await resolve('</etc/hosts', { user: 'nosuch' }))).toBe('unknown-user')
    expect(outcome(await resolve('<hosts', root))).toBe('not-found')
  })
})

describe('set_supplementary_groups', () => {
  const settings: SecuritySettings = { ...strict, supplementaryGroups: true }
  const memberOf = (...groups: readonly number[]): UserDirectory => ({
    ...users,
    groupsOf: (user) => Promise.resolve(user === 'nobody' ? groups : []),
  })

  test('a script has all groups of its user, and may run what they may', async () => {
    expect(await resolve('/ok/f777.sh', { user: 'nobody' }, settings, memberOf(7, 8))).toMatchObject({
      kind: 'runnable',
      warnings: [],
      spec: { identity: { uid: nobody, gid: nobody, groups: [7, 8] } },
    })
  })

  test('root’s among them is as good as root', async () => {
    const script = await resolve('/ok/f777.sh', { user: 'nobody' }, settings, memberOf(7, 0))
    expect(outcome(script)).toBe('insecure')
  })
})

test('what the mode bits refuse the user is warned of; an ACL may allow it', async () => {
  for (const path of ['/ok/x700.sh', '/private/s.sh']) {
    const script = await resolve(path, { user: 'nobody' })
    expect(script).toMatchObject({ kind: 'runnable' })
    expect(script.warnings).toEqual([
      expect.stringMatching(
        /^WARNING - script '.*' is not executable for uid:gid 65534:65534: no permission on/,
      ),
    ])
  }
})

describe('without enable_script_security', () => {
  test('insecure scripts run, with keepalived’s warning', async () => {
    const script = await resolve('/open/s.sh', root, lax)
    expect(script).toMatchObject({
      kind: 'runnable',
      insecure: true,
      warnings: ["Unsafe permissions found for script '/open/s.sh': others than root can change /open"],
    })
  })

  test('the whole is called a violation, once there is a script that runs', async () => {
    const violation = 'SECURITY VIOLATION - scripts are being executed but script_security not enabled.'
    const [good, bad, missing] = [
      await resolve('/ok/s.sh', root, lax),
      await resolve('/open/s.sh', root, lax),
      await resolve('/ok/missing', root, lax),
    ]
    expect(securityViolation([missing], lax)).toBeUndefined()
    expect(securityViolation([good, missing], lax)).toBe(violation)
    expect(securityViolation([good, bad], lax)).toBe(`${violation} There are insecure scripts.`)
    expect(securityViolation([good], strict)).toBeUndefined()
  })
})

describe('whom it runs as', () => {
  const identity = async (...args: Parameters<typeof resolve>) => {
    const script = await resolve(...args)
    return script.kind === 'runnable' ? script.spec.identity : script.text
  }

  test('its own user, with that user’s group or the one named', async () => {
    expect(await identity('true', { user: 'nobody' })).toEqual({ uid: nobody, gid: nobody, groups: [] })
    expect(await identity('true', { user: 'root', group: 'nogroup' })).toEqual({
      uid: 0,
      gid: nobody,
      groups: [],
    })
  })

  test('else script_user, else keepalived_script, else the daemon’s own', async () => {
    const scriptUser = { ...strict, scriptUser: { user: 'nobody' } }
    expect(await identity('true', undefined, scriptUser, withDefaultUser)).toMatchObject({ uid: nobody })
    expect(await identity('true', root, scriptUser)).toMatchObject({ uid: 0 })
    expect(await identity('true', undefined, strict, withDefaultUser)).toEqual({
      uid: 900,
      gid: 901,
      groups: [],
    })
    expect(await identity('true', undefined, lax)).toEqual({ uid: 0, gid: 0, groups: [] })
  })

  test('but with enable_script_security never root by default', async () => {
    expect(await identity('true', undefined, strict)).toBe("Script user 'keepalived_script' does not exist")
    expect(await identity('true', undefined, { ...strict, own: { uid: 1000, gid: 1000 } })).toMatchObject({
      uid: 1000,
      groups: [],
    })
  })

  test('a user or group that does not exist disables it', async () => {
    expect(await identity('true', { user: 'nosuch' })).toBe("Script user 'nosuch' does not exist")
    expect(await identity('true', { user: 'root', group: 'nosuch' })).toBe(
      "Script group 'nosuch' does not exist",
    )
    expect(outcome(await resolve('true', { user: 'nosuch' }))).toBe('unknown-user')
    expect(outcome(await resolve('true', { user: 'root', group: 'nosuch' }))).toBe('unknown-group')
  })
})

test('what is run: the absolute path, the arguments, a clean environment', async () => {
  expect(await resolve('true', root)).toEqual({
    kind: 'runnable',
    spec: {
      argv: ['/bin/true', 'arg'],
      identity: { uid: 0, gid: 0, groups: [] },
      environment: { PATH: '/nowhere:/bin:/late' },
    },
    warnings: ['WARNING - script `true` resolved by path search to `/bin/true`. Please specify full path.'],
    insecure: false,
  })
  // PATH is searched as a shell does: what cannot be executed is passed over.
  expect(await resolve('data', root)).toMatchObject({ spec: { argv: ['/late/data', 'arg'] } })
  // A relative path starts from the daemon's directory.
  expect(await resolve('../ok/./s.sh', root)).toMatchObject({ spec: { argv: ['/ok/../ok/./s.sh', 'arg'] } })
  // A link stays the name it is called by: what it is called by may decide what it does.
  expect(await resolve('/ok/link', root)).toMatchObject({ spec: { argv: ['/ok/link', 'arg'] } })
})

test('a check whose script is disabled says so in keepalived’s words', async () => {
  const words = async (path: string, user: UserChoice = root) => {
    const script = await resolve(path, user)
    return script.kind === 'disabled' ? describeCheckNote('chk', { kind: 'disabled', script }) : 'runs'
  }
  expect(await words('/ok/missing')).toBe(
    'Disabling track script chk since not found/accessible: Script /ok/missing cannot be accessed - No such file or directory',
  )
  expect(await words('/ok/loop')).toContain('Too many levels of symbolic links')
  expect(await words('nosuchprogram')).toContain('Cannot find script nosuchprogram in path')
  expect(await words('/ok/f777.sh')).toBe(
    "Disabling track script chk due to insecure: Unsafe permissions found for script '/ok/f777.sh': " +
      'others than root can change /ok/f777.sh',
  )
  expect(await words('/ok')).toContain("Wrong file type found in script path '/ok'")
  expect(await words('/ok/noexec.sh')).toContain("script '/ok/noexec.sh' is not executable for uid:gid 0:0")
  expect(await words('true', { user: 'nosuch' })).toContain("Script user 'nosuch' does not exist")
})
