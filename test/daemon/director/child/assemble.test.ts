/** From the configuration's words to the director's and the checkers'. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant, seconds } from '../../../../src/base/time.ts'
import type {
  Checker,
  LoadBalancing,
  Url,
} from '../../../../src/config/blocks/virtual-server/load-balancing.ts'
import type { Command } from '../../../../src/config/values/command.ts'
import {
  assembleDirector,
  commandsOf,
  programKey,
  type AssembledDirector,
} from '../../../../src/daemon/director/child/assemble.ts'
import { createDirector, stepDirector } from '../../../../src/director/engine.ts'
import type { Script } from '../../../../src/scripts/types.ts'
import {
  anyLoadBalancing,
  atAddress,
  bfd,
  command,
  connection,
  dns,
  file,
  http,
  inGroup,
  ip,
  loadBalancing,
  misc,
  noGlobals,
  ping,
  realServer,
  smtp,
  span,
  tcp,
  udp,
  url,
  virtualServer,
} from './load-balancing.ts'

const identity = { uid: 7, gid: 8, groups: [9] }

const runnable = ({ argv: [program, ...args] }: Command): Script => ({
  kind: 'runnable',
  spec: { argv: [`/found${program}`, ...args], identity, environment: {} },
  warnings: [],
  insecure: false,
})

const assembled = (given: LoadBalancing, scriptOf = runnable): AssembledDirector =>
  assembleDirector(given, { scriptOf })

/** One server's checkers, in their order. */
const checked = (...checkers: readonly Checker[]) => {
  const all = assembled(loadBalancing(virtualServer([realServer('10.9.0.21', { checkers })])))
  return {
    ...all,
    wanted: [...all.checks.values()],
    told: all.configuration.virtualServers[0]?.realServers[0]?.checkers ?? [],
  }
}

const timing = {
  delayLoop: seconds(6),
  retry: 1,
  delayBeforeRetry: seconds(1),
  warmup: seconds(6),
}
const common = {
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
const urlCheck = { host: undefined, serverName: undefined, digest: undefined, regex: undefined }

describe('checks', () => {
  test.each<{ checker: Checker; gives: object }>([
    { checker: tcp, gives: { kind: 'tcp', ...common } },
    {
      checker: {
        ...tcp,
        alpha: true,
        logAllFailures: true,
        connection: {
          ...connection,
          bindAddress: ip('10.9.0.1'),
          bindPort: 1024,
          bindInterface: 'eth1',
          mark: 5,
        },
      },
      gives: {
        kind: 'tcp',
        ...common,
        alpha: true,
        logAllFailures: true,
        connection: {
          ...common.connection,
          bindAddress: ip('10.9.0.1'),
          bindPort: 1024,
          bindInterface: 'eth1',
          mark: 5,
        },
      },
    },
    {
      checker: http,
      gives: {
        kind: 'http',
        ...common,
        tls: false,
        protocol: '1.0',
        urls: [{ ...urlCheck, path: '/', statuses: [{ first: 200, last: 299 }] }],
        fastRecovery: false,
      },
    },
    {
      checker: {
        ...http,
        tls: true,
        protocol: '1.1',
        fastRecovery: true,
        urls: [
          { ...url, host: 'a.test', serverName: 'b.test', digest: 'f'.repeat(32) },
          {
            ...url,
            path: '/x',
            regex: { pattern: 'ok', options: ['caseless'], mustNotMatch: true, minOffset: 3 },
          },
        ],
      },
      gives: {
        kind: 'http',
        ...common,
        tls: true,
        protocol: '1.1',
        fastRecovery: true,
        urls: [
          {
            ...urlCheck,
            path: '/',
            statuses: [{ first: 200, last: 299 }],
            host: 'a.test',
            serverName: 'b.test',
            digest: 'f'.repeat(32),
          },
          {
            ...urlCheck,
            path: '/x',
            statuses: [{ first: 200, last: 299 }],
            regex: {
              pattern: 'ok',
              options: ['caseless'],
              mustNotMatch: true,
              minOffset: 3,
              maxOffset: undefined,
            },
          },
        ],
      },
    },
    { checker: smtp, gives: { kind: 'smtp', ...common, heloName: 'checker' } },
    { checker: dns, gives: { kind: 'dns', ...common, type: 'SOA', name: '.' } },
    { checker: udp, gives: { kind: 'udp', ...common, payload: undefined, reply: undefined } },
    {
      checker: { ...udp, payload: '00ff', reply: { pattern: 'x0', minLength: 1, maxLength: 9 } },
      gives: {
        kind: 'udp',
        ...common,
        payload: '00ff',
        reply: { pattern: 'x0', minLength: 1, maxLength: 9 },
      },
    },
    { checker: ping, gives: { kind: 'ping', ...common } },
    {
      checker: { ...misc, timeout: seconds(3), dynamic: true },
      gives: {
        kind: 'misc',
        timing,
        alpha: false,
        logAllFailures: false,
        command: ['/found/bin/check', '80'],
        identity,
        timeout: seconds(3),
        dynamic: true,
      },
    },
    {
      checker: { ...file, weight: -2, reverse: true },
      gives: { kind: 'file', trackFile: 'load', weight: -2, reverse: true },
    },
  ])('$checker.kind', ({ checker, gives }) => {
    const alpha = 'alpha' in checker && checker.alpha
    const { wanted, told } = checked(checker)
    expect(wanted).toEqual([{ check: gives, scope: '', initial: alpha ? 'down' : 'up' }])
    expect(told).toMatchObject([{ alpha }])
  })

  test('those of files name the files', () => {
    expect(checked(file, { ...file, trackFile: 'disk' }, file).trackFiles).toEqual(new Set(['load', 'disk']))
  })

  test.each([
    { why: 'the virtual address', target: atAddress, haSuspend: true, scope: '10.8.0.100' },
    { why: 'without ha_suspend none', target: atAddress, haSuspend: false, scope: '' },
    {
      why: 'of a mark none',
      target: { kind: 'mark', mark: 3, family: 'ipv4' },
      haSuspend: true,
      scope: '',
    },
    {
      why: 'of a group none',
      target: inGroup,
      haSuspend: true,
      scope: '',
    },
  ] as const)('rest with $why', ({ target, haSuspend, scope }) => {
    const servers = [realServer('10.9.0.21', { checkers: [tcp] })]
    const { checks } = assembled(loadBalancing(virtualServer(servers, { target, haSuspend })))
    expect([...checks.values()]).toMatchObject([{ scope }])
  })

  test('have the names of what is served, and the weight of their server', () => {
    const { names, configuredWeights } = assembled(
      loadBalancing(
        virtualServer([realServer('10.9.0.21', { weight: 5, checkers: [tcp, misc] })]),
        virtualServer([realServer('fd00::21', { weight: 0, port: 8080, checkers: [tcp] })], {
          target: { kind: 'mark', mark: 3, family: 'ipv6' },
        }),
        virtualServer([realServer('10.9.0.21', { checkers: [tcp] })], { target: inGroup }),
        virtualServer([realServer('10.9.0.21', { checkers: [tcp] })], { target: inGroup }),
      ),
    )
    const web = { realServer: '[10.9.0.21]:tcp:80', virtualServer: '[10.8.0.100]:tcp:80' }
    expect([...names.values()]).toEqual([
      web,
      web,
      { realServer: '[fd00::21]:none:8080', virtualServer: 'FWM 3' },
      { realServer: '[10.9.0.21]:tcp:80', virtualServer: '[G]:0' },
      { realServer: '[10.9.0.21]:tcp:80', virtualServer: '[G]:1' },
    ])
    expect([...configuredWeights.values()]).toEqual([5, 5, 0, 1, 1])
  })
})

describe('what cannot be asked', () => {
  const disabled = (reason: 'not-found' | 'unknown-user', text: string) => (): Script => ({
    ...{ kind: 'disabled', reason, text, warnings: [] },
  })
  const given = loadBalancing(virtualServer([realServer('10.9.0.21', { checkers: [misc, bfd, tcp] })]))

  test.each([
    {
      scriptOf: disabled('not-found', 'Script /bin/check cannot be accessed - No such file or directory'),
      notice:
        "Disabling misc script '/bin/check' '80' since not found/accessible (Script /bin/check cannot be accessed - No such file or directory): MISC_CHECK of [10.9.0.21]:tcp:80 of VS [10.8.0.100]:tcp:80 counts as up",
    },
    {
      scriptOf: disabled('unknown-user', 'no user nosuch'),
      notice:
        "Disabling misc script '/bin/check' '80' (no user nosuch): MISC_CHECK of [10.9.0.21]:tcp:80 of VS [10.8.0.100]:tcp:80 counts as up",
    },
  ])('is left out and said', ({ scriptOf, notice }) => {
    const { notices, checks, configuration } = assembled(given, scriptOf)
    expect(notices).toEqual([
      notice,
      'BFD_CHECK B of [10.9.0.21]:tcp:80 of VS [10.8.0.100]:tcp:80: vrrpd does not speak BFD; it counts as up',
    ])
    expect([...checks.values()]).toMatchObject([{ check: { kind: 'tcp' } }])
    expect(configuration.virtualServers[0]?.realServers[0]?.checkers).toHaveLength(1)
  })

  test('what can be is not said', () => {
    expect(checked(tcp, misc, file).notices).toEqual([])
  })

  test('is no reason for another key of those that can', () => {
    const [, found] = assembled(given).checks.keys()
    const [left] = assembled(given, disabled('not-found', '')).checks.keys()
    expect(left).toBe(found)
  })
})

describe('the director’s part', () => {
  test('has all that it wants to know', () => {
    const { configuration } = assembled({
      virtualServers: [
        virtualServer(
          [
            realServer('10.9.0.21', {
              port: 8080,
              weight: 4,
              upperThreshold: 9,
              lowerThreshold: 3,
              inhibitOnFailure: true,
              forwarding: { method: 'tunnel', tunnel: { type: 'gue', port: 6080, checksum: 'remote' } },
              notifyUp: command('/bin/up a'),
              notifyDown: command('/bin/down', 'nobody', 'nogroup'),
            }),
          ],
          {
            scheduler: 'sh',
            schedulerFlags: { flag1: true, flag2: false, flag3: true },
            onePacket: true,
            persistence: { timeoutSeconds: 60, engine: 'sip', netmask: 24 },
            omega: true,
            haSuspend: true,
            quorum: 3,
            hysteresis: 1,
            quorumUp: command('/bin/gained'),
            quorumDown: command('/bin/lost', 'nobody'),
            sorryServer: {
              ...{ address: ip('10.9.0.99'), port: 0, forwarding: { method: 'route' }, inhibit: true },
            },
          },
        ),
      ],
      globals: {
        flush: true,
        flushOnStop: 'services',
        timeouts: { tcpSeconds: 100, udpSeconds: 0 },
        notifyAtStart: true,
        ipvsNamespace: 'blue',
        syncDaemon: { interface: 'eth0', syncId: 51, instance: 'VI_1', port: 8848, group: ip('224.0.0.81') },
      },
    })
    expect(configuration).toEqual({
      virtualServers: [
        {
          target: atAddress,
          scheduler: 'sh',
          schedulerFlags: { flag1: true, flag2: false, flag3: true },
          onePacket: true,
          persistence: { timeoutSeconds: 60, engine: 'sip', netmask: 24 },
          omega: true,
          haSuspend: true,
          quorum: 3,
          hysteresis: 1,
          quorumUp: { argv: ['/bin/gained'] },
          quorumDown: { argv: ['/bin/lost'], user: 'nobody' },
          sorryServer: {
            ...{ address: ip('10.9.0.99'), port: 0, forwarding: { method: 'route' }, inhibit: true },
          },
          realServers: [
            {
              address: ip('10.9.0.21'),
              port: 8080,
              weight: 4,
              upperThreshold: 9,
              lowerThreshold: 3,
              inhibitOnFailure: true,
              forwarding: { method: 'tunnel', tunnel: { type: 'gue', port: 6080, checksum: 'remote' } },
              notifyUp: { argv: ['/bin/up', 'a'] },
              notifyDown: { argv: ['/bin/down'], user: 'nobody', group: 'nogroup' },
              checkers: [],
            },
          ],
        },
      ],
      globals: {
        flush: true,
        flushOnStop: 'services',
        timeouts: { tcpSeconds: 100, udpSeconds: 0 },
        notifyAtStart: true,
        syncDaemon: {
          daemon: { interface: 'eth0', syncId: 51, port: 8848, group: ip('224.0.0.81') },
          instance: 'VI_1',
        },
      },
    })
  })

  test('its programs lead to the scripts that were examined, each to its own', () => {
    const commands = [command('/bin/n a'), command('/bin/n', 'a'), command('/bin/n', 'a', 'b')]
    const [quorumUp, quorumDown, notifyUp] = commands
    const scripts = new Map(commands.map((each) => [each, runnable(each)]))
    const { configuration, scriptOfProgram } = assembled(
      loadBalancing(
        virtualServer([realServer('10.9.0.21', { notifyUp: notifyUp! })], {
          quorumUp: quorumUp!,
          quorumDown: quorumDown!,
        }),
      ),
      (each) => scripts.get(each)!,
    )
    const [block] = configuration.virtualServers
    const programs = [block?.quorumUp, block?.quorumDown, block?.realServers[0]?.notifyUp]
    expect(programs.map((each) => scriptOfProgram.get(programKey(each!)))).toEqual([...scripts.values()])
    expect(new Set(programs.map((each) => programKey(each!))).size).toBe(3)
  })

  test('every command is told to whoever examines them', () => {
    const [a, b, c, d] = ['/a', '/b', '/c', '/d'].map((text) => command(text))
    const server = realServer('10.9.0.21', { notifyUp: a!, notifyDown: b!, checkers: [tcp, misc] })
    const given = loadBalancing(
      virtualServer([server], { quorumUp: c!, quorumDown: d! }),
      virtualServer([realServer('10.9.0.22')]),
    )
    expect(new Set(commandsOf(given))).toEqual(new Set([a, b, c, d, misc.command]))
    assembled(given, (each) => {
      expect(commandsOf(given)).toContain(each)
      return runnable(each)
    })
  })

  test('without anything there is nothing', () => {
    const { configuration, ...others } = assembled({ virtualServers: [], globals: noGlobals })
    expect(configuration).toEqual({ virtualServers: [], globals: noGlobals })
    expect(Object.values(others).every((each) => ('size' in each ? each.size : each.length) === 0)).toBe(true)
  })
})

describe('fingerprints', () => {
  const fingerprint = (checker: Checker): string => checked(checker).told[0]?.fingerprint ?? ''
  const connected = { ...connection, bindAddress: ip('10.9.0.1'), bindPort: 5, bindInterface: 'eth1' }

  test('all kinds have different ones', () => {
    const kinds = [tcp, http, { ...http, tls: true }, smtp, dns, udp, ping, misc, file]
    expect(new Set(kinds.map(fingerprint)).size).toBe(kinds.length)
  })

  const times = {
    delayLoop: seconds(9),
    retry: 9,
    delayBeforeRetry: seconds(9),
    warmup: seconds(9),
    alpha: true,
    logAllFailures: true,
    span: { ...span, start: 77 },
  }
  test.each<{ checker: Checker; other: Checker }>([
    ...[tcp, smtp, dns, udp, ping].map((checker) => ({ checker, other: { ...checker, ...times } })),
    { checker: http, other: { ...http, ...times, fastRecovery: true } },
    { checker: misc, other: { ...misc, ...times, timeout: seconds(9) } },
    { checker: file, other: { ...file, span: times.span } },
  ])('$checker.kind: when it asks, and how loudly, makes no other check', ({ checker, other }) => {
    expect(fingerprint(other)).toBe(fingerprint(checker))
  })

  const connectionChanges = [
    { address: ip('10.9.0.22') },
    { port: 81 },
    { mark: 1 },
    { connectTimeout: seconds(6) },
    { bindAddress: ip('10.9.0.2') },
    { bindPort: 6 },
    { bindInterface: 'eth2' },
  ]
  test.each([tcp, http, smtp, dns, udp, ping].map((checker) => ({ ...checker, connection: connected })))(
    '$kind: everything of the connection makes another one',
    (checker) => {
      const all = connectionChanges.map((change) =>
        fingerprint({ ...checker, connection: { ...connected, ...change } }),
      )
      expect(new Set([fingerprint(checker), ...all]).size).toBe(all.length + 1)
    },
  )

  const regex = { pattern: 'a', options: [], mustNotMatch: false, minOffset: 0 }
  const whole: Url = { ...url, host: 'h', serverName: 's', digest: 'd', regex }
  test.each<{ checker: Checker; others: readonly Checker[] }>([
    {
      checker: { ...http, urls: [whole] },
      others: [
        { ...http, urls: [whole, whole] },
        { ...http, urls: [whole], protocol: '1.1' },
        { ...http, urls: [whole], tls: true },
        ...[
          { path: '/a' },
          { host: 'i' },
          { serverName: 't' },
          { digest: 'e' },
          { statuses: [] },
          { regex: { ...regex, pattern: 'b' } },
          { regex: { ...regex, options: ['caseless'] } },
          { regex: { ...regex, mustNotMatch: true } },
          { regex: { ...regex, minOffset: 1 } },
          { regex: { ...regex, maxOffset: 0 } },
        ].map((change): Checker => ({ ...http, urls: [{ ...whole, ...change }] })),
      ],
    },
    { checker: smtp, others: [{ ...smtp, heloName: 'other' }] },
    {
      checker: dns,
      others: [
        { ...dns, type: 'A' },
        { ...dns, name: 'a.test' },
      ],
    },
    {
      checker: { ...udp, payload: '00', reply: { pattern: '', minLength: 0, maxLength: 9 } },
      others: [
        udp,
        { ...udp, payload: '01', reply: { pattern: '', minLength: 0, maxLength: 9 } },
        { ...udp, payload: '00', reply: { pattern: 'f', minLength: 0, maxLength: 9 } },
        { ...udp, payload: '00', reply: { pattern: '', minLength: 1, maxLength: 9 } },
        { ...udp, payload: '00', reply: { pattern: '', minLength: 0, maxLength: 8 } },
      ],
    },
    {
      checker: misc,
      others: [
        { ...misc, dynamic: true },
        { ...misc, command: command('/bin/check 81') },
      ],
    },
    {
      checker: file,
      others: [
        { ...file, trackFile: 'disk' },
        { ...file, weight: 2 },
        { ...file, reverse: true },
      ],
    },
  ])('$checker.kind: everything that is asked makes another one', ({ checker, others }) => {
    expect(new Set([checker, ...others].map(fingerprint)).size).toBe(others.length + 1)
  })

  test('a program that runs as another user is another check', () => {
    const asUser = (uid: number) => (each: Command) => {
      const script = runnable(each)
      if (script.kind !== 'runnable') return script
      return { ...script, spec: { ...script.spec, identity: { ...identity, uid } } }
    }
    const given = loadBalancing(virtualServer([realServer('10.9.0.21', { checkers: [misc] })]))
    const [one, other] = [1, 2].map(
      (uid) =>
        assembled(given, asUser(uid)).configuration.virtualServers[0]?.realServers[0]?.checkers[0]
          ?.fingerprint,
    )
    expect(one).not.toBe(other)
  })
})

describe('whatever is configured', () => {
  const everyChecker = ({ configuration }: AssembledDirector) =>
    configuration.virtualServers.flatMap(({ realServers }) => realServers.flatMap(({ checkers }) => checkers))

  test('keys are unique; those that the director knows have a check, names and a weight, and no others', () => {
    fc.assert(
      fc.property(anyLoadBalancing, (given) => {
        const all = assembled(given)
        const keys = everyChecker(all).map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
        const { setup } = createDirector(all.configuration)
        const known = [...setup.checkers.keys()]
        for (const table of [all.checks, all.names, all.configuredWeights])
          expect([...table.keys()]).toEqual(known)
        expect(keys).toEqual(expect.arrayContaining(known))
      }),
    )
  })

  test('are short where somebody shortens them', () => {
    const shortened = { scriptOf: runnable, digest: (text: string) => String(text.length) }
    const { configuration } = assembleDirector(
      loadBalancing(virtualServer([realServer('10.9.0.1', { checkers: [ping] })])),
      shortened,
    )
    expect(configuration.virtualServers[0]?.realServers[0]?.checkers[0]?.fingerprint).toMatch(/^\d{2,3}$/)
  })

  test('the same file has the same keys and fingerprints', () => {
    fc.assert(
      fc.property(anyLoadBalancing, (given) => {
        expect(everyChecker(assembled(structuredClone(given)))).toEqual(everyChecker(assembled(given)))
      }),
    )
  })

  test('a server that is added at an end changes no other key', () => {
    fc.assert(
      fc.property(anyLoadBalancing, (given) => {
        const added = realServer('10.9.0.77', { checkers: [tcp] })
        const more = loadBalancing(
          ...given.virtualServers.map((each) => ({ ...each, realServers: [...each.realServers, added] })),
        )
        const keys = [...assembled(more).checks.keys()]
        expect(keys).toEqual(expect.arrayContaining([...assembled(given).checks.keys()]))
      }),
    )
  })

  test('a verdict reaches the server that the names say, and that one alone', () => {
    fc.assert(
      fc.property(anyLoadBalancing, fc.nat(), (given, choice) => {
        const { configuration, checks, names } = assembled(given)
        const start = { type: 'start', table: undefined, timeouts: undefined, addresses: [] } as const
        const { director } = stepDirector(createDirector(configuration), start, instant(0))
        const keys = [...checks.keys()]
        const key = keys[choice % keys.length]
        fc.pre(key !== undefined)
        const wanted = checks.get(key)
        const before = director.virtualServers
        const verdict = { type: 'verdict', checker: key, up: wanted?.initial === 'down' } as const
        const after = stepDirector(director, verdict, instant(1)).director.virtualServers
        const changed = after.flatMap((block, position) =>
          block.servers
            .filter((server, index) => server !== before[position]?.servers[index])
            .map(({ server }) => ({ realServer: server.name, virtualServer: block.block.name })),
        )
        expect(changed).toEqual([names.get(key)])
      }),
    )
  })
})
