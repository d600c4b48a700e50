/**
 * Passwords stand in the file, and nowhere else: not in a message, not in the
 * line shown below it, not when the keyword before them is mistyped.
 */

import { invisibleIn, looksBlank } from '../../base/invisible.ts'

/** A line whose first word, right or wrong, announces a password. */
const ANNOUNCED = /^[ \t]*(?:@\S+[ \t]+)?"?(?:\w*pas+\w*|key)"?(?=[ \t=:]|$)/i

export const announcesSecret = (line: string): boolean => ANNOUNCED.test(asSeen(line).text)

/** As people see the line; and where each of its characters stands in it. */
function asSeen(line: string): { readonly text: string; readonly offsetOf: (index: number) => number } {
  if (!/[^\t -~]/.test(line)) return { text: line, offsetOf: (index) => index }
  const offsets: number[] = []
  let text = ''
  const invisible = new Map(invisibleIn(line).map(({ at, character }) => [at, character]))
  for (let at = 0; at < line.length; at++) {
    const character = invisible.get(at)
    if (character === undefined || looksBlank(character)) {
      text += character === undefined ? (line[at] ?? '') : ' '
      offsets.push(at)
    } else {
      at += character.length - 1
    }
  }
  return { text, offsetOf: (index) => offsets[index] ?? line.length }
}

/** Each character that is no blank becomes `*`, so that columns stay what they are. */
export const hidden = (text: string): string => text.replace(/\S/g, '*')

/** The same behind a brace or a definition's `=`; and a definition whose name says that it is one. */
const ANNOUNCED_WITHIN =
  /(?:^|[{}=])[ \t]*(?:@\S+[ \t]+)?(?:"?(?:\w*pas+\w*|key)"?(?=[ \t=:]|$)|\$\w*(?:pas+|pw|key|secret)\w*=)/i

/** What stands behind the announcing word, wherever in the line, is hidden. */
export function hideSecret(line: string): string {
  const start = secretStart(line)
  return line.slice(0, start) + hidden(line.slice(start))
}

/** Where in the line a password may begin: its length where nothing announces one. */
export function secretStart(line: string): number {
  const { text, offsetOf } = asSeen(line)
  const found = ANNOUNCED_WITHIN.exec(text)
  return found === null ? line.length : offsetOf(found.index + found[0].length)
}
