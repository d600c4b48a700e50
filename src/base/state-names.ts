/** The states of a virtual router by all their names. Pure. */

/**
 * What the code calls a state (RFC 3768 section 6.4, and keepalived's Fault), and keepalived's word for it: in its log
 * and its dumps, in `vrrpd status` and the journal.
 */
export const STATE_WORDS = {
  initialize: 'INIT',
  backup: 'BACKUP',
  master: 'MASTER',
  fault: 'FAULT',
} as const

type Kind = keyof typeof STATE_WORDS

/** INIT lasts until every weightless track_script has returned once. */
export type StateWord = (typeof STATE_WORDS)[Kind]

/** keepalived's, in its JSON dump. */
export const STATE_NUMBERS: Readonly<Record<Kind, number>> = { initialize: 0, backup: 1, master: 2, fault: 3 }

/** Those that notify scripts, FIFOs and sync groups hear of: none is told that a router has not begun. */
export type NotifyWord = Exclude<StateWord, 'INIT'>

/** @returns undefined for what nobody is told of */
export function notifyWord(kind: Kind): NotifyWord | undefined {
  const word = STATE_WORDS[kind]
  return word === 'INIT' ? undefined : word
}
