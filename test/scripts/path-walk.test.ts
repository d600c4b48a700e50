import { describe, expect, test } from 'vitest'
import { walkPath } from '../../src/scripts/path-walk.ts'
import { directory, fakeFiles, file, link, unreadable, type FileTable } from './fake-files.ts'

const table: FileTable = {
  '/etc': directory(),
  '/etc/ha': directory(),
  '/etc/ha/check.sh': file(),
  '/usr': directory(),
  '/usr/bin': directory(),
  '/usr/bin/pidof': link('../../sbin/killall5'),
  '/usr/sbin': directory(),
  '/usr/sbin/killall5': file(),
  '/sbin': link('usr/sbin'),
  '/scripts': link('/etc/ha'),
  '/dangling': link('nowhere'),
  '/loop': link('loop'),
  '/secret': unreadable('EACCES'),
}

const walk = async (path: string) => {
  const steps = await walkPath(path, fakeFiles(table))
  return steps.ok ? steps.value.map((step) => step.path) : steps.error
}

describe('every step of a path is examined', () => {
  test.each([
    ['/', ['/']],
    ['/etc/ha/check.sh', ['/', '/etc', '/etc/ha', '/etc/ha/check.sh']],
    ['//etc/./ha//check.sh', ['/', '/etc', '/etc/ha', '/etc/ha/check.sh']],
    ['/etc/ha/', ['/', '/etc', '/etc/ha']],
    ['/scripts/check.sh', ['/', '/scripts', '/etc', '/etc/ha', '/etc/ha/check.sh']],
    // A relative link, through another link: Debian's pidof.
    [
      '/usr/bin/pidof',
      [
        '/',
        '/usr',
        '/usr/bin',
        '/usr/bin/pidof',
        '/usr',
        '/',
        '/sbin',
        '/usr',
        '/usr/sbin',
        '/usr/sbin/killall5',
      ],
    ],
  ])('%s', async (path, steps) => {
    expect(await walk(path)).toEqual(steps)
  })
})

test.each([
  ['/etc/ha/missing', 'ENOENT'],
  ['/missing/check.sh', 'ENOENT'],
  ['/dangling', 'ENOENT'],
  ['/etc/ha/check.sh/x', 'ENOTDIR'],
  ['/loop', 'ELOOP'],
  ['/loop/x', 'ELOOP'],
  ['/secret/x', 'EACCES'],
])('%s leads nowhere: %s', async (path, error) => {
  expect(await walk(path)).toBe(error)
})
