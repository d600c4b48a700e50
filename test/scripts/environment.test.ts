import { expect, test } from 'vitest'
import { scriptEnvironment } from '../../src/scripts/environment.ts'

test('only what finds programs and shapes their output is handed on', () => {
  const own = {
    PATH: '/sbin:/bin',
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'C',
    TZ: 'UTC',
    HOME: '/root',
    AWS_SECRET_ACCESS_KEY: 'x',
    LD_PRELOAD: '/tmp/evil.so',
    NODE_OPTIONS: '--require /tmp/evil.js',
    NOTIFY_SOCKET: '/run/systemd/notify',
    BASH_ENV: '/tmp/evil.sh',
    PATHOLOGICAL: 'x',
  }
  expect(scriptEnvironment(own)).toEqual({ PATH: '/sbin:/bin', LANG: 'de_DE.UTF-8', LC_ALL: 'C', TZ: 'UTC' })
})

test('a PATH there always is', () => {
  for (const own of [{}, { PATH: '' }, { PATH: undefined }]) {
    expect(scriptEnvironment(own)['PATH']).toContain('/usr/sbin:/usr/bin')
  }
})
