/** What stands in a file, for people: nothing in it can be unseen or do harm to a terminal. */

import { withMarks, withNames } from '../../base/invisible.ts'

/**
 * For people: bytes that were no characters, and control characters, become visible and harmless; other
 * characters that cannot be seen are named.
 */
export const printable = (text: string): string => withNames(harmless(text))

/** The same for a line of a file, with U+FFFD for what cannot be seen: its columns stay what they are. */
export const printableLine = (text: string): string => withMarks(harmless(text))

const harmless = (text: string): string =>
  text
    .replace(/[\ud800-\udfff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '�')
    .replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '�')
