/** What ipvsadm does without a word: one line of ours on stderr, and nothing where nothing is surprising. */

import { describe, expect, test } from 'vitest'
import { run, tableAfter } from './run.ts'

const before = [
  '-A -t 10.8.0.100:80 -s wrr -p 50',
  '-A -t 10.8.0.101:80 -s wlc',
  '-A -f 7 -s rr',
  '-a -t 10.8.0.100:80 -r 10.9.0.21:8080 -m -w 3',
  '-a -t 10.8.0.100:80 -r 10.9.0.22 -m -w 1',
  '-a -t 10.8.0.100:80 -r 10.9.0.23 -i -w 2',
  '-a -t 10.8.0.100:80 -r 10.9.0.24 -g -w 1',
]

describe('a remark', () => {
  test.each<readonly [string, readonly string[]]>([
    // The users' guide does this, and wonders.
    [
      '-a -t 10.8.0.100:80 -r 10.9.0.29:8099 -i',
      ['tunneling (-i) cannot change ports: port 8099 of 10.9.0.29 becomes 80, as the service has it'],
    ],
    [
      '-a -t 10.8.0.100:80 -r 10.9.0.29:8099 -g',
      ['direct routing (-g) cannot change ports: port 8099 of 10.9.0.29 becomes 80, as the service has it'],
    ],
    [
      '-a -t 10.8.0.100:80 -r 10.9.0.29:8099',
      [
        'direct routing (-g, as neither -i nor -m is said) cannot change ports: port 8099 of 10.9.0.29 becomes 80, as the service has it',
      ],
    ],
    [
      '-e -t 10.8.0.100:80 -r 10.9.0.21:8080 -w 3',
      [
        'direct routing (-g, as neither -i nor -m is said) cannot change ports: port 8080 of 10.9.0.21 becomes 80, as the service has it',
      ],
    ],
    [
      '-e -t 10.8.0.100:80 -r 10.9.0.22 -w 3',
      ['without -g, -i or -m it becomes direct routing (-g); it was -m'],
    ],
    [
      '-e -t 10.8.0.100:80 -r 10.9.0.23',
      [
        'without -g, -i or -m it becomes direct routing (-g); it was -i',
        'without -w the weight becomes 1; it was 2',
      ],
    ],
    ['-e -t 10.8.0.100:80 -r 10.9.0.21:8080 -m', ['without -w the weight becomes 1; it was 3']],
    [
      '-E -t 10.8.0.100:80',
      ['without -s the scheduler becomes wlc; it was wrr', 'without -p the persistence of 50 seconds ends'],
    ],
    ['-A -t 10.8.0.1:80 -p -M 24', ['the netmask 24 is read as 0.0.0.24; a prefix of 24 is 255.255.255.0']],
    ['-A -t 10.8.0.1:80 -M 255.255.255.0', ['-M means nothing without -p']],
    ['-A -t 10.8.0.1:80 --pe sip', ['--pe means nothing without -p']],
    ['-A -t 10.8.1:80', ['the address 10.8.1 is read as 10.8.0.1']],
    ['-a -t 10.8.0.101:80 -r 010.9.0.21', ['the address 010.9.0.21 is read as 8.9.0.21']],
    [
      '-A -t [10.8.0.1]:80 -p',
      ['brackets are for IPv6: the port of [10.8.0.1]:80 is not read; say 10.8.0.1:80'],
    ],
    ['--start-daemon backup', ['no --mcast-interface is said: the sync daemon uses eth0']],
  ])('%s', async (line, remarks) => {
    expect((await run(line.split(' '), await tableAfter(before))).remarks).toEqual(remarks)
  })

  test.each([
    '-a -t 10.8.0.100:80 -r 10.9.0.29:80 -i',
    '-a -t 10.8.0.100:80 -r 10.9.0.29 -g',
    '-a -t 10.8.0.100:80 -r 10.9.0.29:8099 -m',
    '-a -f 7 -r 10.9.0.29:8099 -g',
    '-d -t 10.8.0.100:80 -r 10.9.0.21:8080',
    '-e -t 10.8.0.100:80 -r 10.9.0.24',
    '-e -t 10.8.0.100:80 -r 10.9.0.23 -i -w 2',
    '-E -t 10.8.0.101:80',
    '-E -t 10.8.0.100:80 -s rr -p 5',
    '-A -t localhost:80',
    '-A -t [fd00::1]:80 -p -M 64',
    '--start-daemon backup --mcast-interface lo',
    '--set 2 2 2',
    '-Ln',
    '-Sn',
  ])('is not made of %s', async (line) => {
    expect(await run(line.split(' '), await tableAfter(before))).toMatchObject({ code: 0, remarks: [] })
  })

  test('is made of thresholds, which ipvsadm does not save', async () => {
    const table = await tableAfter(['-A -t 1.1.1.1:80', '-a -t 1.1.1.1:80 -r 2.2.2.2 -x 9 -y 3'])
    expect((await run(['-Sn'], table)).remarks).toEqual([
      'thresholds (-x, -y) are not in what is saved; 1 real server has some',
    ])
  })

  test('has its line in a file that is restored', async () => {
    const input = '-A -t 1.1.1.1:80\n\n-a -t 1.1.1.1:80 -r 2.2.2.2:99 -i\n# a comment\n-C\n'
    expect((await run(['-R'], await tableAfter([]), { input })).remarks).toEqual([
      'line 3: tunneling (-i) cannot change ports: port 99 of 2.2.2.2 becomes 80, as the service has it',
      'line 4: the rest of the file was not read',
    ])
  })
})
