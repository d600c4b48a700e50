/** Configuration files from memory. */

import type { ConfigIo } from '../../src/config/syntax/io.ts'

export const memoryIo = (files: Readonly<Record<string, string>>): ConfigIo => ({
  read: (path) => {
    const text = files[path]
    return Promise.resolve(
      text === undefined
        ? { kind: 'problem', problem: 'missing' }
        : { kind: 'contents', bytes: new TextEncoder().encode(text) },
    )
  },
  list: () => Promise.resolve([]),
  workingDirectory: () => '/',
  variable: () => undefined,
  random: (minimum) => minimum,
})
