import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allBlocks } from '../../tools/docs/blocks.ts'
import { compatibilityPage } from '../../tools/docs/compatibility.ts'
import { manualPage } from '../../tools/docs/manual.ts'
import { needs } from '../support/privileges.ts'

describe('documents of the language', () => {
  test('docs/compatibility.md is what the keyword tables say', () => {
    const isTrue = readFileSync('docs/compatibility.md', 'utf8') === compatibilityPage()
    expect(isTrue, 'keywords have changed: run npm run docs').toBe(true)
  })

  test('docs/vrrpd.conf.5 is what the keyword tables say', () => {
    const isTrue = readFileSync('docs/vrrpd.conf.5', 'utf8') === manualPage()
    expect(isTrue, 'keywords have changed: run npm run docs').toBe(true)
  })

  test('every keyword says what it means and where it stands', () => {
    for (const { title, keywords } of allBlocks())
      for (const { name, summary, standing } of keywords) {
        expect(summary, `${title} ${name}`).not.toBe('')
        if (standing.kind === 'no-effect') expect(standing.because, name).not.toBe('')
        if (standing.kind === 'not-yet') expect(standing.instead, name).not.toBe('')
      }
  })
})

needs('man')('vrrpd.conf(5)', () => {
  test('is formatted without a warning', () => {
    const { status, stderr } = spawnSync('man', ['--warnings', '-l', 'docs/vrrpd.conf.5'], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANROFFSEQ: '' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
