/** Whatever stands on the line: an answer, one of ipvsadm's exit codes, and nothing done that was refused. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { optionList } from '../../../src/cli/ipvs/option-list.ts'
import { before } from './measured.ts'
import { run, tableAfter } from './run.ts'

const options = optionList.flatMap(({ long, short }) => [
  `--${long}`,
  ...(short === undefined ? [] : [`-${short}`]),
])
const values = [
  '10.8.0.100:80',
  '[fd00::100]:80',
  '10.9.0.21',
  '7',
  '0',
  '255.255.255.0',
  'rr',
  'gue',
  'master',
]

const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...options) },
  { weight: 4, arbitrary: fc.constantFrom(...values) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...options), fc.string()).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const words = fc.array(word, { maxLength: 9 })

test('of any words', async () => {
  await fc.assert(
    fc.asyncProperty(words, async (argv) => {
      const table = await tableAfter(before)
      const saved = (await run(['-Sn'], table)).out
      const { code, out, err } = await run(argv, table)
      expect([0, 1, 2, 255]).toContain(code)
      // ipvsadm says something exactly where it does not do what was asked.
      expect(err === '').toBe(code === 0)
      if (code === 0) return
      expect(out).toBe('')
      expect((await run(['-Sn'], table)).out).toBe(saved)
    }),
  )
})

test('of any file, which is done up to its bad line', async () => {
  const file = fc.array(words.map((line) => line.join(' '))).map((lines) => lines.join('\n'))
  await fc.assert(
    fc.asyncProperty(file, async (input) => {
      const { code } = await run(['-R'], await tableAfter(before), { input })
      expect([0, 1, 2, 255]).toContain(code)
    }),
  )
})
