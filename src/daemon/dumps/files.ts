/** The files that dumps go to: which they are, and how they come to be there. */

import { randomBytes } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import type { Model } from '../../config/model.ts'
import { insertBeforeExtension } from '../log/log-text.ts'
import type { InstanceNaming } from '../instance-naming.ts'

/** Where dumps go. */
export interface DumpPaths {
  readonly data: string
  readonly parentData: string
  readonly checkData: string
  readonly stats: string
  readonly json: string
}

/** keepalived's; with data_use_instance only those of `.data` files differ (measured with 2.2.7). */
export function dumpPaths(
  { global: { dumps } }: Pick<Model, 'global'>,
  { suffix }: InstanceNaming,
): DumpPaths {
  const named = dumps.useInstance && suffix !== '' ? `.${suffix.slice(1)}` : ''
  return {
    data: dumps.data ?? `/tmp/keepalived${named}.data`,
    parentData:
      dumps.data === undefined
        ? `/tmp/keepalived_parent${named}.data`
        : insertBeforeExtension(dumps.data, '_parent'),
    checkData:
      dumps.data === undefined
        ? `/tmp/keepalived_check${named}.data`
        : insertBeforeExtension(dumps.data, '_check'),
    stats: dumps.stats ?? '/tmp/keepalived.stats',
    json: dumps.json ?? '/tmp/keepalived.json',
  }
}

/**
 * Writes a dump where everybody may write (/tmp): into a file that did not
 * exist before, which then takes the old one's place. So nobody reads half of
 * it, and no symbolic link laid out there is followed. It is closed when it
 * has its name: who waits for IN_CLOSE_WRITE of that, as with keepalived,
 * finds all of it there. (keepalived 2.2.7 gives it the name first and writes
 * then: measured.)
 *
 * @returns what went wrong
 */
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
