import { describe, expect, test } from 'vitest'
import { tellLeftOut, tellRed, type LeftOut, type Red } from '../../tools/summary.ts'

const root = { need: 'root', remedy: 'run it as root' }
const keepalived = { need: 'keepalived', remedy: 'apt-get install keepalived' }
const nft = { need: 'nft', remedy: 'apt-get install nftables' }

const leftOut = (tests: number, ...missing: LeftOut['missing']): LeftOut => ({ tests, missing })

describe('what was left out', () => {
  test('is told in three lines, of several runs together', () => {
    const runs = [
      { tests: 17, leftOut: [leftOut(17, root)], red: [] },
      {
        tests: 3_443,
        leftOut: [leftOut(400, root, keepalived), leftOut(90, keepalived), leftOut(6, nft)],
        red: [],
      },
    ]
    expect(tellLeftOut(runs)).toEqual([
      'Left out: 513 of 3,460 tests, for want of keepalived (490), root (417), nft (6)',
      'To have them: run it as root; apt-get install keepalived nftables',
      'Each by name: npx vitest run',
    ])
  })

  test('is nothing to speak of where it is nothing', () => {
    expect(tellLeftOut([{ tests: 3_460, leftOut: [], red: [] }])).toEqual([])
    expect(tellLeftOut([])).toEqual([])
  })
})

describe('what was red', () => {
  const run = (...red: readonly Red[]): Parameters<typeof tellRed>[0][number] => ({
    tests: 10,
    leftOut: [],
    red,
  })

  test('is told by name, with what was wrong, of several runs together', () => {
    const lines = tellRed([
      run({ name: 'a.test.ts > it works', wrong: 'expected 1 to be 2\n\n- 2\n+ 1\n' }),
      run(),
      run({ name: 'b.boot.test.ts', wrong: 'no kernel' }),
    ])
    expect(lines).toEqual([
      'Red (2):',
      '  a.test.ts > it works',
      '    expected 1 to be 2',
      '',
      '    - 2',
      '    + 1',
      '  b.boot.test.ts',
      '    no kernel',
    ])
  })

  test('is shortened where it is long, so that every name stays in sight', () => {
    const long = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n')
    const many = Array.from({ length: 21 }, (_, number) => ({ name: `test ${number}`, wrong: long }))
    const lines = tellRed([run(...many)])
    expect(lines).toHaveLength(1 + 20 * (1 + 25 + 1) + 1)
    expect(lines[26]).toBe('    line 24')
    expect(lines[27]).toBe('    … 5 more lines')
    expect(lines.at(-1)).toBe('  … 1 more')
  })

  test('is nothing to speak of where all was green', () => {
    expect(tellRed([run(), run()])).toEqual([])
    expect(tellRed([])).toEqual([])
  })
})
