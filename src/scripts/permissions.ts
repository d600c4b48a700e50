/** What permission bits allow: who could change what is run, and who may run it. Pure. */

import type { Step } from './path-walk.ts'

const MODE = { sticky: 0o1000, groupWrite: 0o020, otherWrite: 0o002, execute: 0o111 } as const

interface Ids {
  readonly uid: number
  readonly gid: number
  /** Supplementary ones. */
  readonly groups?: readonly number[]
}

/**
 * The first step that somebody but root could change or replace. In a sticky
 * directory (/tmp) only the owner of a file can replace it, so it is the
 * file's own bits that count. A link's bits mean nothing; its owner does where
 * the directory is everybody's.
 */
export const changeableByOthers = (steps: readonly Step[]): Step | undefined => steps.find(isChangeable)

function isChangeable({ kind, mode, uid, gid }: Step): boolean {
  if (uid !== 0) return true
  if (kind === 'link' || (kind === 'directory' && (mode & MODE.sticky) !== 0)) return false
  return (mode & MODE.otherWrite) !== 0 || ((mode & MODE.groupWrite) !== 0 && gid !== 0)
}

/** Nobody at all may execute it. */
export const isExecutableByNobody = ({ mode }: Step): boolean => (mode & MODE.execute) === 0

/**
 * The first step on which the mode bits refuse a user: a directory it may not
 * pass, or a file it may not execute. An ACL may still allow what they refuse;
 * only the kernel knows.
 */
export const refusedBy = (steps: readonly Step[], user: Ids): Step | undefined =>
  steps.find((step) => step.kind !== 'link' && !mayExecute(step, user))

/** Root passes every directory and executes what anybody may. */
function mayExecute(step: Step, { uid, gid, groups = [] }: Ids): boolean {
  if (uid === 0) return step.kind === 'directory' || !isExecutableByNobody(step)
  if (uid === step.uid) return (step.mode & 0o100) !== 0
  return (step.mode & ([gid, ...groups].includes(step.gid) ? 0o010 : 0o001)) !== 0
}
