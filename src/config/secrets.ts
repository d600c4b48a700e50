/**
 * Passwords stand in the file, and nowhere else: not in a message, not in the
 * line shown below it, not when the keyword before them is mistyped.
 */

/** A line whose first word, right or wrong, announces a password. */
const ANNOUNCED = /^[ \t]*(?:@\S+[ \t]+)?"?(?:\w*pas+\w*|key)"?(?=[ \t]|$)/i

export const announcesSecret = (line: string): boolean => ANNOUNCED.test(line)

/** Each character that is no blank becomes `*`, so that columns stay what they are. */
export const hidden = (text: string): string => text.replace(/\S/g, '*')

/** The same behind a brace or a definition's `=`; and a definition whose name says that it is one. */
const ANNOUNCED_WITHIN =
  /(?:^|[{}=])[ \t]*(?:@\S+[ \t]+)?(?:"?(?:\w*pas+\w*|key)"?(?=[ \t]|$)|\$\w*(?:pas+|pw|key|secret)\w*=)/i

/** What stands behind the announcing word, wherever in the line, is hidden. */
export function hideSecret(line: string): string {
  const found = ANNOUNCED_WITHIN.exec(line)
  if (found === null) return line
  const end = found.index + found[0].length
  return line.slice(0, end) + hidden(line.slice(end))
}
