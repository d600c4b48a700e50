/** What an engine might have observed, as short as can be told. */

import type {
  Observed,
  ObservedAddress,
  ObservedEvent,
  State,
} from '../../../src/simulation/report/observed.ts'

/** Of VI_1, with the Master_Down_Interval of one second's adverts and a priority of 100. */
export const address = (
  held: readonly (readonly [host: string, from: number, to: number | null])[],
  more: Partial<ObservedAddress> = {},
): ObservedAddress => ({
  address: '10.0.0.9/24',
  instances: ['VI_1'],
  held: held.map(([host, from, to]) => ({ host, from, to })),
  wantedFrom: 0,
  masterDownInterval: 3.609375,
  ...more,
})

/** `10.0.0.9/24`, `10.0.0.10/24` and so on, alike. */
export const several = (count: number, one: ObservedAddress): readonly ObservedAddress[] =>
  Array.from({ length: count }, (_, at) => ({
    ...one,
    address: one.address.replace(/\d+(?=\/)/, (last) => String(Number(last) + at)),
  }))

export const change = (
  time: number,
  host: string,
  instance: string,
  from: State,
  to: State,
  because: string,
): ObservedEvent => ({ time, host, instance, from, to, because })

export const trouble = (time: number, host: string | null, because: string): ObservedEvent => ({
  time,
  host,
  instance: null,
  from: null,
  to: null,
  because,
})

/** Two hosts, two instances: a is killed and comes back. All is well. */
export const failover: Observed = {
  hosts: ['a', 'b'],
  until: 60,
  events: [
    ...['VI_1', 'VI_2'].map((each) => change(0, 'a', each, 'INIT', 'BACKUP', 'the daemon started')),
    ...['VI_1', 'VI_2'].map((each) => change(0, 'b', each, 'INIT', 'BACKUP', 'the daemon started')),
    change(3.414063, 'a', 'VI_1', 'BACKUP', 'MASTER', 'no advert came for 3.414 s, and its priority is 150'),
    change(3.414063, 'b', 'VI_2', 'BACKUP', 'MASTER', 'no advert came for 3.414 s, and its priority is 150'),
    trouble(15, 'a', 'killed: all it had is gone'),
    change(15, 'a', 'VI_1', 'MASTER', 'STOP', 'killed'),
    change(15, 'a', 'VI_2', 'BACKUP', 'STOP', 'killed'),
    change(
      18.023438,
      'b',
      'VI_1',
      'BACKUP',
      'MASTER',
      'no advert came from 192.168.0.1 for 3.609 s, and nobody of a higher priority is heard',
    ),
    trouble(30, 'a', 'started'),
    ...['VI_1', 'VI_2'].map((each) => change(30, 'a', each, 'STOP', 'BACKUP', 'the daemon started')),
    change(
      34.02,
      'a',
      'VI_1',
      'BACKUP',
      'MASTER',
      'its priority 150 is higher than the 100 that 192.168.0.2 advertises',
    ),
    change(
      34.020125,
      'b',
      'VI_1',
      'MASTER',
      'BACKUP',
      '192.168.0.1 claims to be master with priority 150 against 100 here',
    ),
    trouble(45, null, 'partition: a | b'),
    trouble(46, null, 'heal'),
  ],
  addresses: [
    ...several(
      4,
      address([
        ['a', 3.414063, 15],
        ['b', 18.023438, 34.020125],
        ['a', 34.02, null],
      ]),
    ),
    address([['b', 3.414063, null]], { address: '10.0.1.1/24', instances: ['VI_2'] }),
  ],
}

/** Firewalled from each other, then out of order: every kind of finding. */
export const misery: Observed = {
  hosts: ['router-left', 'router-right', 'spare'],
  until: 150,
  events: [
    change(0, 'router-left', 'VI_1', 'INIT', 'BACKUP', 'the daemon started'),
    change(0, 'router-right', 'VI_1', 'INIT', 'BACKUP', 'the daemon started'),
    change(0, 'router-left', 'VI_2', 'INIT', 'FAULT', 'interface eth1 is missing'),
    change(0, 'router-right', 'VI_2', 'INIT', 'FAULT', 'interface eth1 is missing'),
    change(3.609375, 'router-left', 'VI_1', 'BACKUP', 'MASTER', 'no advert came for 3.609 s'),
    trouble(5, null, 'partition: router-left | router-right, spare'),
    change(8.609375, 'router-right', 'VI_1', 'BACKUP', 'MASTER', 'no advert came for 3.609 s'),
    trouble(30, 'router-left', 'link down: eth0'),
    change(30, 'router-left', 'VI_1', 'MASTER', 'FAULT', 'interface eth0 down'),
    trouble(40, 'router-right', 'somebody else removed 10.0.0.9'),
    ...Array.from({ length: 12 }, (_, at) =>
      change(
        70 + at * 4,
        'router-right',
        'VI_1',
        at % 2 === 0 ? 'MASTER' : 'BACKUP',
        at % 2 === 0 ? 'BACKUP' : 'MASTER',
        'forced by hand',
      ),
    ),
  ],
  addresses: [
    address([
      ['router-left', 3.609375, 30],
      ['router-right', 8.609375, 40],
      ['router-right', 60, 70],
      ...Array.from(
        { length: 6 },
        (_, at) => ['router-right', 74 + at * 8, at === 5 ? null : 78 + at * 8] as const,
      ),
    ]),
    ...several(2, address([], { address: '10.0.2.1/24', instances: ['VI_2'] })),
  ],
}

/** Four hosts with twenty instances each, in a group; one after the other is killed and comes back. */
export const crowd: Observed = makeCrowd(['fra-edge-1', 'fra-edge-2', 'muc-edge-1', 'muc-edge-2'], 20)

function makeCrowd(hosts: readonly string[], count: number): Observed {
  const names = Array.from({ length: count }, (_, at) => `VI_customer_${at + 1}`)
  const all = (
    time: number,
    host: string,
    from: State,
    to: State,
    because: string,
  ): readonly ObservedEvent[] => names.map((each) => change(time, host, each, from, to, because))
  const [first, second] = [hosts[0] ?? '', hosts[1] ?? '']
  const kills = hosts.flatMap((host, at) => {
    const then = 20 + at * 20
    const owner = at === 0 ? 'MASTER' : 'BACKUP'
    return [
      trouble(then, host, 'killed'),
      ...all(then, host, owner, 'STOP', 'killed'),
      ...(at === 0
        ? all(then + 3.511719, second, 'BACKUP', 'MASTER', `no advert came from ${host} for 3.512 s`)
        : []),
      trouble(then + 10, host, 'started'),
      ...all(then + 10, host, 'STOP', 'BACKUP', 'the daemon started'),
      ...(at === 0
        ? [
            ...all(then + 13.210938, host, 'BACKUP', 'MASTER', 'its priority is higher'),
            ...all(then + 13.211, second, 'MASTER', 'BACKUP', `${host} has a higher priority`),
          ]
        : []),
    ]
  })
  return {
    hosts,
    until: 120,
    events: [
      ...names.flatMap((each) =>
        hosts.map((host) => change(0, host, each, 'INIT', 'BACKUP', 'the daemon started')),
      ),
      ...all(3.210938, first, 'BACKUP', 'MASTER', 'no advert came for 3.211 s'),
      ...kills,
    ],
    addresses: names.flatMap((each, at) =>
      several(
        3,
        address(
          [
            [first, 3.210938, 20],
            [second, 23.511719, 33.211],
            [first, 33.210938, null],
          ],
          {
            address: `10.1.${at}.1/24`,
            instances: [each],
            masterDownInterval: 3.511719,
          },
        ),
      ),
    ),
  }
}
