/** promote_secondaries follows a link, whatever its name is. */

import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Promotion } from '../../../src/daemon/kernel/promotion.ts'

test('is put back on a link that has another name by then', () => {
  const directory = mkdtempSync(join(tmpdir(), 'promotion-'))
  try {
    const valueOf = (name: string): string =>
      readFileSync(join(directory, name, 'promote_secondaries'), 'utf8')
    const names = new Map([
      [2, 'eth0'],
      [3, 'eth1'],
      [4, 'eth2'],
    ])
    for (const [index, name] of names) {
      mkdirSync(join(directory, name))
      writeFileSync(join(directory, name, 'promote_secondaries'), index === 3 ? '1' : '0')
    }
    const said: string[] = []
    const promotion = new Promotion(
      (text) => said.push(text),
      (index) => names.get(index),
      directory,
    )
    promotion.use(new Set([2, 3, 4]))
    expect(['eth0', 'eth1', 'eth2'].map(valueOf)).toEqual(['1', '1', '1'])
    names.set(2, 'lan0')
    renameSync(join(directory, 'eth0'), join(directory, 'lan0'))
    names.delete(4)
    rmSync(join(directory, 'eth2'), { recursive: true })
    promotion.close()
    expect(['lan0', 'eth1'].map(valueOf)).toEqual(['0', '1'])
    expect(said).toEqual([])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
