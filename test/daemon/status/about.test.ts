import { expect, test } from 'vitest'
import { aboutDaemon } from '../../../src/daemon/status/about.ts'
import { silentLog } from '../../../src/simulation/host.ts'

const facts = {
  configFile: '/etc/keepalived.conf',
  startedAt: new Date('2026-01-02T03:04:05Z'),
  loadedAt: new Date('2026-01-02T04:04:05Z'),
  refused: undefined,
  notices: ['a notice'],
  lag: { read: () => ({ maxMs: 12 }), stop: () => undefined },
  log: { ...silentLog, linesLost: () => 3 },
}

test('what is known of the daemon as a whole', () => {
  expect(aboutDaemon(facts)).toMatchObject({
    notices: ['a notice'],
    logLinesLost: 3,
    daemon: {
      configFile: '/etc/keepalived.conf',
      startedAt: '2026-01-02T03:04:05.000Z',
      loadedAt: '2026-01-02T04:04:05.000Z',
      loopLagMs: 12,
    },
  })
  expect(aboutDaemon(facts).refusedReload).toBeUndefined()
})

test('a reload that was refused is told with its reason', () => {
  const refused = { at: new Date('2026-01-02T05:04:05Z'), text: 'no instance' }
  expect(aboutDaemon({ ...facts, refused }).refusedReload).toEqual({
    at: '2026-01-02T05:04:05.000Z',
    text: 'no instance',
  })
})
