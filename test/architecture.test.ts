/**
 * ARCHITECTURE.md's rules, held by a machine. Each carries its reason: a failure
 * here means that the change wants another place, or that the rule (and the
 * document) wants a discussion.
 */

import { describe, expect, test } from 'vitest'
import { type Import, nodesOf, placeOf, readSources, type Source, ts } from './support/sources.ts'

const sources = readSources()
const byPath: ReadonlyMap<string, Source> = new Map(sources.map((source) => [source.path, source]))

interface Rule {
  /** Layers it may import values from; its own is always allowed. */
  readonly imports: readonly string[]
  /** Layers it may import types from besides. */
  readonly types?: readonly string[]
  /** Packages (or files of packages); a trailing `*` stands for anything. */
  readonly packages?: readonly string[]
  readonly why: string
}

const rules: Readonly<Record<string, Rule>> = {
  base: { imports: [], why: 'the vocabulary of all others depends on nobody' },
  system: { imports: ['base'], why: 'a door to the operating system knows nothing of who uses it' },
  config: { imports: ['base'], why: 'the configuration does not know that there is a protocol' },
  'vrrp/wire': { imports: ['base'], why: 'bytes and values, nothing else' },
  'vrrp/election': {
    imports: ['base'],
    types: ['vrrp/wire'],
    why: 'the election is a pure function of events; packets reach it as values',
  },
  vrrp: {
    imports: ['base', 'vrrp/election'],
    why: 'the engine does not know that there are sockets or files',
  },
  'vrrp/socket': {
    imports: ['base', 'vrrp/wire', 'system'],
    why: 'sockets carry packets and decide nothing',
  },
  netlink: {
    imports: ['base', 'system'],
    packages: ['netlink/dist/structs.js', 'netlink/dist/constants.js', 'netlink/dist/rt/structs.js'],
    why: 'it reports what the kernel says; the package’s main entry would load its own native socket',
  },
  addressing: {
    imports: ['base', 'netlink'],
    types: ['config', 'events', 'world'],
    why: 'it knows what is to be in the kernel and for whom, and not who is elected',
  },
  director: {
    imports: ['base'],
    types: ['netlink'],
    why: 'load balancing as a value: what the kernel has and what checkers find out reaches it as events',
  },
  scripts: {
    imports: ['base'],
    why: 'it reaches programs and files through ports, says what is the case, and never what follows from it',
  },
  checkers: { imports: ['base'], why: 'bytes and instants in, verdicts out; who asks for them is another’s' },
  'checkers/probe': {
    imports: ['base', 'checkers'],
    why: 'it carries bytes for the checkers and judges nothing',
  },
  control: {
    imports: ['base'],
    types: ['vrrp', 'vrrp/election'],
    why: 'it answers questions about the engine and cannot change it',
  },
  doctor: {
    imports: ['base', 'doctor/checks', 'doctor/collect'],
    types: ['control', 'doctor/firewall'],
    why: 'it looks at the host and asks the daemon; it is no part of it',
  },
  'doctor/checks': {
    imports: ['base', 'doctor', 'doctor/firewall'],
    why: 'facts in, findings out',
  },
  'doctor/firewall': { imports: ['base'], why: 'rules in, a verdict out' },
  'doctor/collect': {
    imports: [
      'base',
      'config',
      'control',
      'doctor/firewall',
      'scripts',
      'system',
      'vrrp/socket',
      'vrrp/wire',
    ],
    types: ['doctor'],
    why: 'it finds out and judges nothing',
  },
  events: {
    imports: ['base'],
    types: ['netlink', 'vrrp', 'vrrp/election'],
    why: 'it says what happens and who hears of it, and knows none of those who do',
  },
  world: {
    imports: [],
    types: ['base', 'control', 'netlink', 'scripts', 'system', 'vrrp/socket'],
    why: 'interfaces only: a daemon in a simulation loads nothing of this host',
  },
  daemon: {
    imports: [
      'base',
      'config',
      'events',
      'vrrp/wire',
      'vrrp/election',
      'vrrp',
      'netlink',
      'addressing',
      'scripts',
      'control',
      'director',
      'checkers',
    ],
    types: ['system', 'vrrp/socket', 'world'],
    packages: ['pino'],
    why: 'the one folder where the parts meet; what is outside it reaches through the World',
  },
  'daemon/director/child': {
    imports: [
      'base',
      'config',
      'director',
      'checkers',
      'checkers/probe',
      'netlink',
      'scripts',
      'control',
      'system',
      'daemon',
    ],
    types: ['world'],
    why: 'a process of its own: where what serves virtual servers meets, and this host',
  },
  simulation: {
    imports: [
      'base',
      'config',
      'daemon',
      'netlink',
      'simulation/kernel',
      'simulation/story',
      'simulation/report',
      'vrrp/election',
      'vrrp/wire',
    ],
    types: ['scripts', 'system', 'vrrp', 'vrrp/socket', 'world'],
    why: 'the daemon as it is, in a world in memory; nobody but a command knows of it',
  },
  'simulation/kernel': {
    imports: ['base', 'netlink'],
    why: 'one host’s kernel, with the rules that netlink has',
  },
  'simulation/story': { imports: ['base', 'config', 'simulation'], why: 'words in, events out' },
  'simulation/report': { imports: ['base'], why: 'what was observed, told to people and programs' },
  'simulation/explore': {
    imports: ['base', 'config', 'simulation', 'simulation/story'],
    types: ['simulation/report'],
    why: 'it makes stories up and is told what comes of them: whoever runs them is a port',
  },
  'cli/ipvs': {
    imports: ['base'],
    types: ['cli', 'netlink'],
    why: 'ipvsadm’s words on one side, a table on the other; only run.ts knows which',
  },
  'cli/genhash': {
    imports: ['base', 'checkers', 'checkers/probe', 'system'],
    types: ['cli'],
    why: 'it asks as a health check does, and once',
  },
  cli: {
    imports: ['base', 'control', 'cli/ipvs', 'cli/genhash'],
    packages: ['yargs', 'yargs/*'],
    why: 'commands talk to a daemon, they are none',
  },
  main: { imports: ['cli'], why: 'the executable only chooses an entry' },
}

/** Beyond its layer's rule, and only for this file. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'daemon/system-world.ts': ['system', 'vrrp/socket'],
  'daemon/lifecycle.ts': ['system'],
  'daemon/exit.ts': ['system'],
  'daemon/host-ports.ts': ['system'],
  'daemon/config-test.ts': ['system'],
  'daemon/signals.ts': ['system'],
  'daemon/dumps/dumps.ts': ['system'],
  'daemon/recovery/cleanup.ts': ['system'],
  'daemon/recovery/left-services.ts': ['system'],
  'daemon/recovery/pid-files.ts': ['system'],
  'daemon/log/log-dev-log.ts': ['system'],
  'daemon/control/control.ts': ['system'],
  'cli/run.ts': ['daemon', 'daemon/director/child'],
  'cli/ipvs/run.ts': ['director', 'netlink', 'system'],
  'cli/check.ts': ['config'],
  'cli/check-examine.ts': ['config'],
  'cli/check-io.ts': ['config'],
  'cli/check-host.ts': ['config', 'scripts'],
  'cli/doctor.ts': ['doctor'],
  'cli/simulate.ts': ['config', 'simulation', 'simulation/report', 'simulation/story'],
  'cli/explore.ts': ['simulation', 'simulation/explore', 'simulation/report', 'simulation/story'],
  'cli/doctor-view.ts': ['doctor'],
}

/** The folder; inside those whose parts have rules of their own, the folder below it. */
function layerOf(path: string): string {
  if (path === 'main.ts') return 'main'
  for (const folder of ['cli/ipvs', 'cli/genhash', 'daemon/director/child'])
    if (path.startsWith(`${folder}/`)) return folder
  const [first = '', second = '', ...deeper] = path.split('/')
  return ['vrrp', 'doctor', 'simulation', 'checkers'].includes(first) && deeper.length > 0
    ? `${first}/${second}`
    : first
}

/**
 * Inside the daemon, in the order in which its folders may know each other. Beside the folders stands what runs them;
 * they may know its types (what is assembled, what a subsystem is) and load nothing of it but `besides`.
 */
const insideDaemon: Readonly<Record<string, Omit<Rule, 'packages'>>> = {
  kernel: { imports: [], why: 'it does to the kernel what it is told to' },
  links: { imports: [], why: 'what the kernel tells becomes events' },
  adverts: { imports: [], why: 'packets become events, and effects packets' },
  log: {
    imports: ['kernel'],
    why: 'it has words for what happens, and is not asked for any by those who act',
  },
  reading: {
    imports: [],
    types: ['log'],
    why: 'a thread reads and compares configurations; the daemon gets what it needs of them',
  },
  scripts: { imports: [], types: ['log'], why: 'the operator’s programs hear what others tell them' },
  journal: {
    imports: ['kernel', 'log'],
    why: 'it remembers, and words that it shares with the log are there',
  },
  status: { imports: ['journal'], types: ['log', 'reading'], why: 'it looks, and changes nothing' },
  service: { imports: [], types: ['log', 'status'], why: 'the service manager hears what it is given' },
  control: {
    imports: ['journal', 'log', 'status'],
    types: ['service'],
    why: 'it answers with what the status and the journal know',
  },
  director: {
    imports: [],
    types: ['log', 'reading'],
    why: 'it starts and watches the process that serves the virtual servers; what that does is its own',
  },
  dumps: { imports: ['log'], types: ['journal', 'scripts'], why: 'keepalived’s forms of what is known' },
  recovery: {
    imports: ['kernel'],
    types: ['adverts', 'log'],
    why: 'what an earlier run has left is taken up, or taken away',
  },
}
const besides: Readonly<Record<string, readonly string[]>> = {
  // What the daemon says of a file is judged where it is read.
  reading: ['daemon/configuration.ts'],
  // vrrpd cleanup runs by itself and has to find out which daemon is meant.
  recovery: ['daemon/settings.ts', 'daemon/instance-naming.ts', 'daemon/configuration.ts'],
}

/** Undefined: beside the daemon's folders, or elsewhere; the child is a layer of its own. */
function daemonFolderOf(path: string): string | undefined {
  if (path.startsWith('daemon/director/child/')) return undefined
  const [first, second, ...deeper] = path.split('/')
  return first === 'daemon' && deeper.length > 0 ? second : undefined
}

/** Files of pure folders that do touch the world. */
const impureFiles = ['config/disk-io.ts', 'cli/ipvs/names.ts', 'cli/ipvs/run.ts']
const pureFolders = [
  'base',
  'world',
  'events',
  'config',
  'vrrp/wire',
  'vrrp/election',
  'vrrp',
  'director',
  'checkers',
  'doctor/checks',
  'doctor/firewall',
  'simulation/kernel',
  'simulation/story',
  'simulation/report',
  'simulation/explore',
  'cli/ipvs',
]
/** Pure files of other folders. */
const pureFiles = [
  'netlink/types.ts',
  'netlink/identity.ts',
  'netlink/route-keys.ts',
  'netlink/link-table.ts',
  'netlink/fold.ts',
  'netlink/table-draft.ts',
  'netlink/errno.ts',
  'netlink/own-changes.ts',
  'netlink/monitor.ts',
  'netlink/requests.ts',
  'netlink/ipvs/types.ts',
  'netlink/ipvs/connections.ts',
  'simulation/circumstances.ts',
  'simulation/inbox.ts',
  'simulation/infer.ts',
  'simulation/lan.ts',
  'simulation/memory-record.ts',
  'simulation/process.ts',
  'simulation/random.ts',
  'simulation/schedule.ts',
  'simulation/sleepy-timers.ts',
  'scripts/types.ts',
  'scripts/check.ts',
  'scripts/notify.ts',
  'scripts/tracking/types.ts',
  'scripts/tracking/number.ts',
  'scripts/tracking/process-match.ts',
  'daemon/assemble.ts',
  'daemon/director/child/assemble.ts',
  'daemon/director/child/assemble-check.ts',
  'daemon/journal/causes.ts',
  'daemon/dependencies.ts',
  'daemon/journal/recorder-text.ts',
  'daemon/journal/observed-masters.ts',
  'daemon/journal/priority-causes.ts',
  'daemon/log/messages.ts',
  'daemon/kernel/firewall-rules.ts',
  'daemon/kernel/garp-pacing.ts',
  'daemon/adverts/transport.ts',
  'daemon/status/lateness.ts',
  'daemon/status/preemption.ts',
  'daemon/director/child/check-data.ts',
  'daemon/director/child/check-words.ts',
  'daemon/director/child/happening-text.ts',
  'daemon/director/child/why.ts',
  'daemon/director/child/problems.ts',
  'daemon/director/child/report.ts',
  'daemon/kernel/virtual-mac-plan.ts',
  'addressing/desired.ts',
  'addressing/link-binding.ts',
  'addressing/observed.ts',
  'addressing/reconcile.ts',
  'addressing/retry.ts',
  'addressing/secondaries.ts',
  'addressing/claims.ts',
  'addressing/host-addresses.ts',
  'control/arguments.ts',
  'control/drain.ts',
  'control/events.ts',
  'control/lvs-report.ts',
  'control/lvs-why.ts',
  'control/server-name.ts',
  'control/why.ts',
  'control/problem.ts',
  'control/protocol.ts',
  'control/report.ts',
  'control/stream.ts',
  'cli/cells.ts',
  'cli/getopt.ts',
  'cli/misread.ts',
  'cli/table/commands.ts',
  'cli/table/daemon.ts',
  'cli/table/ignored.ts',
  'cli/table/option.ts',
  'cli/report-fingerprint.ts',
  'cli/event-line.ts',
  'cli/span.ts',
  'cli/doctor-view.ts',
  'doctor/diagnose.ts',
  'doctor/facts.ts',
  'doctor/finding.ts',
  'cli/counter-words.ts',
  'cli/detail.ts',
  'cli/screen-codes.ts',
  'cli/problem-lines.ts',
  'cli/selection.ts',
  'cli/joined.ts',
  'cli/server-views.ts',
  'cli/view-options.ts',
  'cli/views.ts',
]

const isPure = (path: string): boolean =>
  pureFiles.includes(path) || (pureFolders.includes(layerOf(path)) && !impureFiles.includes(path))

describe('who may import whom', () => {
  test.each(Object.entries(rules))('%s', (layer, rule) => {
    const offences = sources
      .filter((source) => layerOf(source.path) === layer)
      .flatMap((source) =>
        source.imports
          .filter((each) => !allows(rule, source, each))
          .map((each) => `${source.path} imports ${each.target}`),
      )
    expect(offences, rule.why).toEqual([])
  })

  test('every folder has a rule', () => {
    expect(sources.map((source) => layerOf(source.path)).filter((layer) => !(layer in rules))).toEqual([])
  })

  test.each(Object.entries(insideDaemon))('daemon/%s', (folder, { imports, types = [], why }) => {
    const offences = sources
      .filter(({ path }) => daemonFolderOf(path) === folder)
      .flatMap(({ path, imports: all }) =>
        all
          .filter(({ target }) => target.startsWith('daemon/'))
          .filter(({ target, typeOnly }) => {
            const other = daemonFolderOf(target)
            if (other === folder || (other !== undefined && imports.includes(other))) return false
            if (other === undefined) return !typeOnly && besides[folder]?.includes(target) !== true
            return !typeOnly || !types.includes(other)
          })
          .map(({ target }) => `${path} imports ${target}`),
      )
    expect(offences, why).toEqual([])
  })

  test('the folders of the daemon have an order: each knows only those before it', () => {
    const order = Object.keys(insideDaemon)
    const folders = new Set(sources.flatMap(({ path }) => daemonFolderOf(path) ?? []))
    expect(folders).toEqual(new Set(order))
    for (const [folder, { imports, types = [] }] of Object.entries(insideDaemon))
      expect(order.slice(0, order.indexOf(folder)), folder).toEqual(
        expect.arrayContaining([...imports, ...types]),
      )
  })

  test('no two files need each other at run time', () => {
    const cycles = sources.filter((source) => reachable(source.path, false).has(source.path))
    expect(
      cycles.map((source) => source.path),
      'such files are one, or lack a third',
    ).toEqual([])
  })

  function allows(rule: Rule, source: Source, { target, ours, typeOnly }: Import): boolean {
    if (target.startsWith('node:')) return true // Pure files are judged below.
    if (!ours)
      return (rule.packages ?? []).some(
        (name) => name === target || (name.endsWith('*') && target.startsWith(name.slice(0, -1))),
      )
    const wanted = layerOf(target)
    if (wanted === layerOf(source.path)) return true
    const layers = [
      ...rule.imports,
      ...(exceptions[source.path] ?? []),
      ...(typeOnly ? (rule.types ?? []) : []),
    ]
    return layers.includes(wanted)
  }
})

describe('who may know whom inside config', () => {
  /** What stands beside the folders is about the whole file and knows them all. */
  const folderOf = (path: string): string => {
    const [, folder = '', ...deeper] = path.split('/')
    return deeper.length > 0 ? folder : 'beside'
  }
  const folders: Readonly<Record<string, Rule>> = {
    diagnostics: {
      imports: [],
      types: ['syntax', 'beside'],
      why: 'how mistakes are said, whoever finds them',
    },
    syntax: { imports: ['diagnostics'], why: 'it is given the tables of keywords and knows no block' },
    values: { imports: ['diagnostics', 'syntax'], why: 'single values, whichever block they stand in' },
    blocks: {
      imports: ['diagnostics', 'syntax', 'values'],
      types: ['beside'],
      why: 'each is resolved and printed where its keywords are, and knows none of those who ask for it',
    },
    analysis: {
      imports: ['diagnostics', 'syntax', 'blocks'],
      types: ['beside'],
      why: 'it looks at what a file has come to, and reads no value again',
    },
  }

  test.each(Object.entries(folders))('%s', (folder, { imports, types = [], why }) => {
    const own = sources.filter(({ path }) => path.startsWith('config/') && folderOf(path) === folder)
    const offences = own.flatMap(({ path, imports: targets }) =>
      targets
        .filter(({ target }) => target.startsWith('config/'))
        .filter(
          ({ target, typeOnly }) =>
            ![folder, ...imports, ...(typeOnly ? types : [])].includes(folderOf(target)),
        )
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(own).not.toEqual([])
    expect(offences, why).toEqual([])
  })
})

/** All our files that loading this one loads, directly or not. */
function reachable(path: string, dynamic: boolean): Set<string> {
  const seen = new Set<string>()
  const visit = (from: string): void => {
    for (const each of byPath.get(from)?.imports ?? []) {
      if (!each.ours || each.typeOnly || (each.dynamic && !dynamic) || seen.has(each.target)) continue
      seen.add(each.target)
      visit(each.target)
    }
  }
  visit(path)
  return seen
}

describe('pure files', () => {
  const worldly = [
    ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout'],
    ...['process', 'console', 'fetch', 'crypto', 'globalThis', 'require'],
  ]
  const pure = sources.filter((source) => isPure(source.path))

  test.each(pure.map((source) => [source.path, source] as const))('%s', (_path, source) => {
    const imports = source.imports.filter((each) =>
      each.ours ? !each.typeOnly && !isPure(each.target) : true,
    )
    const names = nodesOf(source.tree)
      .filter((node) => isWorldly(node))
      .map((node) => `${placeOf(node)}: ${node.getText()}`)
    expect([...imports.map((each) => each.target), ...names], 'time and the world are its inputs').toEqual([])
  })

  test('the lists name files that exist', () => {
    expect([...pureFiles, ...impureFiles].filter((path) => !byPath.has(path))).toEqual([])
  })

  /** A name of the world, unless the file means something of its own by it. */
  function isWorldly(node: ts.Node): boolean {
    if (ts.isPropertyAccessExpression(node)) return node.getText() === 'Math.random'
    if (!ts.isIdentifier(node) || !worldly.includes(node.text)) return false
    const { parent } = node
    const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node
    const isKey = ts.isPropertySignature(parent) || ts.isPropertyAssignment(parent)
    return !isMember && !isKey && !declares(node.getSourceFile(), node.text)
  }

  function declares(file: ts.SourceFile, name: string): boolean {
    return nodesOf(file).some(
      (node) => (ts.isParameter(node) || ts.isVariableDeclaration(node)) && node.name.getText() === name,
    )
  }
})

describe('state', () => {
  test('no module holds any: neither a variable nor a collection that changes', () => {
    const offences = sources.flatMap(({ tree }) =>
      tree.statements
        .filter(ts.isVariableStatement)
        .flatMap((statement) =>
          statement.declarationList.declarations.filter((each) => isState(statement, each)),
        )
        .map((each) => `${placeOf(each)}: ${each.name.getText()}`),
    )
    expect(
      offences,
      'hidden state survives a reload and is shared by what should not know of each other',
    ).toEqual([])
  })

  function isState(statement: ts.VariableStatement, declaration: ts.VariableDeclaration): boolean {
    if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) return true
    // What other files see must be readonly by its type; what only this one sees must not be changed here.
    const type = declaration.type?.getText() ?? ''
    if (/^(Weak)?(Map|Set)\b|^Array\b|^(?!readonly\b).*\[\]$/s.test(type)) return true
    const name = declaration.name.getText()
    const changes = new RegExp(
      `\\b${name}(\\.(add|set|delete|clear|push|pop|shift|unshift|splice|sort)\\(|\\[[^\\]]+\\] = )`,
    )
    return changes.test(declaration.getSourceFile().text)
  }

  test('only the daemon advances the engine, the rehearsal its own copy; a simulated host looks on', () => {
    const advancing = sources.filter(
      (source) => source.path !== 'vrrp/engine.ts' && /\bstepEngine\(/.test(source.tree.text),
    )
    expect(
      advancing.map((source) => source.path),
      'one owner, one order of events',
    ).toEqual(['daemon/daemon.ts', 'daemon/rehearsal.ts', 'simulation/host.ts'])
  })
})

describe('what is only said', () => {
  const wordsOf = /^daemon\/(log|journal)\//

  test('a Note is known to the election that makes it, the list that carries it, the log and the journal', () => {
    const offences = sources.filter(
      ({ path, tree }) =>
        !path.startsWith('vrrp/') &&
        path !== 'events/event.ts' &&
        !wordsOf.test(path) &&
        nodesOf(tree).some((node) => ts.isIdentifier(node) && ['Note', 'NoteTaken'].includes(node.text)),
    )
    expect(
      offences.map(({ path }) => path),
      'what others act on is an event: vrrp/election/event.ts',
    ).toEqual([])
  })

  test('and what it says matters to those that have words for it alone', () => {
    // Beside them: which notes are given once; and the words of scripts, which have notes of their own.
    const others = ['vrrp/stepping.ts', 'daemon/scripts/script-service.ts']
    const offences = sources.filter(
      ({ path, tree }) =>
        /^(vrrp|events|daemon|simulation)\//.test(path) &&
        !wordsOf.test(path) &&
        !others.includes(path) &&
        /\bnote\.kind\b/.test(tree.text),
    )
    expect(
      offences.map(({ path }) => path),
      'nothing hangs on what is for people',
    ).toEqual([])
  })
})

describe('what runs in a simulation', () => {
  /** Arithmetic; of v8 its serializer. */
  const harmless = ['node:util', 'node:path', 'node:crypto', 'node:v8']

  test('reaches the host through the World alone', () => {
    const roots = ['daemon/composition.ts', 'simulation/network.ts']
    const loaded = new Set(roots.flatMap((root) => [root, ...reachable(root, false)]))
    const offences = [...loaded].flatMap((path) => {
      const { imports = [], tree } = byPath.get(path) ?? {}
      const modules = imports.filter(({ target, typeOnly }) => target.startsWith('node:') && !typeOnly)
      const named = /\b(setTimeout|setInterval|setImmediate|Date\.now|new Date\(\)|Math\.random)\b/.exec(
        tree?.text ?? '',
      )
      return [
        ...modules.map(({ target }) => target).filter((target) => !harmless.includes(target)),
        ...(path.startsWith('system/') ? ['the addon'] : []),
        ...(named ?? []).slice(0, 1),
      ].map((what) => `${path}: ${what}`)
    })
    expect(offences, 'the assembled daemon is the same in both worlds').toEqual([])
  })
})

describe('native code', () => {
  test('is loaded by system/native.ts alone', () => {
    const loads = /\bdlopen\b|\bcreateRequire\b|\.node['"`]/
    const offences = sources.filter(
      (source) => source.path !== 'system/native.ts' && loads.test(source.tree.text),
    )
    expect(
      offences.map((source) => source.path),
      'one place to know what it offers and where it lies',
    ).toEqual([])
  })

  test.each(['cli/status.ts', 'cli/check.ts', 'cli/simulate.ts'])('is not loaded by %s', (path) => {
    expect(byPath.has(path)).toBe(true)
    const reason = 'it works without root, and where the addon was never built'
    expect(reachable(path, true), reason).not.toContain('system/native.ts')
  })
})

describe('start-up', () => {
  test('the daemon loads nothing that only the commands need', () => {
    const loaded = ['cli/run.ts', ...reachable('cli/run.ts', false)]
    const packages = loaded
      .flatMap((path) => byPath.get(path)?.imports ?? [])
      .filter((each) => !each.ours && !each.typeOnly && !each.dynamic)
    const names = new Set(packages.map((each) => each.target).filter((target) => !target.startsWith('node:')))
    expect(
      [...names].filter((name) => name.split('/')[0] !== 'netlink' && name !== 'pino'),
      'memory and start-up time',
    ).toEqual([])
  })
})
