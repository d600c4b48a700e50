/** Each behaviour as a story: test/director/transcripts/*.transcript, rewritten with UPDATE_GOLDEN=1 and reviewed as a diff. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answer } from './transcript.ts'

const folder = join(import.meta.dirname, 'transcripts')
const names = readdirSync(folder).filter((name) => name.endsWith('.transcript'))

describe('transcripts', () => {
  test.each(names)('%s', (name) => {
    const path = join(folder, name)
    const written = readFileSync(path, 'utf8')
    const answered = answer(written)
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, answered)
    else expect(answered).toBe(written)
  })
})
