/** Stories of `vrrpd simulate` whose owners the protocol decides, and what they come to. */

import { milliseconds, minus, plus, seconds, times } from '../../../src/base/time.ts'
import { masterDownInterval, skewTime } from '../../support/lab/time.ts'
import { global, instance, twoLans, type InstanceOptions } from '../scenarios/kit.ts'
import { VIP } from '../scenarios/matrix.ts'
import type { Place, Tale } from './tale.ts'

const OTHER_VIP = '10.8.0.100'
const priorities: Readonly<Record<string, number>> = { a: 150, b: 100, c: 50 }

/** Announcements tell who has taken the address; who only insists on it is silent. */
const globals = global('vrrp_garp_lower_prio_repeat 0')

const pair =
  (more: (place: Place) => string = () => '', options: InstanceOptions = {}) =>
  (place: Place): string =>
    globals + instance({ priority: priorities[place.host]!, more: more(place), ...options })

const advertInterval = seconds(1)
const silent = { a: masterDownInterval(150), b: masterDownInterval(100), c: masterDownInterval(50) }
/** A Master that vanishes has said so at most an advertisement interval ago. */
const afterSilence = (host: 'a' | 'b' | 'c') => ({
  host,
  atLeast: minus(silent[host], advertInterval),
  atMost: silent[host],
})
const afterFarewell = (host: 'a' | 'b' | 'c') => {
  const skew = skewTime(priorities[host]!)
  return { host, atLeast: skew, atLeastReally: skew, atMost: skew }
}
/** Who hears only lower ones, from when it begins to listen. */
const afterListening = (host: 'a' | 'b' | 'c') => ({
  host,
  atLeast: silent[host],
  atLeastReally: silent[host],
  atMost: silent[host],
})

/** Runs begin once a second, and are over in a quarter of it; one may have looked before its verdict was changed. */
const afterRuns = (runs: number, { atLeast, atMost, host }: ReturnType<typeof afterSilence>) => ({
  host,
  atLeast: plus(times(seconds(1), runs - 1), atLeast),
  atMost: plus(plus(times(seconds(1), runs), milliseconds(250)), atMost),
})

const scripted =
  (lines: string) =>
  (place: Place): string =>
    `vrrp_script chk {\n script "${place.check}"\n interval 1\n ${lines}\n}\n` +
    pair(() => 'track_script {\n chk\n}')(place)

export const tales: readonly Tale[] = [
  {
    name: 'crash: the unit cleans up and starts it again, and it goes on as Master',
    hosts: ['a', 'b'],
    // So that a busy machine has started it again before it is missed.
    config: pair(() => '', { advertInterval: 10 }),
    story: 'at 31s start b\nat 32s crash a',
    owners: { [VIP]: ['a'] },
    // Two advert intervals, and the record may be half a second old.
    restartWithin: seconds(19.5),
    // It is no other one's adverts that it goes by.
    isPlain: false,
  },
  {
    name: 'kill: the Backup takes over, and gives way when the other is back',
    hosts: ['a', 'b'],
    config: pair(),
    story: 'at 3.5s start b\nat 4.5s kill a\nat 9s start a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [
      { after: 'kill a', ...afterSilence('b') },
      { after: 'start a', ...afterListening('a') },
    ],
  },
  {
    name: 'kill, with nopreempt: who has taken over keeps it',
    hosts: ['a', 'b'],
    config: pair(() => 'nopreempt'),
    story: 'at 3.5s start b\nat 4.5s kill a\nat 9s start a',
    owners: { [VIP]: ['a', 'b'] },
    spans: [{ after: 'kill a', ...afterSilence('b') }],
  },
  {
    name: 'stop: a farewell, and Skew_Time',
    hosts: ['a', 'b'],
    config: pair(),
    story: 'at 3.5s start b\nat 4.5s stop a\nat 6.5s start a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [
      { after: 'stop a', ...afterFarewell('b') },
      { after: 'start a', ...afterListening('a') },
    ],
  },
  {
    name: 'three hosts, and the first two leave',
    hosts: ['a', 'b', 'c'],
    config: pair(),
    story: 'at 3.5s start b\nat 3.5s start c\nat 4.5s kill a\nat 9s stop b\nat 11s start b',
    owners: { [VIP]: ['a', 'b', 'c', 'b'] },
    spans: [
      { after: 'kill a', ...afterSilence('b') },
      { after: 'stop b', ...afterFarewell('c') },
      { after: '11s start b', ...afterListening('b') },
    ],
  },
  {
    name: 'a script with a weight fails and passes',
    hosts: ['a', 'b'],
    config: scripted('weight -60\n fall 2\n rise 2'),
    story: 'at 3.5s start b\nat 4.5s fail chk on a\nat 11s pass chk on a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [{ after: 'fail chk', ...afterRuns(2, afterSilence('b')) }],
  },
  {
    name: 'a script without a weight: FAULT',
    hosts: ['a', 'b'],
    config: scripted('fall 3\n rise 1'),
    story: 'at 3.5s start b\nat 4.5s fail chk on a\nat 9s pass chk on a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [
      // A run that outlives its interval has failed, too: it may have begun that much before the line.
      {
        after: 'fail chk',
        ...afterRuns(3, afterFarewell('b')),
        atLeastReally: plus(seconds(1), skewTime(100)),
      },
      { after: 'pass chk', ...afterRuns(1, afterListening('a')), atLeastReally: silent.a },
    ],
  },
  {
    name: 'a link goes down and comes back',
    hosts: ['a', 'b'],
    config: pair(),
    story: 'at 3.5s start b\nat 4.5s link down eth0 on a\nat 9.5s link up eth0 on a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [
      { after: 'link down', ...afterSilence('b') },
      { after: 'link up', ...afterListening('a') },
    ],
  },
  {
    name: 'a tracked file lowers the priority, and raises it again',
    hosts: ['a', 'b'],
    config: (place) =>
      `vrrp_track_file load {\n file ${place.file}\n weight 1\n init_file 0\n}\n` +
      pair(() => 'track_file {\n load\n}')(place),
    story: 'at 3.5s start b\nat 4.5s file load -60 on a\nat 9.5s file load 0 on a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [{ after: 'file load -60', ...afterSilence('b') }],
  },
  {
    name: 'a tracked process stops',
    hosts: ['a', 'b'],
    config: (place) =>
      `vrrp_track_process served {\n process ${place.program}\n weight -60\n}\n` +
      pair(() => 'track_process {\n served\n}')(place),
    story: 'at 3.5s start b\nat 4.5s process served stops on a\nat 10s process served starts on a',
    owners: { [VIP]: ['a', 'b', 'a'] },
  },
  {
    name: 'a sync group loses one of its links',
    hosts: ['a', 'b'],
    lans: twoLans,
    config: (place) =>
      `${pair()(place)}vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n` +
      instance({
        name: 'VI_2',
        link: 'eth1',
        vrid: 52,
        vips: [`${OTHER_VIP}/24`],
        priority: priorities[place.host]!,
      }),
    story: 'at 3.5s start b\nat 4.5s link down eth1 on a\nat 9.5s link up eth1 on a',
    owners: { [VIP]: ['a', 'b', 'a'], [OTHER_VIP]: ['a', 'b', 'a'] },
    // One takes over, and the others go with it.
    isPlain: false,
  },
  {
    name: 'drain and resume',
    hosts: ['a', 'b'],
    config: pair(),
    story: 'at 3.5s start b\nat 4.5s drain VI_1 on a\nat 7s resume VI_1 on a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [
      { after: 'drain', ...afterFarewell('b') },
      { after: 'resume', ...afterListening('a') },
    ],
  },
  {
    name: 'somebody removes the address',
    hosts: ['a', 'b'],
    config: pair(),
    story: `at 3.5s start b\nat 4.5s remove ${VIP} on a`,
    owners: { [VIP]: ['a'] },
  },
  {
    name: 'a reload with another priority, and back',
    hosts: ['a', 'b'],
    config: pair(),
    files: { 'low.conf': pair(() => '', { priority: 50 }), 'high.conf': pair() },
    story: 'at 3.5s start b\nat 4.5s reload a with low.conf\nat 9.5s reload a with high.conf',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [{ after: 'low.conf', ...afterSilence('b') }],
  },
  {
    name: 'a partition, which heals',
    hosts: ['a', 'b'],
    config: pair(),
    story: 'at 3.5s start b\nat 4.5s partition a | b\nat 9.5s heal',
    owners: { [VIP]: ['a', 'b'] },
    spans: [{ after: 'partition', ...afterSilence('b') }],
    // Who looks on hears both sides.
    isPlain: false,
  },
  {
    name: 'unicast: kill and return',
    hosts: ['a', 'b'],
    config: (place) => {
      const [own, peer] = place.host === 'a' ? ['10.9.0.1', '10.9.0.2'] : ['10.9.0.2', '10.9.0.1']
      return pair(() => `unicast_src_ip ${own}\nunicast_peer {\n ${peer}\n}`)(place)
    },
    story: 'at 3.5s start b\nat 4.5s kill a\nat 9s start a',
    owners: { [VIP]: ['a', 'b', 'a'] },
    spans: [
      { after: 'kill a', ...afterSilence('b') },
      { after: '9s start a', ...afterListening('a') },
    ],
    // Who looks on hears no adverts.
    isPlain: false,
  },
  {
    name: 'a daemon stalls for longer than its Backup waits',
    hosts: ['a', 'b'],
    config: pair(),
    story: 'at 3.5s start b\nat 4.5s stall a for 5s',
    owners: { [VIP]: ['a', 'b'] },
    spans: [{ after: 'stall a', ...afterSilence('b') }],
  },
]
