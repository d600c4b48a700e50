/** Checks, what tracks them, and what sync groups change about it. */

import { describe, expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import type { TrackedScript } from '../../../src/config/model.ts'
import { findings, instance, load, modelOf, OWN } from '../support.ts'

const script = (lines = '', name = 's'): string =>
  `vrrp_script ${name} {\nscript "/bin/${name} 1"\n${lines}\n}\n`

describe('vrrp_script', () => {
  test('without more', async () => {
    const { scripts } = await modelOf(script())
    expect(scripts).toMatchObject([
      {
        name: 's',
        command: { argv: ['/bin/s', '1'] },
        interval: seconds(1),
        timeout: seconds(1),
        weight: 0,
        reverse: false,
        rise: 1,
        fall: 1,
        initFail: false,
      },
    ])
  })

  test.each<[string, object, string[]]>([
    ['interval 3', { interval: seconds(3), timeout: seconds(3) }, []],
    ['interval 3\ntimeout 2', { interval: seconds(3), timeout: seconds(2) }, []],
    ['interval 0', { interval: seconds(1) }, ['3:10 value-out-of-range']],
    ['interval 4295', { interval: seconds(1) }, ['3:10 value-out-of-range']],
    ['interval 0.5', { interval: seconds(0.5) }, ['3:10 newer-keyword']],
    ['interval x', { interval: seconds(1) }, ['3:10 invalid-number']],
    ['weight -20 reverse', { weight: -20, reverse: true }, []],
    ['weight 20 noreverse', { weight: 20, reverse: false }, ['3:11 unknown-option']],
    ['weight 300', { weight: 253 }, ['3:8 value-out-of-range']],
    ['weight 12x', { weight: 12 }, ['3:8 invalid-number']],
    ['weight x', { weight: 0 }, ['3:8 invalid-number']],
    ['rise 2\nfall 3', { rise: 2, fall: 3 }, []],
    ['rise 0\nfall x', { rise: 1, fall: 1 }, ['3:6 value-out-of-range', '4:6 invalid-number']],
    ['init_fail', { initFail: true }, []],
    ['user nobody nogroup', { command: { user: { user: 'nobody', group: 'nogroup' } } }, []],
    ['raise 3', {}, ['3:1 unknown-keyword']],
  ])('%s', async (lines, values, expected) => {
    const loaded = await load(script(lines))
    expect(findings(loaded)).toEqual(expected)
    expect(loaded.model.scripts[0]).toMatchObject(values)
  })

  test.each(['', 'script ""', 'script'])('%j: without a program there is none', async (line) => {
    const loaded = await load(`vrrp_script s {\n${line}\n}\n`)
    expect(findings(loaded)).toEqual(['1:13 no-script'])
    expect(loaded.model.scripts).toEqual([])
  })

  test('a quote that nothing closes is no program', async () => {
    const loaded = await load("vrrp_script s {\nscript /bin/it's\n}\n")
    expect(findings(loaded)).toEqual(['1:13 no-script', '2:15 unterminated-quote'])
  })

  test('what follows an unquoted command is ignored, and that is said', async () => {
    const { diagnostics, model } = await load('vrrp_script s {\nscript /bin/s 1 2\n}\n')
    expect(model.scripts[0]!.command.argv).toEqual(['/bin/s'])
    expect(diagnostics).toMatchObject([{ code: 'extra-words', severity: 'note', inKeepalived: 'no' }])
  })

  test('of two with one name the first holds', async () => {
    const { scripts } = await modelOf(script('weight 1') + script('weight 2'))
    expect(scripts).toMatchObject([{ weight: 1 }])
  })
})

describe('track_script', () => {
  const tracked = (weight: number, reverse = false): Partial<TrackedScript>[] => [
    { script: 's', weight, reverse },
  ]
  test.each<[string, Partial<TrackedScript>[], string[]]>([
    ['s', tracked(-3), []],
    ['s weight 5', tracked(5), []],
    ['s weight 5 reverse', tracked(5, true), []],
    ['s weight 5 noreverse', tracked(5), []],
    ['s weight 5 no_reverse', tracked(5), ['2:12 unknown-option']],
    ['s weight 254', tracked(253), ['2:10 value-out-of-range']],
    ['s weight -254', tracked(-253), ['2:10 value-out-of-range']],
    ['s weight 300', tracked(-3), ['2:10 value-out-of-range']],
    ['s weight x', tracked(0), ['2:10 invalid-number']],
    ['s weight 1.5', tracked(1), ['2:10 invalid-number']],
    ['s weight', [], ['2:9 missing-value']],
    ['s reverse', [], ['2:3 unknown-option']],
    ['s t', [], ['2:3 unknown-option']],
    ['s\ns', tracked(-3), ['3:1 duplicate-name']],
    ['nosuch', [], ['2:1 script-not-found']],
  ])('%s', async (lines, expected, codes) => {
    const before = script('weight -3')
    const loaded = await load(before + instance(`track_script {\n${lines}\n}`))
    const offset = before.split('\n').length - 1 + OWN - 1
    expect(findings(loaded)).toEqual(
      codes.map((one) => one.replace(/^\d+/, (line) => String(Number(line) + offset))),
    )
    expect(loaded.model.instances[0]!.trackScripts).toMatchObject(expected)
  })

  test('a script that is defined further down is not found', async () => {
    const loaded = await load(instance('track_script {\ns\n}') + script())
    expect(findings(loaded)).toEqual([`${OWN + 1}:1 script-not-found`])
  })
})

describe('track_interface', () => {
  test.each<[string, object[], string[]]>([
    ['eth1', [{ link: 'eth1', weight: 0, reverse: false }], []],
    ['eth1 weight -5', [{ weight: -5 }], []],
    ['eth1 weight 0 reverse', [{ weight: 0, reverse: true }], []],
    ['eth1 weight 5 noreverse', [{ weight: 5 }], [`${OWN + 1}:15 unknown-option`]],
    ['eth1 weight 300', [{ weight: 0 }], [`${OWN + 1}:13 value-out-of-range`]],
    ['eth1 eth2', [], [`${OWN + 1}:6 unknown-option`]],
    ['eth1\neth1 weight 3', [{ weight: 0 }], [`${OWN + 2}:1 duplicate-name`]],
    ['eth0', [], [`${OWN + 1}:1 own-interface`]],
    ['eth0 weight 5\neth1', [{ link: 'eth1' }], [`${OWN + 1}:1 own-interface`]],
  ])('%s', async (lines, expected, codes) => {
    const loaded = await load(instance(`track_interface {\n${lines}\n}`))
    expect(findings(loaded)).toEqual(codes)
    expect(loaded.model.instances[0]!.trackInterfaces).toMatchObject(expected)
  })

  test('dont_track_primary does not bring the own interface back', async () => {
    const loaded = await load(instance('dont_track_primary\ntrack_interface {\neth0\neth1\n}'))
    expect(findings(loaded)).toEqual([`${OWN + 2}:1 own-interface`])
    expect(loaded.model.instances[0]).toMatchObject({
      dontTrackPrimary: true,
      trackInterfaces: [{ link: 'eth1' }],
    })
  })
})

const group = (lines: string, name = 'G'): string => `vrrp_sync_group ${name} {\n${lines}\n}\n`
const pair = (first = '', second = ''): string =>
  instance(first, 'A') + instance(second, 'B').replace('id 51', 'id 52').replace('192.0.2.1', '192.0.2.2')

describe('vrrp_sync_group', () => {
  test('before or after its members, one or several to a line', async () => {
    for (const text of [group('group {\nA\nB\n}') + pair(), pair() + group('group { A B }')]) {
      const loaded = await load(text)
      expect(findings(loaded)).toEqual([])
      expect(loaded.model.syncGroups).toMatchObject([
        { name: 'G', members: ['A', 'B'], trackingWeight: false },
      ])
    }
  })

  test.each<[string, string[] | undefined, string[]]>([
    ['group {\nA\n}', ['A'], ['1:17 lonely-group']],
    ['group {\nA\nC\n}', ['A'], ['1:17 lonely-group', '4:1 no-such-instance']],
    ['group {\nC\n}', undefined, ['1:17 empty-group', '3:1 no-such-instance']],
    ['group {\n}', undefined, ['1:17 empty-group', '2:1 empty-block']],
    ['', undefined, ['1:17 empty-group']],
    ['group {\nA\nB\nA\n}', ['A', 'B'], ['5:1 in-two-groups']],
  ])('%j', async (lines, members, codes) => {
    const loaded = await load(group(lines) + pair())
    expect(findings(loaded)).toEqual(codes)
    expect(loaded.model.syncGroups.map((one) => one.members)).toEqual(members === undefined ? [] : [members])
  })

  test('an instance is in the first group that names it', async () => {
    const loaded = await load(group('group { A B }') + group('group { A }', 'H') + pair())
    expect(findings(loaded)).toEqual(['4:17 empty-group', '5:9 in-two-groups'])
  })

  test('an instance that cannot be run is in none', async () => {
    const loaded = await load(group('group { A B }') + pair('', 'virtual_router_id 0\ninterface lo'))
    expect(loaded.model.syncGroups).toMatchObject([{ members: ['A'] }])
  })

  test('a near miss is suggested', async () => {
    const { diagnostics } = await load(
      group('group { VI_1 VI_2 }') + instance('', 'VI_1') + instance('', 'VI_20'),
    )
    expect(diagnostics.map(({ suggestion }) => suggestion)).toContain('VI_20')
  })

  test('members lose the weights of their own trackers', async () => {
    const trackers = 'track_script {\ns\nz\n}\ntrack_interface {\neth3 weight 5\n}'
    const loaded = await load(script('weight 5') + script('', 'z') + group('group { A B }') + pair(trackers))
    expect(loaded.model.instances[0]).toMatchObject({
      trackScripts: [{ script: 'z' }],
      trackInterfaces: [{ link: 'eth3', weight: 0 }],
    })
    expect(loaded.diagnostics.map(({ code }) => code)).toEqual(['weight-dropped', 'weight-dropped'])
  })

  test.each(['sync_group_tracking_weight', 'global_tracking'])('%s: they keep them', async (keyword) => {
    const loaded = await load(
      script('weight 5') +
        group(`group { A B }\n${keyword}`) +
        pair('track_script {\ns\n}\ntrack_interface {\neth3 weight 5\n}'),
    )
    expect(loaded.model.instances[0]).toMatchObject({
      trackScripts: [{ weight: 5 }],
      trackInterfaces: [{ weight: 5 }],
    })
    expect(loaded.model.syncGroups[0]!.trackingWeight).toBe(true)
  })

  test('the group’s own trackers keep theirs', async () => {
    const lines = 'group { A B }\ntrack_script {\ns weight 3\n}\ntrack_interface {\neth0\neth1 weight 2\n}'
    const loaded = await load(script() + group(lines) + pair())
    expect(loaded.model.syncGroups[0]).toMatchObject({
      trackScripts: [{ script: 's', weight: 3 }],
      trackInterfaces: [{ link: 'eth0' }, { link: 'eth1', weight: 2 }],
    })
    expect(findings(loaded)).toEqual(['11:1 own-interface'])
  })

  test('a member wants to be MASTER only where all own their addresses', async () => {
    const states = async (first: string, second: string): Promise<string[]> =>
      (await modelOf(group('group { A B }') + pair(first, second))).instances.map((one) => one.wantedState)
    expect(await states('state MASTER\npriority 150', 'state MASTER\npriority 150')).toEqual([
      'BACKUP',
      'BACKUP',
    ])
    expect(await states('state MASTER', 'priority 255')).toEqual(['MASTER', 'MASTER'])
    expect(await states('state MASTER', 'state MASTER\npriority 200')).toEqual(['BACKUP', 'BACKUP'])
  })

  test('notify lines, the first of each', async () => {
    const { syncGroups } = await modelOf(
      group('group { A B }\nnotify_master /a\nnotify_fault "/b x"\nnotify /c') + pair(),
    )
    expect(syncGroups[0]!.notify).toMatchObject({
      master: { argv: ['/a'] },
      fault: { argv: ['/b', 'x'] },
      any: { argv: ['/c'] },
    })
  })
})

describe('priority 255', () => {
  test('no tracker can change it', async () => {
    const loaded = await load(
      script('weight 5') +
        script('', 'z') +
        instance('priority 255\ntrack_script {\ns\nz\n}\ntrack_interface {\neth1 weight 5\neth2\n}'),
    )
    expect(loaded.model.instances[0]).toMatchObject({
      trackScripts: [{ script: 'z' }],
      trackInterfaces: [{ link: 'eth2' }],
    })
    expect(loaded.diagnostics.map(({ code }) => code)).toEqual(['weight-dropped', 'weight-dropped'])
  })
})

describe('two instances with one VRID', () => {
  const two = (first: string, second: string): string =>
    instance(first, 'A') + instance(second, 'B').replace('192.0.2.1', '192.0.2.2')
  const PEER = 'unicast_peer {\n192.0.2.8\n}'
  test.each<[string, string, boolean]>([
    ['', '', true],
    ['', 'interface eth1', false],
    ['', 'virtual_router_id 52', false],
    ['mcast_dst_ip 224.0.0.19', '', false],
    [PEER, '', false],
    [PEER, PEER.replace('.8', '.9'), false],
    [PEER, PEER, true],
    [`unicast_src_ip 192.0.2.3\n${PEER}`, `unicast_src_ip 192.0.2.4\n${PEER}`, false],
    [`unicast_src_ip 192.0.2.3\n${PEER}`, `unicast_src_ip 192.0.2.3\n${PEER}`, true],
    ['mcast_dst_ip 224.0.0.18', '', true],
  ])('%j and %j', async (first, second, conflict) => {
    const { diagnostics, fatal } = await load(two(first, second))
    expect(diagnostics.some(({ code }) => code === 'duplicate-vrid')).toBe(conflict)
    expect(fatal).toBe(conflict)
  })
})
