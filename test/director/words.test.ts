/** keepalived's sentences, letter by letter (measured, 2.2.7). */

import { describe, expect, test } from 'vitest'
import * as words from '../../src/director/words.ts'
import type { IpvsChange } from '../../src/netlink/ipvs/types.ts'
import { destination, ip, service } from './kit.ts'

const vs = '[10.8.0.100]:tcp:80'
const rs = '[10.9.0.21]:tcp:80'

describe('log', () => {
  test.each<[string, string]>([
    [words.serverIn(rs, vs, false), `Adding service ${rs} to VS ${vs}`],
    [words.serverOut(rs, vs, false), `Removing service ${rs} from VS ${vs}`],
    [words.serverIn(rs, vs, true), `Enabling service ${rs} of VS ${vs}`],
    [words.serverOut(rs, vs, true), `Disabling service ${rs} of VS ${vs}`],
    [words.inhibitedOut(rs, vs), `Removing (inhibited) service ${rs} from VS ${vs}`],
    [words.sorryIn(rs, vs, false), `Adding sorry server ${rs} to VS ${vs}`],
    [words.sorryIn(rs, vs, true), `Enabling sorry server ${rs} to VS ${vs}`],
    [words.aliveOut(vs), `Removing alive servers from the pool for VS ${vs}`],
    [words.quorumGained({ quorum: 1, hysteresis: 0 }, 4, vs), `Gained quorum 1+0=1 <= 4 for VS ${vs}`],
    [words.quorumLost({ quorum: 3, hysteresis: 1 }, 1, vs), `Lost quorum 3-1=2 > 1 for VS ${vs}`],
    [
      words.quorumDownAtStart({ quorum: 2, hysteresis: 1 }, 2, vs),
      `Starting with quorum down 2-1=3 > 2 for VS ${vs}`,
    ],
    [words.sorryOut(rs, vs, false), `Removing sorry server ${rs} from VS ${vs}`],
    [words.sorryOut(rs, vs, true), `Disabling sorry server ${rs} from VS ${vs}`],
    [words.aliveIn(vs), `Adding alive servers to the pool for VS ${vs}`],
    [
      words.quorumDownAtStart({ quorum: 1, hysteresis: 0 }, 0, vs),
      `Starting with quorum down 1-0=1 > 0 for VS ${vs}`,
    ],
    [
      words.weightChange({ from: 10, to: 28 }, true, rs, vs),
      `Changing weight from 10 to 28 for active service ${rs} of VS ${vs}`,
    ],
    [
      words.weightChange({ from: 5, to: 6 }, false, rs, vs),
      `Changing weight from 5 to 6 for inactive service ${rs} of VS ${vs}`,
    ],
    [words.checkerChange('Activating', rs, vs), `Activating healthchecker for service ${rs} for VS ${vs}`],
    [words.addressChange(ip('10.8.0.100'), 'removed'), 'Netlink reflector reports IP 10.8.0.100 removed'],
    [words.virtualServerRemoved(vs), `Removing Virtual Server ${vs}`],
    [words.groupServiceRemoved(service('10.8.0.100 80').key, 'G'), `VS ${vs} in group G no longer exists`],
    [words.serverGone(rs), `service ${rs} no longer exist`],
    [words.shuttingDown(rs, vs), `Shutting down service ${rs} from VS ${vs}`],
  ])('%s', (said, expected) => {
    expect(said).toBe(expected)
  })
})

test('FIFO lines', () => {
  expect(words.serverLine(rs, vs, 'DOWN')).toBe(`RS ${rs} ${vs} DOWN`)
  expect(words.virtualServerLine(vs, 'UP')).toBe(`VS ${vs} UP`)
})

describe('what the kernel refuses', () => {
  const { key } = service('10.8.0.100 80')
  const rs21 = destination('10.9.0.21 80')
  const on21: IpvsChange = { type: 'add-destination', key, destination: rs21 }
  const off21: IpvsChange = { type: 'delete-destination', key, destination: rs21.key }
  const add: IpvsChange = { type: 'add-service', service: service('10.8.0.100 80') }
  const pair = '(10.8.0.100:tcp:80 -> 10.9.0.21:80)'

  test.each<[IpvsChange, number, string, string]>([
    [add, 17, 'EEXIST', 'IP_VS_SO_SET_ADD(1154) error: Service already exists(17) (10.8.0.100:tcp:80)'],
    [
      add,
      2,
      'ENOENT',
      'IP_VS_SO_SET_ADD(1154) error: Scheduler or persistence engine not found(2) (10.8.0.100:tcp:80)',
    ],
    [on21, 17, 'EEXIST', `IP_VS_SO_SET_ADDDEST(1159) error: Destination already exists(17) ${pair}`],
    [on21, 34, 'ERANGE', `IP_VS_SO_SET_ADDDEST(1159) error: its own words(34) ${pair}`],
    [off21, 2, 'ENOENT', `IP_VS_SO_SET_DELDEST(1160) error: No such destination(2) ${pair}`],
    [off21, 3, 'ESRCH', `IP_VS_SO_SET_DELDEST(1160) error: No such destination(2) ${pair}`],
    [on21, 3, 'ESRCH', `IP_VS_SO_SET_ADDDEST(1159) error: No such file or directory(2) ${pair}`],
    [
      { type: 'delete-service', key: { kind: 'mark', mark: 3, family: 'ipv4' } },
      3,
      'ESRCH',
      'IP_VS_SO_SET_DEL(1156) error: No such file or directory(2) (Fwm 3)',
    ],
    [
      { type: 'start-sync-daemon', daemon: { role: 'master', interface: 'eth9', syncId: 1 } },
      19,
      'ENODEV',
      'IP_VS_SO_SET_STARTDAEMON(1163) error: its own words(19)',
    ],
  ])('%o %i', (change, errno, code, line) => {
    expect(words.refusedLine(change, { errno, code, text: 'its own words' })).toBe(`IPVS cmd ${line}`)
  })
})
