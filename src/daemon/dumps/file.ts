/**
 * Writes a dump where everybody may write (/tmp): into a file that did not
 * exist before, which then takes the old one's place. So nobody reads half of
 * it, and no symbolic link laid out there is followed.
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
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    return undefined
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    return error instanceof Error ? error.message : String(error)
  }
}
