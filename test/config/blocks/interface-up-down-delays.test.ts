/** interface_up_down_delays: as written, and as instances allow it. */

import { describe, expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { heldDelays } from '../../../src/config/blocks/interface-up-down-delays.ts'
import { lint } from '../../../src/config/analysis/lint/lint.ts'
import { printModel } from '../../../src/config/print.ts'
import { findings, load, MAIN, place } from '../support.ts'

const block = (...lines: readonly string[]): string => `interface_up_down_delays {\n${lines.join('\n')}\n}\n`
const instance = (name: string, more = '', link = 'eth0'): string =>
  `vrrp_instance ${name} {\ninterface ${link}\nvirtual_router_id ${name.length}\npriority 100\n${more}\nvirtual_ipaddress {\n10.9.0.1\n}\n}\n`

const written = async (text: string) => {
  const loaded = await load(text)
  return [loaded.model.linkDelays.map(({ link, down, up }) => [link, down, up]), findings(loaded)]
}

describe('as keepalived 2.2.7 reads it (measured)', () => {
  test.each([
    ['without an up delay it is that of down', 'eth0 1.5', ['eth0', seconds(1.5), seconds(1.5)]],
    ['both', 'eth0 0.00001 255', ['eth0', 10, seconds(255)]],
    ['more words count for nothing', 'eth0 1 2 3', ['eth0', seconds(1), seconds(2)]],
  ])('%s', async (_what, line, delay) => {
    expect(await written(block(line))).toEqual([[delay], []])
  })

  test.each([
    ['eth0', '2:1 missing-value'],
    ['eth0 abc', '2:6 invalid-number'],
    ['eth0 -1', '2:6 value-out-of-range'],
    ['eth0 256', '2:6 value-out-of-range'],
  ])('%s is ignored', async (line, finding) => {
    expect(await written(block(line))).toEqual([[], [finding]])
  })

  test('an up delay that is none is 0', async () => {
    expect(await written(block('eth0 0.5 abc'))).toEqual([
      [['eth0', seconds(0.5), 0]],
      ['2:10 invalid-number'],
    ])
  })

  test('the last line of an interface holds, over all blocks', async () => {
    const text = block('eth0 1', 'eth1 2', 'eth0 3') + block('eth2 4', 'eth1')
    expect(await written(text)).toEqual([
      [
        ['eth0', seconds(3), seconds(3)],
        ['eth1', seconds(2), seconds(2)],
        ['eth2', seconds(4), seconds(4)],
      ],
      ['8:1 missing-value'],
    ])
  })

  test('printed, it reads the same', async () => {
    const { model } = await load(block('eth0 0.00001 3'))
    const again = await load(printModel(model))
    expect(again.model.linkDelays).toMatchObject([{ link: 'eth0', down: 10, up: seconds(3) }])
  })
})

describe('as instances allow it', () => {
  const held = async (text: string) => Object.fromEntries(heldDelays((await load(text)).model))

  test.each([
    ['less than two adverts', '1.9', '', { down: seconds(1.9), up: seconds(1.9) }],
    ['two adverts: shortened', '2', '', { down: 1_996_094, up: 1_996_094, shortenedFor: 'VI_1' }],
    ['only one of them', '1 3', '', { down: seconds(1), up: 1_996_094, shortenedFor: 'VI_1' }],
    ['more adverts may be missed', '3', 'down_timer_adverts 5', { down: seconds(3), up: seconds(3) }],
    ['none may be missed', '0.5', 'down_timer_adverts 1', { down: 0, up: 0, shortenedFor: 'VI_1' }],
    ['no delay', '0', 'down_timer_adverts 1', { down: 0, up: 0 }],
  ])('%s', async (_what, delays, more, expected) => {
    expect(await held(block(`eth0 ${delays}`) + instance('VI_1', more))).toEqual({ eth0: expected })
  })

  test('the quickest instance decides, and one that only tracks the link does not', async () => {
    const text =
      block('eth0 5', 'eth1 5') +
      instance('VI_1', 'advert_int 2') +
      instance('VI_10', 'advert_int 1\ntrack_interface {\neth1\n}')
    expect(await held(text)).toEqual({
      eth0: { down: 1_996_094, up: 1_996_094, shortenedFor: 'VI_10' },
      eth1: { down: seconds(5), up: seconds(5) },
    })
  })

  test('check says what a delay is cut down to', async () => {
    const loaded = await load(block('eth0 3', 'eth1 3') + instance('VI_1'))
    const found = lint(loaded.model, loaded.nodes, { file: MAIN, verbose: false })
    const ours = found.filter(({ code }) => code === 'delay-shortened')
    expect(ours.map((each) => [place(each, loaded), each.inKeepalived])).toEqual([
      ['2:1 delay-shortened', 'no'],
    ])
    expect(ours[0]!.message).toContain('eth0 gets 1.996094 s down and 1.996094 s up')
  })
})
