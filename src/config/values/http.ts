/** What an answer to a health check is compared with. */

import type { Arguments } from '../syntax/keyword.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { parseInteger } from './number.ts'

const MD5_DIGITS = 32

export const digest: Arguments<string> = {
  syntax: 'MD5',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    if (given.text.length === MD5_DIGITS && /^[0-9a-fA-F]+$/.test(given.text)) return given.text
    report(
      errorAt(
        given,
        'invalid-value',
        `an MD5 digest has ${MD5_DIGITS} hexadecimal digits; the line is ignored`,
      ),
    )
    return undefined
  },
}

/** `200-299 400 503` */
export const statusCodes: Arguments<true> = {
  syntax: 'CODE|FROM-TO …',
  needed: 0,
  read({ words }, report) {
    for (const given of words.slice(1))
      if (!isCodeRange(given.text))
        report(errorAt(given, 'invalid-value', `'${given.text}' is no status code, 100..599; it is ignored`))
    return true
  },
}

function isCodeRange(text: string): boolean {
  const [from, to, more] = text.split('-').map((part) => parseInteger(part))
  const isCode = (code: number | undefined): boolean => code !== undefined && code >= 100 && code <= 599
  return (
    isCode(from) &&
    (to === undefined ? !text.includes('-') : isCode(to) && (from ?? 0) <= to) &&
    more === undefined
  )
}

/** Hexadecimal digits, in words of any length. */
export const payload: Arguments<true> = {
  syntax: 'HEX …',
  needed: 1,
  read({ words }, report) {
    for (const given of words.slice(1))
      if (!/^[0-9a-fA-F]+$/.test(given.text))
        report(errorAt(given, 'invalid-value', `hexadecimal digits are expected here; the line is ignored`))
    return true
  },
}
