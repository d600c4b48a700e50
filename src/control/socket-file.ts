/**
 * The file of a listening Unix socket: made under another name and then linked
 * into place, which fails when the name exists. So the socket is never seen
 * with wrong permissions, one that a live daemon holds is never taken, and
 * what a dead one left is replaced.
 */

import { chmod, chown, link, lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

export type Claim =
  | { readonly kind: 'claimed'; readonly file: SocketFile }
  /** A live process listens there. */
  | { readonly kind: 'held' }
  /** The path is something else than a socket. */
  | { readonly kind: 'not-a-socket' }

/** Identifies a file whatever its name. */
export interface SocketFile {
  readonly path: string
  readonly device: bigint
  readonly inode: bigint
}

/**
 * Gives a bound socket its name.
 *
 * @param temporary where the socket is bound now, in the directory of `path`; removed here
 * @param gid the group that may connect besides the owner; the owner's when undefined
 * @throws what the system refuses, with its `code`
 */
export async function claimSocketPath(
  temporary: string,
  path: string,
  gid: number | undefined,
): Promise<Claim> {
  try {
    if (gid !== undefined) await chown(temporary, process.getuid?.() ?? 0, gid)
    await chmod(temporary, 0o660)
    return await linkIntoPlace(temporary, path)
  } finally {
    await unlink(temporary)
  }
}

/** Removes a socket that a process of the same number left behind when it was killed while claiming. */
export async function removeLeftover(temporary: string): Promise<void> {
  const found = await identify(temporary)
  if (found?.isSocket === true) await unlink(temporary)
}

/**
 * Removes our socket's file unless somebody has put another one in its place.
 * To be called while it still listens: until then nobody else takes the path.
 */
export async function releaseSocketFile(file: SocketFile): Promise<void> {
  const now = await identify(file.path)
  if (now && sameFile(now, file)) await unlink(file.path)
}

const ATTEMPTS = 5

async function linkIntoPlace(temporary: string, path: string): Promise<Claim> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await tryLink(temporary, path)) {
      const file = await identify(path)
      if (file) return { kind: 'claimed', file }
      continue
    }
    const found = await identify(path)
    if (found === undefined) continue
    if (!found.isSocket) return { kind: 'not-a-socket' }
    if (await isAlive(path)) return { kind: 'held' }
    if (!(await removeDead(found, temporary, `${path}.claim`))) return { kind: 'held' }
  }
  // Others claim and release it as fast as we look: one of them has it.
  return { kind: 'held' }
}

/**
 * Removes what a dead process left. Several may want to at once, and the slowest
 * must not remove what the quickest has put there since: only who has given its
 * socket the second name may, and as long as it has that, nobody else puts
 * anything in the dead one's place.
 *
 * @returns false while another, living one is at it
 */
async function removeDead(dead: SocketFile, temporary: string, claim: string): Promise<boolean> {
  if (!(await tryLink(temporary, claim))) {
    if (await isAlive(claim)) return false
    // Left by one that was killed within these lines.
    await unlinkIfThere(claim)
    return true
  }
  try {
    const found = await identify(dead.path)
    if (found && sameFile(found, dead)) await unlink(dead.path)
  } finally {
    await unlinkIfThere(claim)
  }
  return true
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

async function tryLink(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function identify(path: string): Promise<(SocketFile & { isSocket: boolean }) | undefined> {
  try {
    const status = await lstat(path, { bigint: true })
    return { path, device: status.dev, inode: status.ino, isSocket: status.isSocket() }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const sameFile = (a: SocketFile, b: SocketFile): boolean => a.device === b.device && a.inode === b.inode

/** Only a refused connection proves that nobody listens; a full backlog or a forbidden one does not. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error) => {
      resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT')
    })
  })
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
