/** A configuration from memory, and its findings in a form that reads well in a test. */

import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.ts'
import type { ConfigIo } from '../../src/config/syntax/io.ts'
import { loadConfiguration, type Loaded } from '../../src/config/load.ts'
import type { Model, VrrpInstance } from '../../src/config/model.ts'
import { positionOf } from '../../src/config/diagnostics/sources.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Files by absolute path; directories follow from them. */
export function memoryIo(files: Files, variables: Readonly<Record<string, string>> = {}): ConfigIo {
  const directories = new Set(Object.keys(files).flatMap(parents))
  return {
    read: (path) => {
      const contents = files[path]
      if (contents === undefined)
        return Promise.resolve({
          kind: 'problem',
          problem: directories.has(path) ? 'not-a-file' : 'missing',
        })
      const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents
      return Promise.resolve({ kind: 'contents', bytes })
    },
    list: (directory) => {
      const prefix = directory === '/' ? '/' : `${directory}/`
      const names = [...Object.keys(files), ...directories]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length).split('/')[0]!)
      return Promise.resolve([...new Set(names)])
    },
    workingDirectory: () => '/etc/keepalived',
    variable: (name) => variables[name],
    random: (minimum) => minimum,
  }
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}

export const MAIN = '/etc/keepalived/keepalived.conf'

export const load = (text: string | Uint8Array, others: Files = {}, configId = 'node1'): Promise<Loaded> =>
  loadConfiguration(MAIN, { io: memoryIo({ [MAIN]: text, ...others }, { SHELL: '/bin/sh' }), configId })

/** `line:column code`, with the file's name where it is not the main one. */
export function place({ span, code }: Pick<Diagnostic, 'span' | 'code'>, { sources }: Loaded): string {
  const source = sources.get(span.file)!
  const { line, column } = positionOf(source, span.start)
  const name = span.file === MAIN ? '' : `${span.file.replace(/.*\//, '')}:`
  return `${name}${line}:${column} ${code}`
}

/** Everything found, notes about what vrrpd does not act on left out. */
export const findings = (loaded: Loaded): string[] =>
  loaded.diagnostics
    .filter(({ code }) => code !== 'not-acted-on' && code !== 'no-effect')
    .map((diagnostic) => place(diagnostic, loaded))

/** The text that a diagnostic's span covers. */
export const covered = ({ span }: Diagnostic, { sources }: Loaded): string =>
  sources.get(span.file)!.text.slice(span.start, span.end)

/** A complete instance with these lines at its end. */
export const instance = (lines = '', name = 'VI_1'): string =>
  [
    `vrrp_instance ${name} {`,
    '  interface eth0',
    '  virtual_router_id 51',
    '  virtual_ipaddress {',
    '    192.0.2.1/24',
    '  }',
    ...lines.split('\n').filter((line) => line !== ''),
    '}',
    '',
  ].join('\n')

/** The line number that the first of `instance`'s own lines has. */
export const OWN = 7

export async function modelOf(text: string): Promise<Model> {
  return (await load(text)).model
}

/** The only instance of a file that has these lines in it. */
export async function instanceWith(lines: string): Promise<VrrpInstance> {
  const { instances } = await modelOf(instance(lines))
  return instances[0]!
}
