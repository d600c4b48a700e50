/**
 * Characters that nobody sees, or takes for a blank, and that are letters to a program that reads
 * bytes: from word processors, web pages, messengers and editors.
 *
 * Source: Unicode 15.1, properties White_Space, Default_Ignorable_Code_Point and Bidi_Control; C0 and C1
 * controls. ASCII blanks and line ends are none. U+DCA0 and U+DCAD stand for the bytes A0 and AD that
 * are no UTF-8 (config/syntax/text.ts): what ISO 8859-1 has for such characters.
 */

const INVISIBLE =
  /[\u0001-\u0008\u000e-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\udca0\udcad\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu

/** Look like a blank; all others look like nothing. */
const BLANK = /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0\udca0]/

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x7f, 'delete'],
  [0x85, 'next line'],
  [0xa0, 'no-break space'],
  [0xad, 'soft hyphen'],
  [0x34f, 'combining grapheme joiner'],
  [0x61c, 'Arabic letter mark'],
  [0x1680, 'Ogham space mark'],
  [0x180e, 'Mongolian vowel separator'],
  [0x2002, 'en space'],
  [0x2003, 'em space'],
  [0x2007, 'figure space'],
  [0x2009, 'thin space'],
  [0x200a, 'hair space'],
  [0x200b, 'zero width space'],
  [0x200c, 'zero width non-joiner'],
  [0x200d, 'zero width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202a, 'left-to-right embedding'],
  [0x202b, 'right-to-left embedding'],
  [0x202c, 'pop directional formatting'],
  [0x202d, 'left-to-right override'],
  [0x202e, 'right-to-left override'],
  [0x202f, 'narrow no-break space'],
  [0x205f, 'medium mathematical space'],
  [0x2060, 'word joiner'],
  [0x3000, 'ideographic space'],
  [0xfeff, 'byte order mark'],
  [0xdca0, 'no-break space in ISO 8859-1'],
  [0xdcad, 'soft hyphen in ISO 8859-1'],
])

export interface Invisible {
  /** In UTF-16 units. */
  readonly at: number
  readonly character: string
}

export const invisibleIn = (text: string): readonly Invisible[] =>
  [...text.matchAll(INVISIBLE)].map((found) => ({ at: found.index, character: found[0] }))

export const looksBlank = (character: string): boolean => BLANK.test(character)

/** `U+00A0` */
function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hexadecimal = (value: number, digits: number): string =>
    value.toString(16).toUpperCase().padStart(digits, '0')
  return code >= 0xdc80 && code <= 0xdcff
    ? `byte ${hexadecimal(code - 0xdc00, 2)}`
    : `U+${hexadecimal(code, 4)}`
}

/** `U+00A0 (no-break space)` */
export function nameOf(character: string): string {
  const name = NAMES.get(character.codePointAt(0) ?? 0)
  return name === undefined ? codePoint(character) : `${codePoint(character)} (${name})`
}

/** Each of them by its number: `<U+FEFF>vrrp_instance`. */
export const withNames = (text: string): string =>
  text.replace(INVISIBLE, (character) => `<${codePoint(character)}>`)

export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '')

/** Each of them as U+FFFD, one for one, so that columns and offsets stay what they are. */
export const withMarks = (text: string): string =>
  text.replace(INVISIBLE, (character) => '\ufffd'.repeat(character.length))
