/**
 * `interval` and `timeout` of a vrrp_script: up to 2.3.1 keepalived takes whole
 * seconds and ignores the rest; since 2.3.2 milliseconds, as here.
 */

import { seconds, type Duration } from '../../base/time.ts'
import type { Arguments } from '../syntax/keyword.ts'
import { errorAt, noteAt } from '../syntax/place-diagnostic.ts'
import { argument } from './basic.ts'
import { readSeconds } from './number.ts'

export const checkSeconds: Arguments<Duration> = {
  syntax: '0.001..4294 s',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const value = readSeconds(given, { minimum: 0, maximum: 4294 }, 'the line is ignored', report)
    if (value === 0) {
      report(errorAt(given, 'value-out-of-range', 'more than 0 seconds are expected here; 1 s is used'))
      return seconds(1)
    }
    if (value !== undefined && given.text.includes('.')) {
      const message = 'keepalived before 2.3.2 takes whole seconds here and would ignore the line'
      report(noteAt(given, 'newer-keyword', message, { inKeepalived: 'config' }))
    }
    return value
  },
}
