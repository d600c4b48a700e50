/** `global_defs`: how and when the file is read again. */

import { nearest } from '../../../base/suggest.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, noEffect, notYet, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, noteAt } from '../../syntax/place-diagnostic.ts'
import { alone, flag, lenient, text, words } from '../../values/basic.ts'

const CHECKS = ['readable', 'match', 'wildcard_match', 'brace_match']

/** Names of checks, each with a sign or all without; none means all. */
const includeChecks: Arguments<true> = {
  syntax: '[+|-][readable|match|wildcard_match|brace_match] …',
  needed: 0,
  read({ words }, report) {
    for (const given of words.slice(1)) reportCheck(given, report)
    return true
  },
}

function reportCheck(given: Word, report: Report): void {
  const name = given.text.replace(/^[+-]/, '')
  if (name === 'readable') {
    const message = 'keepalived 2.2.7 does not know this word here, though its manual does'
    report(noteAt(given, 'newer-keyword', message, { inKeepalived: 'config' }))
  }
  if (CHECKS.includes(name)) return
  const message = `${CHECKS.join(', ')} are expected here; the word is ignored`
  report(errorAt(given, 'unknown-option', message, { suggestion: nearest(name, CHECKS) }))
}

const safeReload = noEffect('vrrpd always reads the new file before it gives up the old configuration')

export const reloadKeywords: readonly Keyword[] = [
  value('reload_check_config', 3, words('[LOG-FILE]'), 'try a new file before reloading', {
    standing: safeReload,
  }),
  value('reload_time_file', 3, lenient(alone(text('PATH'))), 'reload at the time it holds', {
    standing: notYet('reload with SIGHUP'),
  }),
  value('reload_repeat', 3, flag, 'every day', { standing: notYet('reload with SIGHUP') }),
  value('reload_file', 3, words('[PATH]'), 'exists while files are read', {
    standing: notYet('it is not made'),
  }),
  value('include_check', 3, includeChecks, 'missing includes are errors', {
    standing: noEffect('vrrpd always says which includes are missing'),
  }),
]
