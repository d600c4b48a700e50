/** What a burst of work has needed goes back to the kernel. In a process of its own: the heap of a test runner is its own. */

import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const PROGRAM = `
  import { giveMemoryBack } from './src/system/memory.ts'
  let burst = Array.from({ length: 400_000 }, (_, index) => ({ index, text: 'server ' + index }))
  const kept = burst.slice(0, 1000)
  burst = undefined
  const before = process.memoryUsage().heapTotal
  giveMemoryBack()
  const after = process.memoryUsage().heapTotal
  console.log(JSON.stringify({ before, after, kept: kept.length, gc: typeof globalThis.gc }))
`

test('garbage is collected and its pages are given back, and nobody else sees the collector', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', './tools/typescript.mjs', '--input-type=module', '-e', PROGRAM],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  const { before, after, kept, gc } = JSON.parse(stdout) as Record<string, unknown>
  expect(before).toBeGreaterThan(50_000_000)
  expect(after).toBeLessThan(Number(before) - 25_000_000)
  expect([kept, gc]).toEqual([1000, 'undefined'])
})
