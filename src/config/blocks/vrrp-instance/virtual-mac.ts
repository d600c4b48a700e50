/** use_vmac, and the ipvlan interfaces that there are none of: their words, and how such interfaces are called. */

import { isIpv4 } from '../../../base/address.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, notYet, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { hostOf } from '../../values/address.ts'
import { flag, text } from '../../values/basic.ts'
import { asWord, type Printers, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'

/** IFNAMSIZ less its terminating zero. */
const LONGEST_NAME = 15
const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i
/** RFC 5798's own, which the daemon chooses itself. */
const VRRP_MAC = /^0?0:0?0:5e:0?0:0?[12]:/i

const isMac = (text: string): boolean => MAC.test(text)

/** In lower case, two digits each. */
const canonicalMac = (mac: string): string =>
  mac
    .split(':')
    .map((byte) => byte.padStart(2, '0').toLowerCase())
    .join(':')

/** `[NAME] [MAC]`, in any order. */
const vmacWords: Arguments<readonly Word[]> = {
  syntax: '[NAME] [MAC]',
  needed: 0,
  read({ words }, report) {
    const usable = words.slice(1).filter((word) => isUsable(word, report))
    return usable.filter(isFirst(usable, (word) => !MAC.test(word.text), report))
  },
}

function isUsable(word: Word, report: Report): boolean {
  const problem = MAC.test(word.text) ? macProblem(word.text) : nameProblem(word.text)
  if (problem === undefined) return true
  report(errorAt(word, 'invalid-value', `${problem}: ignored`))
  return false
}

function macProblem(mac: string): string | undefined {
  if (VRRP_MAC.test(mac)) return `the virtual router's own MAC address need not be given`
  const isMulticast = (Number.parseInt(mac, 16) & 1) === 1
  return isMulticast ? `${mac} is a multicast address` : undefined
}

const nameProblem = (name: string): string | undefined =>
  name === '' || name.length > LONGEST_NAME || /[/ \t]/.test(name)
    ? `an interface's name has up to ${LONGEST_NAME} characters, no '/' and no blanks`
    : undefined

const isFirst =
  (words: readonly Word[], isName: (word: Word) => boolean, report: Report) =>
  (word: Word): boolean => {
    if (!isName(word) || words.find(isName) === word) return true
    report(errorAt(word, 'already-given', 'the interface has a name already: this one is ignored'))
    return false
  }

const MODES: readonly string[] = ['bridge', 'private', 'vepa']

/** `[NAME] [ADDRESS] [bridge|private|vepa]`, in any order. */
const ipvlanWords: Arguments<readonly Word[]> = {
  syntax: '[NAME] [ADDRESS] [bridge|private|vepa]',
  needed: 0,
  read({ words }, report) {
    const given = words.slice(1)
    const isName = ({ text }: Word): boolean => hostOf(text) === undefined && !MODES.includes(text)
    return given.filter(isFirst(given, isName, report))
  },
}

/** An IPv4 ipvlan interface has no address that it could send from. */
export function checkIpvlan(words: readonly [Word, ...Word[]], family: 4 | 6, report: Report): void {
  const [keyword, ...given] = words
  const addresses = given.filter(({ text }) => hostOf(text) !== undefined)
  for (const word of addresses) {
    const address = hostOf(word.text)
    if (address !== undefined && isIpv4(address) !== (family === 4))
      report(errorAt(word, 'family-mismatch', `the instance is an IPv${family} one: this one is ignored`))
  }
  if (family === 4 && addresses.length === 0)
    report(errorAt(keyword, 'invalid-value', 'IPv4 with ipvlan needs a source address here'))
}

export const useVmac: Keyword<readonly Word[]> = value('use_vmac', 4, vmacWords, 'the virtual MAC address')
export const vmacXmitBase: Keyword<true> = value('vmac_xmit_base', 4, flag, 'advertise from the real one')

export const useVmacAddr: Keyword<true> = value(
  'use_vmac_addr',
  4,
  flag,
  'virtual MAC addresses on other interfaces',
)

const noIpvlan = notYet('the interface itself is used')

export const useIpvlan: Keyword<readonly Word[]> = value(
  'use_ipvlan',
  4,
  ipvlanWords,
  'an ipvlan interface',
  {
    standing: noIpvlan,
  },
)

export interface VirtualMac {
  /** Name of the interface to make; the daemon chooses when absent. */
  readonly name?: string
  /** In place of the virtual router's own; `02:00:00:00:00:01`, in lower case and two digits each. */
  readonly mac?: string
  /** `vmac_xmit_base`: advertise from the real interface. */
  readonly transmitOnBase: boolean
}

export interface VirtualMacs {
  /** `use_vmac` */
  readonly virtualMac?: VirtualMac
  /** `use_vmac_addr`: addresses on other interfaces get virtual MAC interfaces there. */
  readonly virtualMacElsewhere: boolean
}

export function virtualMacOf(values: Values, unicast: boolean, report: Report): VirtualMac | undefined {
  const given = values.lastGiven(useVmac)
  const base = values.lastGiven(vmacXmitBase)
  if (given === undefined) {
    if (base !== undefined)
      report(warningAt(base.node.statement.words[0], 'cleared', 'vmac_xmit_base without use_vmac: ignored'))
    return undefined
  }
  if (unicast && base === undefined)
    report(
      warningAt(given.node.statement.words[0], 'cleared', 'unicast with use_vmac means vmac_xmit_base, too'),
    )
  const name = given.value.find(({ text }) => !isMac(text))
  const mac = given.value.findLast(({ text }) => isMac(text))
  return {
    transmitOnBase: base !== undefined || unicast,
    ...(name !== undefined && { name: name.text }),
    ...(mac !== undefined && { mac: canonicalMac(mac.text) }),
  }
}

export const virtualMacPrinters: Printers<VirtualMacs> = {
  virtualMacElsewhere: (elsewhere) => (elsewhere ? ['use_vmac_addr'] : []),
  virtualMac: ({ name, mac, transmitOnBase }) => [
    ['use_vmac', ...(name === undefined ? [] : [asWord(name)]), ...(mac === undefined ? [] : [mac])].join(
      ' ',
    ),
    ...when(transmitOnBase, 'vmac_xmit_base'),
  ],
}

const once = true as const

export const vmacPrefix: Keyword<string> = value(
  'vmac_prefix',
  4,
  text('PREFIX'),
  'what names of virtual MAC interfaces begin with',
  { default: 'vrrp', once },
)
export const vmacAddrPrefix: Keyword<string> = value(
  'vmac_addr_prefix',
  4,
  text('PREFIX'),
  'the same, of those on other interfaces than the instance’s',
  { default: 'vmac_prefix', once },
)

/** What names of interfaces begin with that the daemon chooses. */
export interface VirtualMacNames {
  /** `vmac_prefix`, `vrrp` by default. */
  readonly prefix: string
  /** `vmac_addr_prefix`: on other interfaces than the instance's. */
  readonly elsewhere: string
}

export function virtualMacNamesOf(values: Values): VirtualMacNames {
  const prefix = values.last(vmacPrefix) ?? 'vrrp'
  return { prefix, elsewhere: values.last(vmacAddrPrefix) ?? prefix }
}

export const virtualMacNameLines = ({ prefix, elsewhere }: VirtualMacNames): readonly string[] => [
  ...when(prefix !== 'vrrp', `vmac_prefix ${asWord(prefix)}`),
  ...when(elsewhere !== prefix, `vmac_addr_prefix ${asWord(elsewhere)}`),
]
