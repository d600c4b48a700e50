/**
 * Passwords stand in the file, and nowhere else: not in a message, not in the
 * line shown below it, not when the keyword before them is mistyped.
 */

/** A line whose first word, right or wrong, announces a password. */
const ANNOUNCED = /^[ \t]*(?:@\S+[ \t]+)?"?(?:\w*pas+\w*|key)"?(?=[ \t]|$)/i

export const announcesSecret = (line: string): boolean => ANNOUNCED.test(line)

/** Each character that is no blank becomes `*`, so that columns stay what they are. */
export const hidden = (text: string): string => text.replace(/\S/g, '*')

/** What stands behind the announcing word is hidden. */
export function hideSecret(line: string): string {
  const end = ANNOUNCED.exec(line)?.[0].length
  return end === undefined ? line : line.slice(0, end) + hidden(line.slice(end))
}
