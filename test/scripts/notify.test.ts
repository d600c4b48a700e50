import { expect, test } from 'vitest'
import { notification, type NotifyScripts } from '../../src/scripts/notify.ts'
import type { Script } from '../../src/scripts/types.ts'
import { specOf } from './fake-launcher.ts'

const script = (...argv: [string, ...string[]]): Script => ({
  kind: 'runnable',
  spec: specOf(...argv),
  warnings: [],
  insecure: false,
})
const disabled: Script = { kind: 'disabled', reason: 'not-found', text: 'gone', warnings: [] }

const all: NotifyScripts = {
  master: script('/etc/master.sh', 'VI_1'),
  backup: script('/etc/backup.sh'),
  fault: script('/etc/fault.sh', 'a b'),
  stop: script('/etc/stop.sh'),
  any: script('/etc/notify.sh', 'first'),
}
const instance = { type: 'INSTANCE', name: 'VI_1' } as const

const calls = (...args: Parameters<typeof notification>) =>
  notification(...args).programs.map(({ argv }) => argv.join(' '))

test.each([
  ['MASTER', '/etc/master.sh VI_1'],
  ['BACKUP', '/etc/backup.sh'],
  ['FAULT', '/etc/fault.sh a b'],
  ['STOP', '/etc/stop.sh'],
] as const)('%s: its own script as configured, then notify with four arguments', (state, own) => {
  expect(calls(all, instance, state, 105)).toEqual([own, `/etc/notify.sh first INSTANCE VI_1 ${state} 105`])
})

test('a group’s priority is 0', () => {
  expect(calls(all, { type: 'GROUP', name: 'G' }, 'FAULT', 105)[1]).toBe(
    '/etc/notify.sh first GROUP G FAULT 0',
  )
})

test('what is not configured or cannot be run is left out', () => {
  expect(calls({}, instance, 'MASTER', 100)).toEqual([])
  expect(calls({ master: disabled, any: all.any }, instance, 'MASTER', 100)).toEqual([
    '/etc/notify.sh first INSTANCE VI_1 MASTER 100',
  ])
  expect(calls({ backup: all.backup, any: disabled }, instance, 'BACKUP', 100)).toEqual(['/etc/backup.sh'])
})

test('a configured script is not changed by what is appended', () => {
  notification(all, instance, 'MASTER', 100)
  expect(all.any).toEqual(script('/etc/notify.sh', 'first'))
})
