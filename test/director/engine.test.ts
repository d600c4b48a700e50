/** What holds whatever happens: random configurations, verdicts, reloads, crashes and refusals. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DirectorConfiguration, Globals } from '../../src/director/configuration.ts'
import { destinationText, serviceText } from '../../src/director/keys.ts'
import type { DirectorEffect, Happening } from '../../src/director/state.ts'
import { snapshotOf } from '../../src/director/snapshot.ts'
import { isSorry } from '../../src/director/virtual-server.ts'
import { wantedDestination } from '../../src/director/union.ts'
import type { IpvsChange } from '../../src/netlink/ipvs/types.ts'
import { checker, configuration, destination, ip, realServer, service, virtualServer } from './kit.ts'
import { apply, dump, kernelOf, tell, type ModelKernel } from './model-kernel.ts'
import { anyConfiguration, anyTurn, World, type Turn, type Witness } from './stories.ts'

const theirs = { service: service('10.7.0.1 22'), destinations: [destination('10.9.0.50 22')] }
const otherKernel = kernelOf([theirs])

const anyStory = fc.tuple(anyConfiguration, fc.array(anyTurn, { maxLength: 25 }))

/** What the director wants, as `tell` has it; beside it, what others have. */
function wanted({ director }: World): readonly string[] {
  return tell(
    kernelOf([
      theirs,
      ...director.setup.services.map(({ service: own, destinations }) => ({
        service: own,
        destinations: destinations
          .map((each) => wantedDestination(each, director.virtualServers))
          .filter((each) => each !== undefined),
      })),
    ]),
  )
}

const happenings = (effects: readonly DirectorEffect[]): readonly Happening[] =>
  effects.flatMap((effect) => (effect.type === 'happened' ? [effect.happening] : []))

const serving = (kernel: ModelKernel): ReadonlySet<string> =>
  new Set(
    dump(kernel)
      .filter(({ destinations }) => destinations.some(({ weight }) => weight > 0))
      .map((each) => serviceText(each.service.key)),
  )

/** Tells a story, and looks at each turn of it. */
function play(
  [file, turns]: readonly [DirectorConfiguration, readonly Turn[]],
  look: (world: World, witness: Witness, turn: Turn | undefined) => void,
): World {
  const world = new World(file, otherKernel)
  look(world, world.start(), undefined)
  for (const turn of turns) look(world, world.take(turn), turn)
  return world
}

describe('at any time', () => {
  test('the kernel has what is wanted, and what others have', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (world) => {
          expect(tell(world.kernel)).toEqual(wanted(world))
        })
      }),
    )
  })

  test('an up server is in and a down one is out, but for the sorry server and inhibit_on_failure', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, ({ director, kernel }) => {
          for (const [block, state] of director.virtualServers.entries())
            for (const [member, { server, up, weight }] of state.servers.entries())
              for (const place of director.setup.places[block]![member]!) {
                const united = director.setup.services[place.service]!
                const { text, claims } = united.destinations[place.destination]!
                // Another block, or its own sorry server, may want it as well.
                if (claims.length > 1) continue
                const found = kernel.services.get(united.text)?.destinations.get(text)
                if (up && !isSorry(state)) expect(found?.weight).toBe(weight)
                else if (server.definition.inhibitOnFailure) expect(found?.weight).toBe(0)
                else expect(found).toBeUndefined()
              }
        })
      }),
    )
  })

  test('a quorum that is up is of something, and none is lost or gained within the hysteresis', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, ({ director }) => {
          for (const { quorum, sum, servers, block } of director.virtualServers) {
            const total = servers.reduce((all, { up, weight }) => all + (up ? weight : 0), 0)
            expect(sum).toBe(total)
            const { quorum: need, hysteresis } = block.rule
            if (quorum === 'up') expect(sum).toBeGreaterThanOrEqual(Math.max(1, need - hysteresis))
            else expect(sum).toBeLessThan(need + hysteresis)
          }
        })
      }),
    )
  })

  test('who served and will serve serves at every moment', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (_world, { moments }) => {
          const last = serving(moments.at(-1)!)
          for (const key of serving(moments[0]!))
            if (last.has(key)) expect(moments.every((each) => serving(each).has(key))).toBe(true)
        })
      }),
    )
  })

  test('nothing is asked for that the kernel refuses', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (_world, { effects }) => {
          expect(happenings(effects).filter(({ type }) => type === 'refused')).toEqual([])
        })
      }),
    )
  })
})

describe('what is told', () => {
  const isOfServer = (each: Happening): each is Extract<Happening, { type: 'server-up' | 'server-down' }> =>
    each.type === 'server-up' || each.type === 'server-down'

  test('to scripts, FIFO and journal the same, in the same order', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (_world, { effects }) => {
          const scripts = effects.flatMap((effect) =>
            effect.type === 'run' && effect.script.startsWith('notify') ? [effect.script.slice(7)] : [],
          )
          const lines = effects.flatMap((effect) =>
            effect.type === 'fifo' && effect.line.startsWith('RS')
              ? [effect.line.endsWith('UP') ? 'up' : 'down']
              : [],
          )
          const facts = happenings(effects)
            .filter(isOfServer)
            .map(({ type }) => type.slice(7))
          expect(lines).toEqual(facts)
          expect(scripts).toEqual(facts)
        })
      }),
    )
  })

  test('of one server up and down by turns, and of a quorum gained and lost, while the file stays', () => {
    const verdicts = fc.array(
      anyTurn.filter(({ type }) => type !== 'reload' && type !== 'restart'),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(fc.tuple(anyConfiguration, verdicts), (story) => {
        const told = new Map<string, string>()
        play(story, ({ director }, { effects }, turn) => {
          // Two blocks may have one name.
          if (new Set(director.setup.blocks.map(({ name }) => name)).size < director.setup.blocks.length)
            return
          for (const each of happenings(effects)) {
            if (!isOfServer(each) && each.type !== 'quorum-gained' && each.type !== 'quorum-lost') continue
            const subject = `${each.virtualServer} ${isOfServer(each) ? each.realServer : 'quorum'}`
            expect(told.get(subject)).not.toBe(each.type)
            told.set(subject, each.type)
          }
          if (turn?.type === 'respawn') expect(effects.filter(({ type }) => type === 'run')).toEqual([])
        })
      }),
    )
  })

  test('all changes of the kernel come before the first script', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (_world, { effects }) => {
          const script = effects.findIndex(({ type }) => type === 'run')
          if (script >= 0) expect(effects.findLastIndex(({ type }) => type === 'ipvs')).toBeLessThan(script)
        })
      }),
    )
  })
})

describe('the same again', () => {
  test('a reload of the same file, a respawn and a repair do nothing to the kernel and tell nobody', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = play(story, () => undefined)
        const turns: Turn[] = [{ type: 'reload', configuration: undefined }, { type: 'respawn' }]
        for (const turn of turns) {
          const { effects } = world.take(turn)
          expect(effects.filter(({ type }) => ['ipvs', 'run', 'fifo', 'happened'].includes(type))).toEqual([])
        }
        expect(world.step({ type: 'repair', table: dump(world.kernel) }).effects).toEqual([
          { type: 'snapshot' },
        ])
      }),
    )
  })

  test('globals that a reload leaves as they were are left alone', () => {
    const globals = (): Partial<Globals> => ({
      syncDaemon: { daemon: { interface: 'eth0', syncId: 51 }, instance: 'V' },
    })
    const servers = [virtualServer('10.8.0.100 80', [realServer('10.9.0.21')])]
    const world = new World(configuration(servers, globals()), otherKernel)
    world.start()
    const again = configuration(servers, globals())
    const { effects } = world.take({ type: 'reload', configuration: again })
    expect(effects.filter(({ type }) => type === 'ipvs')).toEqual([])
  })

  test('lvs_flush is of the start: who goes on leaves others’ services alone', () => {
    const servers = [virtualServer('10.8.0.100 80', [realServer('10.9.0.21')])]
    const world = new World(configuration(servers, { flush: true }), otherKernel)
    world.start()
    const ours = tell(world.kernel)
    expect(ours).toEqual(wanted(world).filter((line) => !tell(otherKernel).includes(line)))
    world.kernel = kernelOf([...dump(world.kernel), theirs])
    world.take({ type: 'respawn' })
    expect(tell(world.kernel)).toEqual(wanted(world))
    world.take({ type: 'restart' })
    expect(tell(world.kernel)).toEqual(ours)
  })

  test('a second verdict of the kind does nothing', () => {
    fc.assert(
      fc.property(anyStory, fc.nat({ max: 20 }), fc.boolean(), (story, which, up) => {
        const world = play(story, () => undefined)
        world.take({ type: 'verdict', which, up })
        const before = world.director
        expect(world.take({ type: 'verdict', which, up }).effects).toEqual([])
        expect(world.director).toEqual(before)
      }),
    )
  })
})

describe('by hand', () => {
  test('a weight stays over reloads and respawns, and not over a restart or a repair', () => {
    fc.assert(
      fc.property(anyStory, fc.nat(), fc.constantFrom('restart', 'repair'), (story, seed, how) => {
        const world = play(story, () => undefined)
        const ours = dump(world.kernel).filter((each) => each.service !== theirs.service)
        const all = ours.flatMap((each) => each.destinations.map((one) => ({ key: each.service.key, one })))
        const chosen = all[seed % Math.max(1, all.length)]
        if (chosen === undefined) return
        const before = tell(world.kernel)
        const edit: IpvsChange = {
          type: 'edit-destination',
          key: chosen.key,
          destination: { ...chosen.one, weight: 77 },
        }
        world.kernel = apply(world.kernel, [edit]).kernel
        const edited = tell(world.kernel)
        world.take({ type: 'reload', configuration: undefined })
        world.take({ type: 'respawn' })
        world.take({ type: 'respawn' })
        expect(tell(world.kernel)).toEqual(edited)
        if (how === 'restart') world.take({ type: 'restart' })
        else world.step({ type: 'repair', table: dump(world.kernel) })
        expect(tell(world.kernel)).toEqual(before)
      }),
    )
  })
})

describe('the end', () => {
  test('nothing is left but what others have', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = play(story, () => undefined)
        world.step({ type: 'stop', keepTable: false })
        expect(tell(world.kernel)).toEqual(tell(otherKernel))
      }),
    )
  })

  test('by one command for each service', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const world = play(story, () => undefined)
        const { effects } = world.step({ type: 'stop', keepTable: false })
        const changes = effects.flatMap((effect) => (effect.type === 'ipvs' ? effect.changes : []))
        expect(changes.map(({ type }) => type)).toEqual(world.director.services.map(() => 'delete-service'))
      }),
    )
  })
})

describe('a kernel that refuses', () => {
  const checkers = [checker('a')]
  const file = configuration([virtualServer('10.8.0.100 80', [realServer('10.9.0.21', { checkers })])])
  const { key } = service('10.8.0.100 80')
  const gone = { errno: 3, code: 'ESRCH', text: 'No such process' }
  const warnings = (effects: readonly DirectorEffect[]): readonly string[] =>
    effects.flatMap((effect) => (effect.type === 'log' && effect.level === 'warning' ? [effect.text] : []))

  test('at the very end is heard, too', () => {
    const world = new World(file, otherKernel)
    world.start()
    world.refuses = () => true
    const { effects } = world.step({ type: 'stop', keepTable: false })
    expect(warnings(effects)).toEqual([
      'IPVS cmd IP_VS_SO_SET_DEL(1156) error: Cannot allocate memory(12) (10.8.0.100:tcp:80)',
    ])
  })

  test.each<[IpvsChange, string, boolean]>([
    [{ type: 'delete-service', key: service('10.8.0.101 80').key }, 'ESRCH', false],
    [{ type: 'stop-sync-daemon', role: 'master' }, 'ESRCH', false],
    [{ type: 'set-timeouts', timeouts: {} }, 'ESRCH', true],
    [{ type: 'delete-service', key: service('10.8.0.101 80').key }, 'EPERM', true],
    [{ type: 'stop-sync-daemon', role: 'master' }, 'EPERM', true],
  ])('%j, with %s: it is said: %j', (change, code, said) => {
    const world = new World(file, otherKernel)
    world.start()
    const { effects } = world.step({ type: 'outcomes', changes: [change], refusals: [{ ...gone, code }] })
    expect(warnings(effects)).toHaveLength(said ? 1 : 0)
  })

  test('a service that somebody took away is set up by a reload that cannot read the table', () => {
    const world = new World(file, otherKernel)
    world.start()
    world.kernel = otherKernel
    const changes: IpvsChange[] = [
      { type: 'delete-destination', key, destination: { address: ip('10.9.0.21'), port: 80 } },
    ]
    world.step({ type: 'outcomes', changes, refusals: [gone] })
    world.step({ type: 'reconfigure', configuration: file, table: undefined, addresses: [] })
    expect(tell(world.kernel)).toEqual(wanted(world))
    world.take({ type: 'verdict', which: 0, up: false })
    expect(tell(world.kernel)).toEqual(wanted(world))
  })

  test('what it refused, who goes on asks for: nothing of it is taken for somebody’s hand', () => {
    fc.assert(
      fc.property(
        anyStory,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        ([first, turns], answers) => {
          let asked = 0
          const world = new World(first, otherKernel)
          world.refuses = (change) =>
            (!change.type.startsWith('delete') || isInFile(world, change)) &&
            (answers[asked++ % answers.length] ?? false)
          world.start()
          for (const turn of turns) world.take(turn)
          world.refuses = () => false
          world.take({ type: 'respawn' })
          expect(tell(world.kernel)).toEqual(wanted(world))
        },
      ),
    )
  })

  test('whenever a snapshot is another one somebody is told so', () => {
    fc.assert(
      fc.property(
        anyStory,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        ([first, turns], answers) => {
          let asked = 0
          const world = new World(first, otherKernel)
          world.refuses = () => answers[asked++ % answers.length] ?? false
          world.start()
          for (const turn of turns) {
            const before = snapshotOf(world.director)
            const { effects } = world.take(turn)
            const isSame = JSON.stringify(before) === JSON.stringify(snapshotOf(world.director))
            if (!isSame) expect(effects.filter(({ type }) => type === 'snapshot')).not.toEqual([])
          }
        },
      ),
    )
  })

  const isInFile = ({ director: { setup } }: World, change: IpvsChange): boolean =>
    change.type === 'delete-destination' &&
    setup.services.some(
      ({ text, positions }) =>
        text === serviceText(change.key) && positions.has(destinationText(change.destination)),
    )

  test('what it refused is there when it takes it again and the servers’ verdicts come', () => {
    fc.assert(
      fc.property(anyStory, fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), (story, answers) => {
        let asked = 0
        const [file, turns] = story
        const world = new World(file, otherKernel)
        // What is not in the file any more and cannot be deleted is said, and left for the next start.
        world.refuses = (change) =>
          (!change.type.startsWith('delete') || isInFile(world, change)) &&
          (answers[asked++ % answers.length] ?? false)
        world.start()
        for (const turn of turns) world.take(turn)
        world.refuses = () => false
        // Each checker says the same once more; where a service has no checker at all, a reload asks.
        for (const state of world.director.virtualServers)
          for (const { checkers } of state.servers)
            for (const { checker: each, up } of checkers)
              world.step({ type: 'verdict', checker: each.key, up })
        const checked = new Set(
          world.director.virtualServers
            .filter(({ servers }) => servers.some(({ checkers }) => checkers.length > 0))
            .flatMap(({ block }) => block.services.map(({ key }) => serviceText(key))),
        )
        const ofChecked = (lines: readonly string[]): readonly string[] =>
          lines.filter((line) => checked.has(line.split(' ')[0] ?? ''))
        expect(ofChecked(tell(world.kernel))).toEqual(ofChecked(wanted(world)))
        world.take({ type: 'reload', configuration: undefined })
        expect(tell(world.kernel)).toEqual(wanted(world))
      }),
    )
  })
})
