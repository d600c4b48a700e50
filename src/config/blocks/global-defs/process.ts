/** `global_defs`: memory, names and files of the processes. vrrpd is one, and acts on little of it. */

import { type Arguments, type Keyword, noEffect, notYet, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { alone, flag, lenient, optionalBoolean, text } from '../../values/basic.ts'
import { integer, POSITIVE, readInteger, UNSIGNED } from '../../values/number.ts'
import { parseUnsigned } from '../../values/unsigned.ts'
import { dumpKeywords } from './dumps.ts'
import { autoPriorityKeywords, ownNames, schedulingKeywords } from './scheduling.ts'

const IGNORED = 'the line is ignored'

const BITS = ['IRUSR', 'IWUSR', 'IXUSR', 'IRGRP', 'IWGRP', 'IXGRP', 'IROTH', 'IWOTH', 'IXOTH']
const MOST_PERMISSIONS = 0o777

/** A number, octal with a leading zero, or names of bits joined by `|`. */
const umask: Arguments<string> = {
  syntax: 'NUMBER|BIT | BIT …',
  needed: 1,
  read({ words }, report) {
    const [, ...given] = words
    const [first] = given
    if (first === undefined) return undefined
    const number = parseUnsigned(first.text)
    const isMask = number === undefined ? areBits(given) : number <= MOST_PERMISSIONS
    if (isMask) return given.map(({ text }) => text).join(' ')
    const message = `a number up to 0777 or names of bits such as ${BITS[4] ?? ''} are expected here; ${IGNORED}`
    report(errorAt(first, 'invalid-value', message))
    return undefined
  },
}

function areBits(given: readonly Word[]): boolean {
  const parts = given.flatMap(({ text }) => text.split(/(\|)/)).filter((part) => part !== '')
  return parts.every((part, index) => (index % 2 === 0 ? BITS.includes(part) : part === '|'))
}

/** `MTU`, `ADVERT`, or bytes. */
const bufferPolicy: Arguments<string> = {
  syntax: 'MTU|ADVERT|BYTES',
  needed: 1,
  missing: 'ignored',
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    const isPolicy = given.text === 'MTU' || given.text === 'ADVERT'
    return isPolicy || readInteger(given, UNSIGNED, IGNORED, report) !== undefined ? given.text : undefined
  },
}

const size = lenient(integer(UNSIGNED))

const buffers = noEffect('vrrpd’s netlink sockets recover from an overrun by reading everything anew')

const netlinkBuffers = [
  'vrrp_netlink_cmd',
  'vrrp_netlink_monitor',
  'lvs_netlink_cmd',
  'lvs_netlink_monitor',
  'process_monitor',
]
  .map((name) => `${name}_rcv_bufs`)
  .flatMap((name): Keyword[] => [
    value(name, 3, size, 'bytes of receive buffer', { standing: buffers }),
    value(`${name}_force`, 3, optionalBoolean, 'beyond the system’s limit', { standing: buffers }),
  ])

export const processKeywords: readonly Keyword[] = [
  ...schedulingKeywords,
  ...netlinkBuffers,
  ...autoPriorityKeywords,
  value('vrrp_rx_bufs_policy', 3, bufferPolicy, 'size of receive buffers', {
    standing: noEffect('the system’s default is used'),
  }),
  value('vrrp_rx_bufs_multiplier', 3, lenient(alone(integer(POSITIVE))), 'factor for it', {
    standing: noEffect('the system’s default is used'),
  }),
  value('process_names', 3, flag, 'name the processes', { standing: ownNames }),
  value('process_name', 3, text('NAME'), 'what ps(1) shows', { standing: ownNames }),
  value('umask', 3, umask, 'for files that are made', {
    standing: notYet('vrrpd’s own is used'),
  }),
  value('random_seed', 3, integer(UNSIGNED), 'of random numbers', {
    standing: notYet('_RANDOM differs from one start to the next'),
  }),
  value('tmp_config_directory', 3, lenient(text('DIRECTORY')), 'where the configuration is copied', {
    standing: noEffect('vrrpd reads it once and copies nothing'),
    once: true,
  }),
  value('config_save_dir', 3, text('DIRECTORY'), 'where configurations are kept', {
    standing: notYet('none are kept'),
  }),
  ...dumpKeywords,
  value('iproute_usr_dir', 3, text('DIRECTORY'), 'where names of tables are', {
    standing: notYet('/etc/iproute2 is read'),
    since: '2.2.8',
  }),
  value('iproute_etc_dir', 3, text('DIRECTORY'), 'where names of tables are', {
    standing: notYet('/etc/iproute2 is read'),
    since: '2.2.8',
  }),
]
