import { expect, test } from 'vitest'
import { listeningLog } from '../../../src/daemon/log/listening-log.ts'
import { silentLog } from '../../../src/simulation/host.ts'

test('keeps what went wrong, and the first error for whoever asks why', () => {
  const log = listeningLog(undefined)
  log.info('well')
  log.warn('odd')
  log.error('wrong')
  log.error('also wrong')
  expect(log.complaints).toEqual(['odd', 'wrong', 'also wrong'])
  expect(log.firstError).toBe('wrong')
})

test('nothing went wrong: there is no error', () => {
  const log = listeningLog(undefined)
  log.warn('odd')
  expect(log.firstError).toBeUndefined()
})

test('passes everything on', () => {
  const heard: string[] = []
  const hear = (text: string): void => void heard.push(text)
  const log = listeningLog({ ...silentLog, detail: hear, info: hear, warn: hear, error: hear })
  log.detail('a')
  log.info('b')
  log.warn('c')
  log.error('d')
  expect(heard).toEqual(['a', 'b', 'c', 'd'])
})
