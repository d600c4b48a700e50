/** Words behind use_vmac and use_ipvlan. */

import { isIpv4 } from '../../base/address.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { hostOf } from './address.ts'

/** IFNAMSIZ less its terminating zero. */
const LONGEST_NAME = 15
const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i
/** RFC 5798's own, which the daemon chooses itself. */
const VRRP_MAC = /^0?0:0?0:5e:0?0:0?[12]:/i

export const isMac = (text: string): boolean => MAC.test(text)

/** In lower case, two digits each. */
export const canonicalMac = (mac: string): string =>
  mac
    .split(':')
    .map((byte) => byte.padStart(2, '0').toLowerCase())
    .join(':')

/** `[NAME] [MAC]`, in any order. */
export const vmacWords: Arguments<readonly Word[]> = {
  syntax: '[NAME] [MAC]',
  needed: 0,
  read({ words }, report) {
    const usable = words.slice(1).filter((word) => isUsable(word, report))
    return usable.filter(isFirst(usable, (word) => !MAC.test(word.text), report))
  },
}

function isUsable(word: Word, report: Report): boolean {
  const problem = MAC.test(word.text) ? macProblem(word.text) : nameProblem(word.text)
  if (problem === undefined) return true
  report(errorAt(word, 'invalid-value', `${problem}: ignored`))
  return false
}

function macProblem(mac: string): string | undefined {
  if (VRRP_MAC.test(mac)) return `the virtual router's own MAC address need not be given`
  const isMulticast = (Number.parseInt(mac, 16) & 1) === 1
  return isMulticast ? `${mac} is a multicast address` : undefined
}

const nameProblem = (name: string): string | undefined =>
  name === '' || name.length > LONGEST_NAME || /[/ \t]/.test(name)
    ? `an interface's name has up to ${LONGEST_NAME} characters, no '/' and no blanks`
    : undefined

const isFirst =
  (words: readonly Word[], isName: (word: Word) => boolean, report: Report) =>
  (word: Word): boolean => {
    if (!isName(word) || words.find(isName) === word) return true
    report(errorAt(word, 'already-given', 'the interface has a name already: this one is ignored'))
    return false
  }

const MODES: readonly string[] = ['bridge', 'private', 'vepa']

/** `[NAME] [ADDRESS] [bridge|private|vepa]`, in any order. */
export const ipvlanWords: Arguments<readonly Word[]> = {
  syntax: '[NAME] [ADDRESS] [bridge|private|vepa]',
  needed: 0,
  read({ words }, report) {
    const given = words.slice(1)
    const isName = ({ text }: Word): boolean => hostOf(text) === undefined && !MODES.includes(text)
    return given.filter(isFirst(given, isName, report))
  },
}

/** An IPv4 ipvlan interface has no address that it could send from. */
export function checkIpvlan(words: readonly [Word, ...Word[]], family: 4 | 6, report: Report): void {
  const [keyword, ...given] = words
  const addresses = given.filter(({ text }) => hostOf(text) !== undefined)
  for (const word of addresses) {
    const address = hostOf(word.text)
    if (address !== undefined && isIpv4(address) !== (family === 4))
      report(errorAt(word, 'family-mismatch', `the instance is an IPv${family} one: this one is ignored`))
  }
  if (family === 4 && addresses.length === 0)
    report(errorAt(keyword, 'invalid-value', 'IPv4 with ipvlan needs a source address here'))
}
