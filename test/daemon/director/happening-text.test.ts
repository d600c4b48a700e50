import { expect, test } from 'vitest'
import {
  happeningKind,
  happeningText,
  subjectsOf,
} from '../../../src/daemon/director/child/happening-text.ts'
import type { Cause, Happening } from '../../../src/director/state.ts'
import type { IpvsChange } from '../../../src/netlink/ipvs/types.ts'
import { destination, service } from '../../director/kit.ts'

const virtualServer = '[10.8.0.100]:tcp:80'
const realServer = '[10.9.0.21]:tcp:80'
const names = { virtualServer, realServer }
const said = (reason?: string): Cause => ({ by: 'checker', checker: 'x', reason })
const quorum = { quorum: 3, hysteresis: 1 }
const refusal = { errno: 12, code: 'ENOMEM', text: 'Cannot allocate memory' }

test.each<[Happening, string]>([
  [
    { type: 'server-down', ...names, cause: said('HTTP 503, expected 200-299') },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 is out: HTTP 503, expected 200-299',
  ],
  [
    { type: 'server-down', ...names, cause: said() },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 is out: its check failed',
  ],
  [
    { type: 'server-down', ...names, cause: { by: 'stop' } },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 is out at the end',
  ],
  [
    { type: 'server-up', ...names, cause: said() },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 is in: its checks pass',
  ],
  [
    { type: 'server-up', ...names, cause: { by: 'start' } },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 is in at start',
  ],
  [
    { type: 'quorum-gained', virtualServer, ...quorum, sum: 4, cause: { by: 'reload' } },
    '[10.8.0.100]:tcp:80 has its quorum: a weight of 4 is up, 4 is needed (by the reload)',
  ],
  [
    { type: 'quorum-lost', virtualServer, ...quorum, sum: 1, cause: said('connect refused') },
    '[10.8.0.100]:tcp:80 has no quorum: a weight of 1 is up, 2 is needed (connect refused)',
  ],
  [
    { type: 'sorry-in', virtualServer, sorryServer: '[10.9.0.99]:tcp:80' },
    'sorry server 10.9.0.99:80 of [10.8.0.100]:tcp:80 serves',
  ],
  [
    { type: 'sorry-out', virtualServer, sorryServer: '[10.9.0.99]:tcp:80' },
    'sorry server 10.9.0.99:80 of [10.8.0.100]:tcp:80 serves no longer',
  ],
  [
    { type: 'weight-changed', ...names, from: 1, to: 5, cause: said() },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 has the weight 5 (was 1)',
  ],
  [{ type: 'server-added', ...names }, '10.9.0.21:80 of [10.8.0.100]:tcp:80 is new in the configuration'],
  [
    { type: 'server-removed', ...names },
    '10.9.0.21:80 of [10.8.0.100]:tcp:80 is in the configuration no longer',
  ],
  [{ type: 'virtual-server-added', virtualServer }, '[10.8.0.100]:tcp:80 is new in the configuration'],
  [
    { type: 'virtual-server-removed', virtualServer },
    '[10.8.0.100]:tcp:80 is in the configuration no longer',
  ],
])('%j', (happening, text) => {
  expect(happeningText(happening)).toBe(text)
  expect(subjectsOf(happening).virtualServer).toBe(virtualServer)
  expect(happeningKind(happening)).toBe(happening.type)
})

const web = service('10.8.0.100 80')
const server = destination('10.9.0.21 80')

test.each<[IpvsChange, string]>([
  [{ type: 'add-service', service: web }, 'to add 10.8.0.100:tcp:80'],
  [{ type: 'edit-service', service: web }, 'to edit 10.8.0.100:tcp:80'],
  [{ type: 'delete-service', key: web.key }, 'to delete 10.8.0.100:tcp:80'],
  [
    { type: 'add-destination', key: web.key, destination: server },
    'to add 10.9.0.21:80 of 10.8.0.100:tcp:80',
  ],
  [
    { type: 'delete-destination', key: web.key, destination: server.key },
    'to delete 10.9.0.21:80 of 10.8.0.100:tcp:80',
  ],
  [{ type: 'flush' }, 'to empty the table'],
  [{ type: 'zero' }, 'to zero the counters'],
  [{ type: 'set-timeouts', timeouts: {} }, 'the timeouts'],
  [
    { type: 'start-sync-daemon', daemon: { role: 'master', interface: 'eth1', syncId: 1 } },
    'to start the sync daemon (master, eth1)',
  ],
  [{ type: 'stop-sync-daemon', role: 'backup' }, 'to stop the sync daemon (backup)'],
])('refused: %j', (change, what) => {
  const happening = { type: 'refused', change, refusal } as const
  expect(happeningText(happening)).toBe(`the kernel refuses ${what}: Cannot allocate memory`)
  expect(subjectsOf(happening)).toEqual({ virtualServer: null, realServer: null })
})
