/** The hidden first word, by which the daemon starts its child, and -C: as they are typed. */

import { describe, expect, test } from 'vitest'
import { CHILD_WORD } from '../../src/base/own-child.ts'
import { main } from '../../src/cli/cli.ts'
import { helpText } from '../../src/cli/help.ts'
import { settingsOfChild } from '../../src/daemon/instance-naming.ts'
import { withAbsolutePaths } from '../../src/daemon/settings.ts'
import { defaultOptions } from '../../src/cli/daemon-options.ts'

describe('the child', () => {
  test('is nothing that people are told of', () => {
    expect(helpText()).not.toContain(CHILD_WORD)
  })

  test('refuses its parent’s wrong options as its parent does', async () => {
    let said = ''
    const io = { err: (text: string) => (said += text), out: () => undefined }
    expect(await main([CHILD_WORD, '--nonsense'], () => io as never)).toBe(1)
    expect(said).toContain('Unknown option --nonsense')
  })

  test('logs by its own name, unless it was given one', () => {
    const named = settingsOfChild({ ...defaultOptions, log: { ...defaultOptions.log, ident: 'mine' } })
    expect(settingsOfChild(defaultOptions).log).toEqual({
      ...defaultOptions.log,
      ident: 'Keepalived_healthcheckers',
      process: 'healthcheckers',
    })
    expect(named.log.ident).toBe('mine')
  })

  test('finds what its parent was told of by relative paths', () => {
    const settings = withAbsolutePaths(
      { ...defaultOptions, configFile: 'k.conf', checkersPidFile: 'c.pid', pidFile: '/p' },
      '/etc/somewhere',
    )
    expect(settings).toMatchObject({
      configFile: '/etc/somewhere/k.conf',
      checkersPidFile: '/etc/somewhere/c.pid',
      pidFile: '/p',
      vrrpPidFile: undefined,
    })
  })
})
