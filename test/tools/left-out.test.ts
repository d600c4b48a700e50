import { describe, expect, test } from 'vitest'
import { summarize, type LeftOut } from '../../tools/left-out.ts'

const root = { need: 'root', remedy: 'run it as root' }
const keepalived = { need: 'keepalived', remedy: 'apt-get install keepalived' }
const nft = { need: 'nft', remedy: 'apt-get install nftables' }

const leftOut = (tests: number, ...missing: LeftOut['missing']): LeftOut => ({ tests, missing })

describe('what was left out', () => {
  test('is told in three lines, of several runs together', () => {
    const runs = [
      { tests: 17, leftOut: [leftOut(17, root)] },
      { tests: 3_443, leftOut: [leftOut(400, root, keepalived), leftOut(90, keepalived), leftOut(6, nft)] },
    ]
    expect(summarize(runs)).toEqual([
      'Left out: 513 of 3,460 tests, for want of keepalived (490), root (417), nft (6)',
      'To have them: run it as root; apt-get install keepalived nftables',
      'Each by name: npx vitest run',
    ])
  })

  test('is nothing to speak of where it is nothing', () => {
    expect(summarize([{ tests: 3_460, leftOut: [] }])).toEqual([])
    expect(summarize([])).toEqual([])
  })
})
