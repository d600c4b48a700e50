/**
 * What one event costs depends on its block, and not on how many there are: counted in looks at blocks, servers,
 * services and destinations, not in time. (The arrays that hold them are copied as blocks of pointers, and not counted.)
 */

import { describe, expect, test } from 'vitest'
import { createDirector, stepDirector } from '../../src/director/engine.ts'
import type { Director, DirectorEvent } from '../../src/director/state.ts'
import { at, checker, configuration, ip, realServer, sorryServer, virtualServer } from './kit.ts'

const address = (network: number, host: number): string => `10.${network}.${host >> 8}.${host & 255}`

/** Each with ten servers and a sorry server; the last has ha_suspend. */
function directorWith(services: number): Director {
  const blocks = Array.from({ length: services }, (_, block) =>
    virtualServer(
      `${address(8, block)} 80`,
      Array.from({ length: 10 }, (_each, server) =>
        realServer(address(9, server), { checkers: [checker(`${block}/${server}`)] }),
      ),
      { sorryServer: sorryServer('10.7.0.1'), quorum: 10, haSuspend: block === services - 1 },
    ),
  )
  return stepDirector(
    createDirector(configuration(blocks)),
    { type: 'start', table: undefined, timeouts: undefined, addresses: [ip(address(8, services - 1))] },
    at(0),
  ).director
}

/** The same director; whoever looks at a part of it is counted. */
function watched(director: Director): { director: Director; looks: () => number } {
  let looks = 0
  const proxies = new WeakMap<object, object>()
  const watch = <T>(value: T): T => {
    if (typeof value !== 'object' || value === null || value instanceof Map) return value
    const known = proxies.get(value)
    if (known !== undefined) return known as T
    const proxy = new Proxy(value, {
      get(target, name, receiver): unknown {
        looks += 1
        return watch(Reflect.get(target, name, receiver) as unknown)
      },
    })
    proxies.set(value, proxy)
    return proxy
  }
  const { setup } = director
  return {
    director: {
      ...director,
      virtualServers: director.virtualServers.map(watch),
      services: director.services.map(watch),
      setup: {
        ...setup,
        blocks: setup.blocks.map(watch),
        services: setup.services.map(watch),
        places: setup.places.map(watch),
      },
    },
    looks: () => looks,
  }
}

const few = directorWith(3)
const many = directorWith(1000)

function costOf(of: Director, event: (last: number) => DirectorEvent): number {
  const { director, looks } = watched(of)
  stepDirector(director, event(of.virtualServers.length - 1), at(1))
  return looks()
}

describe('a step costs the same among 1,000 services as among 3', () => {
  test.each<[string, (last: number) => DirectorEvent]>([
    [
      'a server goes down, and the quorum with it',
      (last) => ({ type: 'verdict', checker: `${last}/4`, up: false }),
    ],
    ['a first success', (last) => ({ type: 'verdict', checker: `${last}/4`, up: true })],
    [
      'another weight',
      (last) => ({ type: 'weight', checker: `${last}/4`, say: { kind: 'relative', by: 3 } }),
    ],
    ['a verdict of nobody', () => ({ type: 'verdict', checker: 'gone', up: true })],
    ['an address goes', (last) => ({ type: 'address', change: 'removed', address: ip(address(8, last)) })],
  ])('%s', (_what, event) => {
    expect(costOf(many, event)).toBe(costOf(few, event))
  })

  test('and a second verdict of the kind next to nothing', () => {
    const { director } = stepDirector(few, { type: 'verdict', checker: '1/4', up: true }, at(1))
    const again = watched(director)
    stepDirector(again.director, { type: 'verdict', checker: '1/4', up: true }, at(2))
    const first = costOf(few, () => ({ type: 'verdict', checker: '1/4', up: false }))
    expect(again.looks()).toBeLessThan(first / 10)
  })
})
