/**
 * `script "</path"`: no program; the check succeeds when its user can open that
 * file for reading. keepalived hands the line to a shell without looking at it,
 * enable_script_security or not: `"</path; program"` runs the program (measured
 * with 2.2.7). Here it is a path and nothing else. Pure.
 */

/** keepalived's exit code for a file that cannot be opened, whatever the reason (measured). */
const CANNOT_OPEN = 2

/** Undefined for an ordinary command. */
export const fileToOpen = ([word]: readonly [string, ...string[]]): string | undefined =>
  word.startsWith('</') ? word.slice(1) : undefined

/** A shell opens it, so that a FIFO without a writer makes nobody else wait; its name is no part of the shell's text. */
export const openingCommand = (path: string): readonly [string, ...string[]] => [
  '/bin/sh',
  '-c',
  `true <"$1" || exit ${CANNOT_OPEN}`,
  'sh',
  path,
]
