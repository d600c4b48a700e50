/** `vrrpd -t` as a process: it always ends with one of keepalived's codes and never with a stack trace. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../support/privileges.ts'

function configTest(text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-'))
  const file = join(directory, 'keepalived.conf')
  writeFileSync(file, text)
  const { status, stderr } = spawnSync(resolve('bin/vrrpd'), ['-t', '-f', file], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  rmSync(directory, { recursive: true })
  return { status, stderr }
}

const instance = (lines: string): string => `
vrrp_instance VI_1 {
  interface lo0
${lines}
  virtual_ipaddress {
    10.0.0.9/24
  }
}
`

needs('built')('the configuration test', () => {
  test.each([
    ['a script for a lower master', 'virtual_router_id 51\n  notify_master_rx_lower_pri "/bin/true"', 5],
    ['scripts of an instance without a VRID', 'notify_master "/bin/true"\n  notify "/bin/true"', 5],
    ['a missing parameter', 'debug', 2],
  ])('%s', (_what, lines, code) => {
    const { status, stderr } = configTest(instance(lines))
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(status, stderr).toBe(code)
  })

  test.each([
    [
      ['-t/nowhere/log', '-f', '/dev/null'],
      'cannot write findings to /nowhere/log: No such file or directory\n',
      1,
    ],
    [['--config-test=/', '-f', '/dev/null'], 'cannot write findings to /: Is a directory\n', 1],
    [['-t/dev/full', '-f', '/nowhere/x.conf'], 'cannot read /nowhere/x.conf: there is no such file\n', 2],
    [['-t', '-f', '/nowhere/x.conf'], 'cannot read /nowhere/x.conf: there is no such file\n', 2],
    [['-t', '-f', '/'], 'cannot read /: it is no file\n', 2],
  ])('%j is told in one line', (argv, line, code) => {
    const { status, stderr } = spawnSync(resolve('bin/vrrpd'), argv, { encoding: 'utf8', timeout: 20_000 })
    expect({ status, stderr }).toEqual({ status: code, stderr: line })
  })
})
