/**
 * Every command: `vrrpd NAME …`, a word where keepalived has no operand. What yargs is told, `--help`, completions
 * and vrrpd(8) come from this one table: a new command is an entry here and what it does, in ../commands.ts or, when
 * it reads its arguments itself, in ../cli.ts. A new option is an entry, too, and its handler knows it by name and
 * type (`Given`). Pure.
 */

import { daemonOption, type EffectiveOption } from './daemon.ts'
import type { CommandOption, Operand, Option } from './option.ts'

/** An option of the daemon that a command has as well; with a default if it is described as there. */
interface SameOption {
  readonly of: EffectiveOption['long']
  /** What it means here. */
  readonly help?: string
}

/** One more way to use a command. */
export interface Form {
  readonly by: string
  readonly with?: readonly string[]
  /** Its operand can be given as well. */
  readonly operand?: boolean
}

interface Command {
  readonly name: string
  /** `itself`: the command has an argument grammar of its own, and yargs is not loaded for it. */
  readonly reads: 'yargs' | 'itself'
  readonly summary: string
  readonly operand?: Operand
  /** In the order in which they are told; `helpOption` besides. */
  readonly options: readonly (CommandOption | SameOption)[]
  /** False: it has no help of its own. */
  readonly helps?: boolean
  /** Other questions than the command's own, each by an option and with those that go with it. */
  readonly forms?: readonly Form[]
  /** A line for this shell, and what it is for. */
  readonly example?: readonly [line: string, what: string]
  /** The end of its help: exit codes, documented in vrrpd(8). */
  readonly epilog?: string
}

/** In the order in which they are listed. */
export const commandTable = [
  {
    name: 'status',
    reads: 'yargs',
    summary: 'Show the state of a running daemon, or of one vrrp_instance or virtual server',
    operand: {
      name: 'NAME',
      values: 'subjects',
      help: 'A vrrp_instance, a vrrp_sync_group, or a virtual or real server (10.8.0.100:80)',
    },
    options: [
      { long: 'all', argument: 'none', help: 'Show every virtual server, however many there are' },
      { long: 'watch', short: 'w', argument: 'none', help: 'Go on showing it as it changes' },
      {
        long: 'state',
        argument: 'required',
        value: 'STATE',
        words: ['INIT', 'BACKUP', 'MASTER', 'FAULT'],
        anyCase: true,
        help: 'Exit with 0 if it is in this state, with 1 if not',
      },
      { long: 'quiet', short: 'q', argument: 'none', help: 'With --state: print nothing' },
      {
        long: 'json',
        argument: 'none',
        help: 'Print the report as JSON; with --watch one line for each change',
      },
      { of: 'control' },
    ],
    forms: [{ by: 'state', with: ['quiet'], operand: true }],
    epilog:
      'Exit code: 0 all well, 1 problems, 2 no daemon, 3 wrong usage or no such name. With --state: 0 all that is named is in that state, 1 it is not.',
  },
  {
    name: 'events',
    reads: 'yargs',
    summary: 'Show what has happened, and follow what happens',
    operand: {
      name: 'INSTANCE',
      alias: 'SERVER',
      values: 'subjects',
      help: 'Only what concerns this vrrp_instance, virtual or real server',
    },
    options: [
      { long: 'follow', short: 'f', argument: 'none', help: 'Go on with what happens' },
      {
        long: 'last',
        short: 'n',
        argument: 'required',
        value: 'NUMBER',
        type: 'number',
        help: 'Only the last so many (of 1000 that are kept, and 2000 of virtual servers)',
      },
      { long: 'json', argument: 'none', help: 'Print one JSON object per line' },
      { of: 'control' },
    ],
    epilog: 'Exit code: 0 shown, 2 no daemon, 3 wrong usage or no such instance.',
  },
  {
    name: 'why',
    reads: 'yargs',
    summary: 'Explain why an instance, a virtual or a real server is as it is',
    operand: {
      name: 'INSTANCE',
      alias: 'ADDRESS',
      values: 'subjects',
      help: 'A vrrp_instance, a virtual address, or a virtual or real server (10.9.0.21:80); may be left out where there is but one instance',
    },
    options: [{ long: 'json', argument: 'none', help: 'Print the answer as JSON' }, { of: 'control' }],
    epilog: 'Exit code: 0 explained, 2 no daemon, 3 wrong usage, or nothing of that name.',
  },
  {
    name: 'drain',
    reads: 'yargs',
    summary: 'Hand instances over, and keep them out for maintenance',
    operand: {
      name: 'NAME',
      or: 'all',
      many: true,
      values: 'instances',
      help: 'vrrp_instances or vrrp_sync_groups',
    },
    options: [
      { long: 'all', argument: 'none', help: 'Every instance' },
      {
        long: 'for',
        argument: 'required',
        value: 'TIME',
        help: 'A failover drill: come back by itself after this time (60s, 5m)',
      },
      { long: 'force', argument: 'none', help: 'Stay out even if nobody takes over' },
      { long: 'json', argument: 'none', help: 'Print one JSON object per line' },
      { of: 'control' },
    ],
    epilog:
      'Exit code: 0 done, 1 nobody took over, 2 no daemon, 3 wrong usage. A drain outlives a reload, but not a restart of vrrpd.',
  },
  {
    name: 'resume',
    reads: 'yargs',
    summary: 'Let drained instances serve again',
    operand: {
      name: 'NAME',
      or: 'all',
      many: true,
      values: 'instances',
      help: 'vrrp_instances or vrrp_sync_groups',
    },
    options: [
      { long: 'all', argument: 'none', help: 'Every instance' },
      { long: 'json', argument: 'none', help: 'Print the answer as JSON' },
      { of: 'control' },
    ],
    epilog: 'Exit code: 0 done, also where nothing was drained; 2 no daemon, 3 wrong usage.',
  },
  {
    name: 'check',
    reads: 'yargs',
    summary: 'Check a configuration, and explain what it will do',
    operand: {
      name: 'FILE',
      values: 'files',
      default: '/etc/keepalived/keepalived.conf',
      help: 'The configuration; - for standard input',
    },
    options: [
      { of: 'config-id' },
      {
        long: 'interfaces',
        argument: 'required',
        value: 'LIST',
        values: 'interfaces',
        mayBeEmpty: true,
        help: 'Assume that exactly these exist, e.g. eth0,eth1',
      },
      {
        long: 'no-system',
        argument: 'none',
        help: 'Do not look at the interfaces, scripts and users of this host',
      },
      { long: 'strict', argument: 'none', help: 'Exit code 1 if there are warnings' },
      { long: 'verbose', short: 'v', argument: 'none', help: 'Say how long takeovers take, too' },
      { long: 'json', argument: 'none', conflicts: 'sarif', help: 'Print the findings as JSON' },
      {
        long: 'sarif',
        argument: 'none',
        conflicts: 'json',
        help: 'Print the findings as SARIF 2.1.0, for CI systems',
      },
      {
        long: 'peer',
        argument: 'required',
        value: 'FILE',
        values: 'files',
        help: 'Compare with the other router of the same addresses, whose configuration this is',
      },
      {
        long: 'peer-id',
        argument: 'required',
        value: 'ID',
        implies: 'peer',
        help: 'The --config-id of the other router (default: the same)',
      },
      {
        long: 'print',
        argument: 'none',
        help: 'Print what is valid as a keepalived.conf, passwords included, and the findings to stderr',
      },
      {
        long: 'explain',
        argument: 'required',
        value: 'CODE',
        help: 'Say what a finding’s code in brackets means, instead',
      },
      {
        long: 'color',
        argument: 'required',
        value: 'WHEN',
        words: ['auto', 'always', 'never'],
        default: 'auto',
        help: 'Colours in the text',
      },
    ],
    forms: [{ by: 'explain' }],
    epilog: 'Exit code: 0 clean, 1 warnings and --strict, 2 errors, 3 wrong usage.',
  },
  {
    name: 'doctor',
    reads: 'yargs',
    summary: 'Look for what keeps this host from taking part, and say what mends it',
    options: [
      { of: 'use-file', help: 'The configuration (default: that of the running daemon)' },
      { of: 'config-id' },
      { of: 'control' },
      { long: 'probe', argument: 'none', help: 'Ask the LAN by ARP who has the virtual addresses' },
      { long: 'verbose', short: 'v', argument: 'none', help: 'Say what is well, too' },
      { long: 'json', argument: 'none', help: 'Print the findings as JSON' },
    ],
    epilog: 'Exit code: 0 no problems, 1 problems, 2 it cannot run, 3 wrong usage. Best run as root.',
  },
  {
    name: 'simulate',
    reads: 'yargs',
    summary: 'Tell the future of some configurations: who has which address when',
    operand: {
      name: 'FILES',
      shown: '[NAME=]FILE',
      required: true,
      many: true,
      values: 'files',
      help: 'One keepalived.conf for each host; NAME is its file’s name unless it is given',
    },
    options: [
      {
        long: 'story',
        argument: 'required',
        value: 'FILE',
        values: 'files',
        help: 'What happens, one event a line (default: each host in turn is lost and comes back)',
      },
      {
        long: 'until',
        argument: 'required',
        value: 'TIME',
        help: 'When it ends, e.g. 60s (default: when all is settled after the last event)',
      },
      {
        long: 'seed',
        argument: 'required',
        value: 'NUMBER',
        type: 'number',
        default: 1,
        help: 'Of the small delays of packets and programs, and of random stories',
      },
      {
        long: 'explore',
        argument: 'required',
        value: 'NUMBER',
        type: 'number',
        help: 'Make up so many stories of trouble, and tell the shortest that shows something unexpected',
      },
      {
        long: 'lan',
        argument: 'required',
        value: 'INTERFACE',
        many: true,
        help: 'An interface that is a LAN, too: interfaces of one name are one LAN',
      },
      {
        long: 'address',
        argument: 'required',
        value: 'NAME:INTERFACE=ADDRESS',
        many: true,
        help: 'An address of a host, e.g. a:eth0=10.0.0.1/24 (default: made up)',
      },
      { long: 'check', argument: 'none', help: 'Only look for errors in files and story' },
      { long: 'json', argument: 'none', help: 'Print what happened as JSON' },
      {
        long: 'svg',
        argument: 'required',
        value: 'FILE',
        values: 'files',
        help: 'Draw it into this file, too (of --explore: the first story that shows something)',
      },
    ],
    epilog:
      'Exit code: 0 done, 1 something unexpected was found (--explore), 2 errors in the files or the story, 3 wrong usage.',
  },
  {
    name: 'reload',
    reads: 'yargs',
    summary: 'Read the configuration anew, as SIGHUP does, and say what changes',
    options: [
      { long: 'dry-run', argument: 'none', help: 'Say what would change, and change nothing' },
      { long: 'json', argument: 'none', help: 'Print the report as JSON' },
      { of: 'control' },
    ],
    epilog: 'Exit code: 0 done, 1 refused, 2 no daemon, 3 wrong usage.',
  },
  {
    name: 'cleanup',
    reads: 'itself',
    summary: 'Remove what a crashed daemon has left behind',
    // It takes all of the daemon's; these it heeds.
    options: [
      { of: 'pid', help: 'Where its record is: FILE.state (default /run/keepalived.pid.state)' },
      { of: 'vrrp_pid', help: 'Its second process id file' },
      { of: 'namespace', help: 'The network namespace it ran in' },
    ],
    epilog: 'Exit code: 0 nothing is left, 1 something could not be removed, 2 a daemon runs, 3 wrong usage.',
  },
  {
    name: 'ipvs',
    reads: 'itself',
    // ipvsadm's: its options are those of ../ipvs/option-list.ts.
    helps: false,
    summary: 'Look at the IPVS table of the kernel and change it, as ipvsadm does',
    operand: { name: 'OPTION', many: true, help: 'As ipvsadm takes it' },
    options: [],
  },
  {
    name: 'genhash',
    reads: 'itself',
    // genhash's: ../genhash/arguments.ts.
    helps: false,
    summary: 'Print what digest of an HTTP_GET is to be, as genhash does',
    operand: { name: 'OPTION', many: true, help: 'As genhash takes it: -s ADDRESS -p PORT -u PATH …' },
    options: [],
  },
  {
    name: 'completion',
    reads: 'yargs',
    summary: 'Print completions for bash, zsh or fish',
    operand: { name: 'SHELL', words: ['bash', 'zsh', 'fish'], help: 'The shell they are for' },
    options: [
      {
        long: 'instances',
        argument: 'none',
        help: 'Print the names of the running instances instead, for the completions themselves',
      },
      {
        long: 'subjects',
        argument: 'none',
        help: 'The same, with those of sync groups, virtual and real servers',
      },
      { of: 'control' },
    ],
    forms: [
      { by: 'instances', with: ['control'] },
      { by: 'subjects', with: ['control'] },
    ],
    example: ['source <(vrrpd completion bash)', 'for this shell'],
  },
  {
    name: 'help',
    reads: 'itself',
    helps: false,
    summary: 'Print the commands, and the options of the daemon',
    options: [],
  },
] as const

type Entry = (typeof commandTable)[number]

export type CommandName = Entry['name']

/** Of the commands whose arguments yargs does not read. */
export type OwnGrammarName = Extract<Entry, { readonly reads: 'itself' }>['name']

/** Of all others. */
export type YargsName = Exclude<CommandName, OwnGrammarName>

export interface CommandEntry extends Command {
  readonly name: CommandName
  readonly options: readonly CommandOption[]
}

const table: readonly (Command & { readonly name: CommandName })[] = commandTable

/** With the daemon's options in their places. */
export const commands: readonly CommandEntry[] = table.map((command) => ({
  ...command,
  options: command.options.map(optionOf),
}))

function optionOf(option: CommandOption | SameOption): CommandOption {
  if (!('of' in option)) return option
  const { asking, default: value, help, ...same } = daemonOption(option.of)
  if (option.help !== undefined) return { ...same, help: option.help }
  return { ...same, help: asking ?? help, ...(value !== undefined && { default: value }) }
}

/** Of every command but `help`. */
export const helpOption: Option = daemonOption('help')

export const commandNames: readonly CommandName[] = table.map(({ name }) => name)

export const isCommandName = (word: string): word is CommandName => commandNames.some((name) => name === word)

type Named<N extends YargsName> = Extract<Entry, { readonly name: N }>

type OptionOf<N extends YargsName> = Named<N>['options'][number]

type LongOf<O> = O extends { readonly long: infer L extends string }
  ? L
  : O extends { readonly of: infer L extends string }
    ? L
    : never

type OneOf<V> = V extends { readonly words: readonly (infer W)[] }
  ? W
  : V extends { readonly type: 'number' }
    ? number
    : string

type ValueOf<V> = V extends { readonly argument: 'none' }
  ? V extends { readonly conflicts: string }
    ? boolean | undefined
    : boolean
  : V extends { readonly many: true }
    ? OneOf<V>[]
    : V extends { readonly default: unknown } | { readonly of: 'control' }
      ? OneOf<V>
      : OneOf<V> | undefined

/** What yargs makes of a command line: a value for each option and the operand of that command. */
export type Given<N extends YargsName> = {
  readonly [O in OptionOf<N> as LongOf<O>]: ValueOf<O>
} & (Named<N> extends { readonly operand: infer P extends { readonly name: string } }
  ? Readonly<Record<P['name'], ValueOf<P>>>
  : unknown)
