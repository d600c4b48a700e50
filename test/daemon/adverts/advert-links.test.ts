/** Sockets of a link: one sender for each family that somebody speaks there. */

import { expect, test } from 'vitest'
import { parseIp, type IpAddress } from '../../../src/base/address.ts'
import { accepted, rejected } from '../../../src/base/result.ts'
import { seconds } from '../../../src/base/time.ts'
import { AdvertLinks } from '../../../src/daemon/adverts/advert-links.ts'
import type { SystemError } from '../../../src/system/system-error.ts'
import { link } from '../../netlink/specs.ts'
import { ManualTimers } from '../../support/manual-clock.ts'

const four = parseIp('224.0.0.18')!
const six = parseIp('ff02::12')!

function lab() {
  const timers = new ManualTimers()
  const open: string[] = []
  const complaints: string[] = []
  const refused = new Set<string>()
  const opens = (what: string) => {
    if (refused.has(what))
      return rejected({ call: 'socket', code: 'EMFILE', text: 'Too many open files' } as SystemError)
    open.push(what)
    return accepted({
      send: () => accepted(1),
      receive: () => accepted([]),
      onReadable: () => undefined,
      close: () => void open.splice(open.indexOf(what), 1),
    })
  }
  const links = new AdvertLinks({
    clock: timers.clock,
    timers,
    adverts: {
      openSender: ({ family }) => opens(`sender ${family}`),
      openReceiver: ({ address }) => opens(`receiver ${typeof address === 'number' ? 4 : 6}`),
      openTap: () => rejected({ call: 'socket', code: 'EPERM', text: '' } as SystemError),
    },
    onPacket: () => undefined,
    complain: ({ text }) => complaints.push(text),
  })
  return {
    ...{ complaints, refused, timers },
    listen: (...addresses: readonly IpAddress[]) => {
      links.follow('eth3', link(3), new Set(addresses))
      return open.toSorted()
    },
    open: () => open.toSorted(),
  }
}

test('they follow the families in use, and nothing is left of one that is not', () => {
  const { listen } = lab()
  expect(listen(four)).toEqual(['receiver 4', 'sender 4'])
  expect(listen(four, six)).toEqual(['receiver 4', 'receiver 6', 'sender 4', 'sender 6'])
  expect(listen(six)).toEqual(['receiver 6', 'sender 6'])
})

test('a sender that cannot be had is tried again, whatever others there were', () => {
  const { listen, refused, complaints, timers, open } = lab()
  listen(six)
  refused.add('sender 4')
  expect(listen(four)).toEqual(['receiver 4'])
  expect(complaints).toEqual(['cannot open the VRRP sockets on eth3: socket: Too many open files [EMFILE]'])
  refused.clear()
  timers.advance(seconds(1))
  expect(open()).toEqual(['receiver 4', 'sender 4'])
  expect(complaints.slice(1)).toEqual(['the VRRP sockets on eth3 are open now'])
})
