/** The director running on a kernel in memory: what checkers find out reaches the table, scripts, FIFOs and the log. */

import { describe, expect, test } from 'vitest'
import type { IpAddress } from '../../../../src/base/address.ts'
import { seconds } from '../../../../src/base/time.ts'
import type { CheckersListeners } from '../../../../src/checkers/checkers.ts'
import type { Step } from '../../../../src/checkers/retry.ts'
import type { Wanted } from '../../../../src/checkers/sharing.ts'
import type { MiscCheck, Outcome, TcpCheck } from '../../../../src/checkers/types.ts'
import type { AssembledDirector } from '../../../../src/daemon/director/child/assemble.ts'
import { DirectorRuntime } from '../../../../src/daemon/director/child/runtime.ts'
import type { DirectorConfiguration } from '../../../../src/director/configuration.ts'
import { setUp } from '../../../../src/director/setup.ts'
import type { Adopted } from '../../../../src/director/state.ts'
import { ERRNO } from '../../../../src/netlink/errno.ts'
import type { IpvsChange } from '../../../../src/netlink/ipvs/types.ts'
import { refusal } from '../../../../src/netlink/refusal.ts'
import type { Refusal } from '../../../../src/netlink/types.ts'
import {
  checker,
  configuration,
  destination,
  ip,
  program,
  realServer,
  service,
  virtualServer,
} from '../../../director/kit.ts'
import { IpvsInMemory } from '../../../support/ipvs-in-memory.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const timing = { delayLoop: seconds(6), retry: 1, delayBeforeRetry: seconds(1), warmup: seconds(0) }

const tcp: TcpCheck = {
  kind: 'tcp',
  timing,
  alpha: false,
  logAllFailures: false,
  connection: {
    target: { address: ip('10.9.0.21'), port: 80 },
    bindAddress: undefined,
    bindPort: undefined,
    bindInterface: undefined,
    mark: 0,
    connectTimeout: seconds(5),
  },
}

const misc: MiscCheck = {
  kind: 'misc',
  timing,
  alpha: false,
  logAllFailures: false,
  command: ['/bin/check'],
  identity: undefined,
  timeout: seconds(5),
  dynamic: true,
}

/** Every checker asks by TCP, or as said; `scope` is its block's address with ha_suspend. */
function assembled(
  definition: DirectorConfiguration,
  asks: Readonly<Record<string, MiscCheck>> = {},
  notices: readonly string[] = [],
): AssembledDirector {
  const { blocks, checkers } = setUp(definition)
  const places = [...checkers].map(([key, { block, server }]) => ({ key, block: blocks[block]!, server }))
  return {
    configuration: definition,
    blocks,
    notices,
    checks: new Map(
      places.map(({ key, block }): [string, Wanted] => [
        key,
        { check: asks[key] ?? tcp, scope: block.definition.haSuspend ? block.name : '', initial: 'up' },
      ]),
    ),
    names: new Map(
      places.map(({ key, block, server }) => [
        key,
        { realServer: block.servers[server]!.name, virtualServer: block.name },
      ]),
    ),
    configuredWeights: new Map(),
    trackFiles: new Set(),
    scriptOfProgram: new Map(),
  }
}

class Host {
  readonly told: string[] = []
  readonly asked: string[] = []
  wanted: ReadonlyMap<string, Wanted> = new Map()
  addresses: IpAddress[] = []
  refuses: (change: IpvsChange) => Refusal | undefined = () => undefined
  readonly table = new IpvsInMemory({ refuses: (change) => this.refuses(change) })
  readonly runtime: DirectorRuntime
  private readonly clock = new ManualClock()
  private listeners: CheckersListeners | undefined

  constructor(from: AssembledDirector) {
    const { told } = this
    this.runtime = new DirectorRuntime(
      from,
      {
        clock: this.clock,
        table: this.table,
        log: {
          info: (text) => void told.push(text),
          warn: (text) => void told.push(`! ${text}`),
          error: (text) => void told.push(`!! ${text}`),
        },
        run: (kind, { argv }) =>
          void told.push(`${kind}: ${argv.join(' ')} [${this.table.asked.length} commands]`),
        tell: (line) => void told.push(`fifo: ${line}`),
        remember: () => undefined,
        happened: () => undefined,
        addresses: () => this.addresses,
      },
      (listeners) => {
        this.listeners = listeners
        return {
          apply: (wanted) => {
            this.wanted = wanted
            this.asked.push(
              `apply ${[...wanted].map(([key, { initial }]) => `${key} ${initial}`).join(', ')}`,
            )
          },
          suspend: (scope) => void this.asked.push(`suspend ${scope}`),
          resume: (scope) => void this.asked.push(`resume ${scope}`),
          stop: () => void this.asked.push('stop'),
        }
      },
    )
  }

  /** An attempt of that checker has come to this. */
  step(key: string, outcome: Outcome, change?: 'up' | 'down', before: 'up' | 'down' = 'up'): void {
    const check = this.wanted.get(key)!.check
    if (check.kind === 'file') throw new Error('a file is not asked')
    const verdict = change ?? before
    const counts = { successes: 1, failures: 0, noResults: 0 }
    const state: Step['state'] = {
      verdict,
      stage: 'steady',
      url: 0,
      failures: 0,
      hasPassed: true,
      activity: { kind: 'waiting', until: this.clock.now() },
      last: { at: this.clock.now(), took: seconds(0), outcome },
      counts,
    }
    const finding: Step['finding'] =
      outcome.kind === 'success'
        ? { kind: 'success', url: 0, verdict: before, isNews: change !== undefined, note: undefined }
        : outcome.kind === 'failure'
          ? {
              kind: 'failure',
              url: 0,
              reason: outcome.reason,
              verdict: before,
              stage: 'steady',
              isFinal: true,
              isFirst: false,
              attempt: 2,
            }
          : { kind: 'no-result', reason: outcome.reason, isRepeated: false }
    this.listeners!.onStep(key, check, { state, finding, change })
  }

  /** `10.8.0.100:80 rr: 10.9.0.21:80 1`, in no order of the kernel's. */
  list(): readonly string[] {
    const services = this.table.services()
    if (!services.ok) throw new Error(services.error.text)
    return services.value
      .map(({ key, scheduler }) => {
        const found = this.table.destinations(key)
        const servers = found.ok ? found.value : []
        const port = key.kind === 'address' ? key.port : key.mark
        return `${port} ${scheduler}:${servers
          .map(({ key: { address }, weight }) => ` ${Number(address) & 255}/${weight}`)
          .sort()
          .join('')}`
      })
      .sort()
  }
}

const refused: Outcome = { kind: 'failure', reason: { kind: 'connect', error: 'ECONNREFUSED' } }
const passed: Outcome = { kind: 'success' }

const web = (change: Parameters<typeof realServer>[1] = {}): DirectorConfiguration =>
  configuration([
    virtualServer('10.8.0.100 80', [
      realServer('10.9.0.21 80', { checkers: [checker('a')], ...change }),
      realServer('10.9.0.22 80', { checkers: [checker('b')] }),
    ]),
  ])

describe('the running director', () => {
  test('serves before anybody has been asked, and asks all', () => {
    const host = new Host(assembled(web()))
    host.runtime.start(undefined)
    expect(host.list()).toEqual(['80 rr: 21/1 22/1'])
    expect(host.asked).toEqual(['apply a up, b up'])
  })

  test('takes out who fails and back who passes: first the kernel, then the script, then the FIFO', () => {
    const host = new Host(
      assembled(web({ notifyDown: program('/bin/down', 'x'), notifyUp: program('/bin/up') })),
    )
    host.runtime.start(undefined)
    const before = host.table.asked.length
    host.told.length = 0
    host.step('a', refused, 'down')
    expect(host.list()).toEqual(['80 rr: 22/1'])
    expect(host.told).toEqual([
      'TCP_CHECK on service [10.9.0.21]:tcp:80 failed after 1 retries.',
      'Removing service [10.9.0.21]:tcp:80 from VS [10.8.0.100]:tcp:80',
      `notify_down: /bin/down x [${before + 1} commands]`,
      'fifo: RS [10.9.0.21]:tcp:80 [10.8.0.100]:tcp:80 DOWN',
    ])
    host.told.length = 0
    host.step('a', passed, 'up', 'down')
    expect(host.list()).toEqual(['80 rr: 21/1 22/1'])
    expect(host.told).toContain(`notify_up: /bin/up [${before + 2} commands]`)
  })

  test('what says nothing new asks nothing of the kernel', () => {
    const host = new Host(assembled(web()))
    host.runtime.start(undefined)
    host.step('a', passed)
    const before = host.table.asked.length
    const state = host.runtime.state
    for (let time = 0; time < 3; time++) host.step('a', passed)
    expect(host.table.asked.length).toBe(before)
    expect(host.runtime.state).toBe(state)
  })

  test('a program’s exit code is a weight until it says otherwise, or fails', () => {
    const host = new Host(assembled(web({ weight: 10 }), { a: misc }))
    host.runtime.start(undefined)
    host.step('a', { kind: 'success', weight: { kind: 'replace', weight: 48 } })
    expect(host.list()).toEqual(['80 rr: 21/48 22/1'])
    host.step('a', { kind: 'failure', reason: { kind: 'program-timeout', timeout: seconds(5) } }, 'down')
    expect(host.list()).toEqual(['80 rr: 22/1'])
    host.step('a', { kind: 'success', weight: { kind: 'configured' } }, 'up', 'down')
    expect(host.list()).toEqual(['80 rr: 21/10 22/1'])
  })

  test('what the kernel refuses is said, tried again with the next result, and stops nobody else', () => {
    const host = new Host(assembled(web()))
    host.refuses = (change) =>
      change.type === 'add-destination' && change.destination.key.address === ip('10.9.0.21')
        ? refusal(ERRNO.ENOENT)
        : undefined
    host.runtime.start(undefined)
    expect(host.list()).toEqual(['80 rr: 22/1'])
    expect(host.told.filter((line) => line.includes('IPVS cmd'))).toHaveLength(1)
    host.refuses = () => undefined
    host.step('b', passed)
    expect(host.list()).toEqual(['80 rr: 21/1 22/1'])
    const before = host.table.asked.length
    host.step('b', passed)
    expect(host.table.asked.length).toBe(before)
  })

  test('ha_suspend: checkers rest while the address is elsewhere', () => {
    const blocks = web().virtualServers.map((each) => ({ ...each, haSuspend: true }))
    const host = new Host(assembled(configuration(blocks)))
    const vip = ip('10.8.0.100')
    host.runtime.start(undefined)
    const scope = '[10.8.0.100]:tcp:80'
    expect(host.asked).toEqual([`suspend ${scope}`, 'apply a up, b up'])
    host.addresses = [vip, ip('10.9.0.1')]
    host.runtime.onAddresses()
    host.addresses = [vip, vip]
    host.runtime.onAddresses()
    host.addresses = [vip]
    host.runtime.onAddresses()
    expect(host.asked.slice(2)).toEqual([`resume ${scope}`])
    host.addresses = []
    host.runtime.onAddresses()
    expect(host.asked.slice(3)).toEqual([`suspend ${scope}`])
  })

  test('a reload keeps verdicts and hand-made weights, and asks whoever is there now', () => {
    const host = new Host(assembled(web()))
    host.runtime.start(undefined)
    host.step('a', refused, 'down')
    const { key } = service('10.8.0.100 80')
    const edited = destination('10.9.0.22 80', { weight: 7 })
    host.table.change([{ type: 'edit-destination', key, destination: edited }])
    const [block] = web().virtualServers
    const third = realServer('10.9.0.23 80', { checkers: [checker('c')] })
    host.runtime.reconfigure(
      assembled(configuration([{ ...block!, realServers: [...block!.realServers, third] }]), {}, [
        'c is new',
      ]),
    )
    expect(host.list()).toEqual(['80 rr: 22/7 23/1'])
    expect(host.asked.at(-1)).toBe('apply a down, b up, c up')
    expect(host.told).toContain('! c is new')
  })

  test('a reload that leaves no checker asks nobody', () => {
    const host = new Host(assembled(web()))
    host.runtime.start(undefined)
    host.runtime.reconfigure(
      assembled(configuration([virtualServer('10.8.0.100 80', [realServer('10.9.0.21 80')])])),
    )
    expect(host.asked.at(-1)).toBe('apply ')
    expect(host.list()).toEqual(['80 rr: 21/1'])
  })

  test('the sync daemon has the role of its vrrp_instance, also of one that a reload names', () => {
    const syncDaemon = (instance: string): object => ({
      syncDaemon: { daemon: { interface: 'eth0', syncId: 1 }, instance },
    })
    const host = new Host(assembled({ ...web(), globals: { ...web().globals, ...syncDaemon('V1') } }))
    const roles = (): readonly string[] => {
      const daemons = host.table.syncDaemons()
      return daemons.ok ? daemons.value.map(({ role }) => role) : []
    }
    host.runtime.start(undefined)
    expect(roles()).toEqual(['backup'])
    host.runtime.onVrrp('V2', true)
    expect(roles()).toEqual(['backup'])
    host.runtime.onVrrp('V1', true)
    expect(roles()).toEqual(['master'])
    host.runtime.onVrrp('V1', false)
    host.runtime.reconfigure(assembled({ ...web(), globals: { ...web().globals, ...syncDaemon('V2') } }))
    expect(roles()).toEqual(['master'])
  })

  test('what one knew another one goes on with: nobody who is down comes back', () => {
    const first = new Host(assembled(web()))
    first.runtime.start(undefined)
    first.step('a', refused, 'down')
    const snapshot = first.runtime.snapshot()
    for (const from of ['respawn', 'restart'] as const satisfies readonly Adopted['from'][]) {
      const host = new Host(assembled(web()))
      host.runtime.start({ snapshot, from })
      expect(host.list()).toEqual(['80 rr: 22/1'])
      expect(host.asked).toEqual(['apply a down, b up'])
    }
  })

  test('--repair-ipvs: what others have changed is undone and said, and nothing is where nothing was', () => {
    const host = new Host(assembled(web()))
    host.runtime.start(undefined)
    const { key } = service('10.8.0.100 80')
    host.table.change([
      { type: 'edit-destination', key, destination: destination('10.9.0.22 80', { weight: 7 }) },
      { type: 'delete-destination', key, destination: destination('10.9.0.21 80').key },
    ])
    host.told.length = 0
    host.runtime.repair()
    expect(host.list()).toEqual(['80 rr: 21/1 22/1'])
    expect(host.told).toEqual([
      '! Others have changed 2 things of our IPVS services (10.8.0.100:tcp:80 and others): undone',
    ])
    const before = host.table.asked.length
    host.runtime.repair()
    expect([host.table.asked.length, host.told.length]).toEqual([before, 1])
  })

  test('the end: ours go, others’ stay; or all stay', () => {
    const foreign = service('10.8.0.200 80')
    for (const keeps of [false, true]) {
      const host = new Host(assembled(web()))
      host.table.change([
        { type: 'add-service', service: { ...foreign, key: { ...foreign.key, port: 99 } as never } },
      ])
      host.runtime.start(undefined)
      host.runtime.stop(keeps)
      expect(host.list()).toEqual(keeps ? ['80 rr: 21/1 22/1', '99 rr:'] : ['99 rr:'])
      expect(host.asked.at(-1)).toBe('stop')
    }
  })

  test('a table that cannot be read is said, and what the file wants is asked for', () => {
    const host = new Host(assembled(web()))
    host.table.close()
    host.runtime.start(undefined)
    expect(host.told.some((line) => line.startsWith('!! The IPVS table cannot be read'))).toBe(true)
  })
})
