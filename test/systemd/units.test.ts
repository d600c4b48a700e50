/** The files in systemd/, judged by systemd itself, without running anything. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'

/** A unit as if it were installed, with the checkout's program, and with drop-ins. */
async function installed(unit = 'vrrpd.service', ...dropIns: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'vrrpd-unit-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, unit)
  const text = await readFile(`systemd/${unit}`, 'utf8')
  await writeFile(path, text.replaceAll('/usr/bin/vrrpd', resolve('bin/vrrpd')))
  await mkdir(`${path}.d`)
  for (const file of dropIns) await writeFile(join(`${path}.d`, file), await readFile(`systemd/${file}`))
  return path
}

/** 0 (best) to 10. */
async function exposure(path: string): Promise<number> {
  const { stdout, stderr } = await runAnyway([
    'systemd-analyze',
    'security',
    '--offline=true',
    '--no-pager',
    path,
  ])
  const found = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]
  if (found === undefined) throw new Error(`${stdout}${stderr}`)
  return Number(found)
}

needs('systemd-analyze', 'keepalived')('the units', () => {
  test.each([['vrrpd.service'], ['vrrpd.service', 'vrrpd-hardened.conf'], ['keepalived-ipvs.service']])(
    '%s %s: there is nothing that systemd does not understand',
    async (unit, ...dropIns) => {
      const { code, stdout, stderr } = await runAnyway([
        ...['systemd-analyze', 'verify', '--man=no'],
        await installed(unit, ...dropIns),
      ])
      expect({ code, said: `${stdout}${stderr}` }).toEqual({ code: 0, said: '' })
    },
  )

  test('the drop-in brings the exposure to 3.0 or better, from where scripts need it to be', async () => {
    expect(await exposure(await installed('vrrpd.service', 'vrrpd-hardened.conf'))).toBeLessThanOrEqual(3)
    expect(await exposure(await installed())).toBeGreaterThan(9)
  })
})

needs('systemd-sysusers')('vrrpd.sysusers', () => {
  test('makes the user that scripts run as by default', async () => {
    const root = await mkdtemp(join(tmpdir(), 'vrrpd-root-'))
    onTestFinished(() => rm(root, { recursive: true }))
    await mkdir(join(root, 'etc'))
    const made = await runAnyway([
      ...['systemd-sysusers', '--dry-run', `--root=${root}`],
      ...['--replace=/usr/lib/sysusers.d/vrrpd.conf', resolve('systemd/vrrpd.sysusers')],
    ])
    expect(made.code, made.stderr).toBe(0)
    expect(made.stdout + made.stderr).toMatch(/Creating user 'keepalived_script'/)
  })
})

needs('systemd-tmpfiles')('vrrpd.tmpfiles', () => {
  test('makes the directory of pid files in namespaces', async () => {
    const root = await mkdtemp(join(tmpdir(), 'vrrpd-root-'))
    onTestFinished(() => rm(root, { recursive: true }))
    const file = join(root, 'vrrpd.conf')
    await writeFile(file, (await readFile('systemd/vrrpd.tmpfiles', 'utf8')).replaceAll('root root', '- -'))
    const made = await runAnyway(['systemd-tmpfiles', '--create', `--root=${root}`, file])
    expect({ code: made.code, said: made.stderr }).toEqual({ code: 0, said: '' })
    await expect(readFile(join(root, 'run/keepalived'))).rejects.toThrow('EISDIR')
  })
})
