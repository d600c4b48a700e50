/**
 * Lines of addresses, routes and rules: every word that keepalived or ip(8) has for one of them,
 * in every place, with good, bad, missing and repeated values. Pure: what is asked, not what is right.
 */

export interface Place {
  /** The keyword of the block. */
  readonly keyword: string
  readonly kind: Kind
  readonly isStatic: boolean
}

export type Kind = 'address' | 'route' | 'rule'
type Family = 4 | 6

export const PLACES: readonly Place[] = [
  { keyword: 'virtual_ipaddress', kind: 'address', isStatic: false },
  { keyword: 'virtual_ipaddress_excluded', kind: 'address', isStatic: false },
  { keyword: 'static_ipaddress', kind: 'address', isStatic: true },
  { keyword: 'virtual_routes', kind: 'route', isStatic: false },
  { keyword: 'static_routes', kind: 'route', isStatic: true },
  { keyword: 'virtual_rules', kind: 'rule', isStatic: false },
  { keyword: 'static_rules', kind: 'rule', isStatic: true },
]

export interface LineCase {
  readonly place: Place
  readonly family: Family
  readonly line: string
}

/** Each word with values to try: '' is the word alone. */
type Words = Readonly<Record<string, readonly string[]>>

const NUMBERS = ['0', '1', '256', '4294967295', '4294967296', '-1', '0x10', '010', '1x', '1.5', 'x']
const INTERFACES = ['eth0', 'eth1', 'lo', 'missing0', 'averylonginterfacename']
const SCOPES = ['global', 'link', 'host', 'site', 'nowhere', '0', '200', '253', '255', '256', '-1', 'x']
const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.9.0.7', '10.9.0.7/32', '10.9.0.7/24', '10.9.0.7/33', '0.0.0.0', '224.0.0.5', '10.9.0', 'x'],
  6: ['fe80::7', '2001:db8::7', '2001:db8::7/64', '2001:db8::7/129', '::', 'ff02::5', 'fe80::7%eth0'],
}
const ANY_ADDRESS = [...ADDRESSES[4], ...ADDRESSES[6]]
const TABLES = ['main', 'local', 'default', 'unspec', 'nosuchtable', ...NUMBERS]
const BARE = ['']
const FLAG_LIKE = ['', 'x', '1']

const ADDRESS_WORDS: Words = {
  dev: INTERFACES,
  scope: SCOPES,
  label: ['eth0:1', 'eth0', 'eth1:1', 'x', 'eth0:12345678901'],
  brd: ['+', '-', ...ANY_ADDRESS],
  broadcast: ['+', '-', '10.9.0.255'],
  peer: ANY_ADDRESS,
  home: FLAG_LIKE,
  '-nodad': FLAG_LIKE,
  nodad: BARE,
  mngtmpaddr: FLAG_LIKE,
  noprefixroute: FLAG_LIKE,
  autojoin: FLAG_LIKE,
  preferred_lft: ['forever', ...NUMBERS],
  valid_lft: ['forever', '5'],
  no_track: FLAG_LIKE,
  track_group: ['tg', 'nosuchgroup'],
  use_vmac: ['', 'eth0', 'vrrp.51'],
  metric: ['5'],
  anycast: ['10.9.0.9'],
  optimistic: BARE,
  proto: ['18'],
  local: ['10.9.0.9'],
  via: ['10.9.0.7'],
  table: ['5'],
  weight: ['5'],
  dadfailed: BARE,
}

const ROUTE_WORDS: Words = {
  to: ['10.3.0.0/16', 'default', 'default6', 'all', 'any', ...ANY_ADDRESS],
  via: [...ANY_ADDRESS, 'inet 10.9.0.7', 'inet6 fe80::7', 'inet fe80::7', 'inet6 10.9.0.7', 'inet'],
  gw: ANY_ADDRESS,
  or: ANY_ADDRESS,
  from: ANY_ADDRESS,
  src: ANY_ADDRESS,
  dev: INTERFACES,
  oif: INTERFACES,
  iif: ['eth0'],
  table: TABLES,
  scope: SCOPES,
  protocol: ['kernel', 'keepalived', 'static', 'nosuchprotocol', '18', ...NUMBERS],
  proto: ['18'],
  tos: NUMBERS,
  dsfield: ['0x10', 'x'],
  metric: NUMBERS,
  preference: NUMBERS,
  priority: NUMBERS,
  mtu: ['1400', 'lock 1400', 'lock', 'lock x', ...NUMBERS],
  advmss: ['1400', 'lock 1400', ...NUMBERS],
  reordering: ['3', 'lock 3', ...NUMBERS],
  window: ['lock 3', ...NUMBERS],
  cwnd: ['lock 3', ...NUMBERS],
  initcwnd: ['lock 3', ...NUMBERS],
  initrwnd: ['lock 3', ...NUMBERS],
  ssthresh: ['lock 3', ...NUMBERS],
  hoplimit: ['lock 3', ...NUMBERS],
  quickack: ['lock 1', ...NUMBERS],
  fastopen_no_cookie: ['lock 1', ...NUMBERS],
  rtt: ['1s', '1.5s', '500ms', '5us', 'lock 1s', ...NUMBERS],
  rttvar: ['1s', '500ms', 'lock 1s', ...NUMBERS],
  rto_min: ['1s', '500ms', 'lock 1s', ...NUMBERS],
  features: ['ecn', 'x', 'ecn ecn'],
  congctl: ['cubic', 'reno', 'lock cubic', 'x'],
  cc_algo: ['cubic'],
  realms: ['1', '1/2', '0', '256/1', '65536', 'x', '1/x', '/1', '1/'],
  weight: NUMBERS,
  pref: ['low', 'medium', 'high', '0', '1', '2', '3', 'x'],
  expires: NUMBERS,
  'ttl-propagate': ['enabled', 'disabled', 'x'],
  as: ['to 5', '5'],
  encap: [
    ...['ip id 5 dst 10.9.0.9', 'ip', 'ip x', 'ip id', 'ip id x', 'ip dst x', 'ip dst fe80::1'],
    ...['ip ttl 300', 'ip tos 256', 'ip6 id 5 dst fe80::9', 'ip6 hoplimit 300', 'ip6 tc x', 'ip6 src x'],
    ...['mpls 100', 'mpls x', 'mpls 100/200', 'ila 1:2:3:4', 'ila x', 'seg6 x', 'x'],
  ],
  nexthop: [
    ...['', 'via 10.9.0.7', 'via 10.9.0.7 dev eth0 weight 5', 'via 10.9.0.7 weight 0', 'dev eth0 onlink'],
    ...['via 10.9.0.7 nexthop via 10.9.0.8', 'via fe80::7 dev eth0', 'via x', 'weight 257', 'realms 1/x'],
    ...['via 10.9.0.7 weight 256', 'via 10.9.0.7 weight 1', 'via 10.9.0.7 metric 5', 'dev missing0'],
  ],
  nhid: ['5'],
  onlink: FLAG_LIKE,
  append: FLAG_LIKE,
  prepend: FLAG_LIKE,
  replace: BARE,
  pervasive: BARE,
  no_track: FLAG_LIKE,
  track_group: ['tg', 'nosuchgroup'],
  inet: ['', 'x'],
  inet6: ['', 'x'],
  unicast: ['10.4.0.0/16'],
  blackhole: ['10.4.0.0/16'],
  type: ['blackhole'],
  label: ['eth0:1'],
  brd: ['+'],
  peer: ['10.9.0.7'],
  not: BARE,
  fwmark: ['5'],
  lookup: ['5'],
  nosuchword: BARE,
}

const RULE_WORDS: Words = {
  from: ['all', 'any', 'default', ...ANY_ADDRESS],
  to: ['all', 'any', 'default', ...ANY_ADDRESS],
  table: TABLES,
  lookup: TABLES,
  iif: INTERFACES,
  oif: INTERFACES,
  dev: INTERFACES,
  fwmark: ['1/2', '1/x', 'x/1', '1/', '/1', '1/2/3', '0x1/0xff', ...NUMBERS],
  preference: NUMBERS,
  priority: NUMBERS,
  order: NUMBERS,
  pref: ['5'],
  tos: NUMBERS,
  dsfield: NUMBERS,
  realms: ['1', '1/2', '0', '256/1', '65536', 'x', '1/x', '/1', '1/'],
  goto: NUMBERS,
  type: ['blackhole', 'unreachable', 'prohibit', 'nop', 'table', 'goto', 'nat', 'unicast', 'x'],
  blackhole: FLAG_LIKE,
  unreachable: FLAG_LIKE,
  prohibit: FLAG_LIKE,
  nop: FLAG_LIKE,
  nat: ['10.9.0.7'],
  map_to: ['10.9.0.7'],
  suppress_prefixlength: ['32', '33', '128', '129', ...NUMBERS],
  suppress_prefixlen: ['0'],
  suppress_ifgroup: ['default', ...NUMBERS],
  uidrange: ['0-5', '5-0', '5-5', '5', '0-4294967295', '0-4294967294', 'x-y', '5-', '-5', '1-2-3'],
  ipproto: ['tcp', 'udp', 'icmp', 'nosuch', '300', ...NUMBERS],
  sport: ['1-5', '5-1', '5-5', '5', '0-65535', '0-65536', 'x-y', '5-', '1-2-3', 'http'],
  dport: ['1-5', '5-1', '5', '0-65535', '0-65536', 'x'],
  'tunnel-id': NUMBERS,
  l3mdev: FLAG_LIKE,
  protocol: ['kernel', 'keepalived', '18', ...NUMBERS],
  proto: ['18'],
  not: FLAG_LIKE,
  inet: ['', 'x'],
  inet6: ['', 'x'],
  no_track: FLAG_LIKE,
  track_group: ['tg', 'nosuchgroup'],
  via: ['10.9.0.7'],
  metric: ['5'],
  label: ['x'],
  scope: ['link'],
  onlink: BARE,
  use_vmac: BARE,
  nosuchword: BARE,
}

const WORDS: Readonly<Record<Kind, Words>> = {
  address: ADDRESS_WORDS,
  route: ROUTE_WORDS,
  rule: RULE_WORDS,
}

/** Lines without the word that is tried. Of rules there are two: with something to do and without. */
const BASES: Readonly<Record<Kind, Readonly<Record<Family, readonly string[]>>>> = {
  address: { 4: ['10.9.1.5/24', '10.9.1.5'], 6: ['2001:db8::5/64'] },
  route: { 4: ['10.2.0.0/16 dev eth0', '10.2.0.0/16 via 10.9.0.3'], 6: ['2001:db8:2::/64 dev eth0'] },
  rule: {
    4: ['from 10.2.0.0/16 table 100 priority 500', 'from 10.2.0.0/16 priority 500'],
    6: ['from 2001:db8:2::/64 table 100 priority 500'],
  },
}

/** What stands alone in a line: its first words are odd. */
const WHOLE: Readonly<Record<Kind, readonly string[]>> = {
  address: [
    '10.9.1.5 10.9.1.6',
    'dev eth0',
    'x',
    '10.9.1.5 x y',
    '10.9.1.5 brd + dev eth0 scope link label eth0:1',
  ],
  route: [
    ...['default', 'default via 10.9.0.3', 'default6', 'default via fe80::3 dev eth0', 'dev eth0', 'x'],
    ...[
      'src 10.9.0.1 to 10.2.0.0/16 via 10.9.0.3 dev eth0 scope global table 5 metric 3',
      'to',
      'via 10.9.0.3',
    ],
    ...['blackhole 10.2.0.0/16', 'blackhole', 'blackhole to 10.2.0.0/16', 'unreachable 10.2.0.0/16 dev eth0'],
    ...['unicast 10.2.0.0/16 dev eth0', 'local 10.2.0.0/16 dev eth0', 'multicast 224.0.0.0/4 dev eth0'],
    ...['nat 10.2.0.0/16 dev eth0', 'anycast 10.2.0.0/16 dev eth0', 'broadcast 10.2.0.0/16 dev eth0'],
    ...['throw 10.2.0.0/16', 'prohibit 10.2.0.0/16', 'xresolve 10.2.0.0/16', 'prohibit default'],
    ...['10.2.0.0/16 10.3.0.0/16 dev eth0', 'inet 10.2.0.0/16 dev eth0', 'inet6 10.2.0.0/16 dev eth0'],
    ...['10.2.0.1/16 dev eth0', '10.2.0.0/33 dev eth0', '10.2 dev eth0', '10.2.0.0/16', 'blackhole default6'],
    ...['10.2.0.0/16 nexthop via 10.9.0.3 nexthop via 10.9.0.4', '10.2.0.0/16 via 10.9.0.3 or 10.9.0.4'],
  ],
  rule: [
    ...['table 5', 'from all', 'to 10.2.0.0/16 table 5', 'x', 'from', 'blackhole', 'from all blackhole'],
    ...[
      'from 10.2.0.0/16 to fe80::/64 table 5',
      'iif eth0 table 5',
      'fwmark 5 table 5',
      'l3mdev',
      'not from all table 5',
    ],
    ...[
      'from all table 5 table 6',
      'from all blackhole table 5',
      'from all table 5 goto 7',
      'goto 20000',
      'goto 5',
    ],
    ...[
      'inet6 table 5',
      'inet table 5',
      'priority 5',
      '10.2.0.0/16 table 5',
      'l3mdev table 5',
      'from all l3mdev',
    ],
    ...['suppress_prefixlength 0 blackhole', 'realms 1 blackhole', 'suppress_ifgroup 1 goto 20000'],
  ],
}

const casesOf = (place: Place): readonly LineCase[] => {
  const bases = ([4, 6] as const).flatMap((family) =>
    BASES[place.kind][family].map((base) => ({ family, base })),
  )
  const tried = bases.flatMap(({ family, base }) =>
    Object.entries(WORDS[place.kind]).flatMap(([word, values]) => {
      const written = ['', ...values].map((value) => (value === '' ? word : `${word} ${value}`))
      const [good = word] = values.map((value) => `${word} ${value}`.trim())
      return [...new Set(written), `${good} ${good}`].flatMap((words) => [
        { place, family, line: `${base} ${words}` },
        // What stands before the word that decides the family.
        ...(place.kind === 'address' ? [] : [{ place, family, line: `${words} ${base}` }]),
      ])
    }),
  )
  const whole = WHOLE[place.kind].map((line) => ({ place, family: 4 as const, line }))
  return [...tried, ...whole]
}

/** Some six thousand. */
export const allCases = (): readonly LineCase[] => PLACES.flatMap(casesOf)

/** Defined where every line may name it. */
const TRACK_GROUP = `track_group tg {
  group {
    VI_1
  }
}
`

/** With a virtual address in any case. */
const instance = ({ keyword, isStatic }: Place, family: Family, line: string, number: number): string =>
  `vrrp_instance VI_${number} {
  interface eth0
  virtual_router_id ${number}
  priority 90
  version ${family === 4 ? 2 : 3}
${keyword === 'virtual_ipaddress' ? '' : blockOf('virtual_ipaddress', FIRST[family])}${
    isStatic ? '' : blockOf(keyword, keyword === 'virtual_ipaddress' ? `${FIRST[family]}\n${line}` : line)
  }}
`

const FIRST: Readonly<Record<Family, string>> = { 4: '10.9.0.100/24', 6: 'fe80::100' }

const blockOf = (keyword: string, lines: string): string => `${keyword} {\n${lines}\n}\n`

/** A file that is in order but for this line. */
export const fileOf = ({ place, family, line }: LineCase): string =>
  TRACK_GROUP +
  (place.isStatic ? blockOf(place.keyword, line) : '') +
  instance(place, family, place.isStatic ? '' : line, 1)

/** As many as can be looked at together. */
const LINES_OF_FILE = 40

/** @param cases of one place and family: each line in an instance of its own, or all static ones together */
export function filesOf(
  cases: readonly LineCase[],
): readonly { readonly text: string; readonly lines: readonly string[] }[] {
  const files: { text: string; lines: readonly string[] }[] = []
  for (let start = 0; start < cases.length; start += LINES_OF_FILE) {
    const part = cases.slice(start, start + LINES_OF_FILE)
    const lines = part.map(({ line }) => line)
    const [{ place, family }] = part as [LineCase, ...LineCase[]]
    const blocks = place.isStatic
      ? blockOf(place.keyword, lines.join('\n')) + instance(place, family, '', 1)
      : lines.map((line, index) => instance(place, family, line, index + 1)).join('')
    files.push({ text: TRACK_GROUP + blocks, lines })
  }
  return files
}
