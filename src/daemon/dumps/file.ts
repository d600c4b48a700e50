/**
 * Writes a dump where everybody may write (/tmp): into a file that did not
 * exist before, which then takes the old one's place. So nobody reads half of
 * it, and no symbolic link laid out there is followed. It is closed when it
 * has its name: who waits for IN_CLOSE_WRITE of that, as with keepalived,
 * finds all of it there. (keepalived 2.2.7 gives it the name first and writes
 * then: measured.)
 */

import { randomBytes } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'

/** @returns what went wrong */
export async function replaceFile(path: string, text: string): Promise<string | undefined> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await rename(temporary, path)
    } finally {
      await file.close()
    }
    return undefined
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    return error instanceof Error ? error.message : String(error)
  }
}
