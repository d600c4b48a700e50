import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Table } from '../../src/vrrp/table.ts'

const entry = fc.tuple(fc.string(), fc.integer())

test('is the Map it stands for', () => {
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ([key]) => key }), fc.integer(), (entries, value) => {
      const model = new Map(entries)
      let table = Table.of(
        entries.map(([key, each]) => ({ key, each })),
        ({ key }) => key,
      )
      for (const key of model.keys()) {
        if (value % 2 === 0) continue
        model.set(key, value)
        table = table.with(key, { key, each: value })
      }
      expect(table.size).toBe(model.size)
      expect([...table].map(([key, { each }]) => [key, each])).toEqual([...model])
      expect([...table.keys()]).toEqual([...model.keys()])
      expect([...table.values()].map(({ each }) => each)).toEqual([...model.values()])
      const visited: unknown[] = []
      table.forEach(({ each }, key) => visited.push([key, each]))
      expect(visited).toEqual([...model])
      expect([...model.keys()].every((key) => table.has(key))).toBe(true)
    }),
  )
})

test('a changed copy leaves the original alone', () => {
  const table = Table.of(['a1', 'b1'], (value) => value.charAt(0))
  const changed = table.with('b', 'b2')
  expect([table.get('b'), changed.get('b'), changed.get('a')]).toEqual(['b1', 'b2', 'a1'])
  expect(table.get('c')).toBeUndefined()
  expect(() => table.with('c', 'c1')).toThrow('no entry c')
})
