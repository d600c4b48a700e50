/** Our own sources as the compiler's parser sees them, for tests about their shape. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../src', import.meta.url))

export interface Import {
  /** As written: `node:fs`, `pino`, or for our own files the path below src, `base/time.ts`. */
  readonly target: string
  readonly ours: boolean
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
  /** `await import(…)`: loaded only when that code runs. */
  readonly dynamic: boolean
}

export interface Source {
  /** Below src, `vrrp/engine.ts`. */
  readonly path: string
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

export function readSources(): Source[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readSource(join(entry.parentPath, entry.name)))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function readSource(file: string): Source {
  const path = relative(root, file)
  const tree = ts.createSourceFile(path, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)
  return { path, tree, imports: nodesOf(tree).flatMap((node) => asImport(path, node) ?? []) }
}

/** Every node of the tree, parents first. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes = [node]
  ts.forEachChild(node, (child) => void nodes.push(...nodesOf(child)))
  return nodes
}

function asImport(from: string, node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    return makeImport(
      from,
      node.moduleSpecifier,
      node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    )
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return makeImport(from, node.moduleSpecifier, node.isTypeOnly)
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments
    return argument === undefined ? undefined : { ...makeImport(from, argument, false), dynamic: true }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return makeImport(from, node.argument.literal, true)
  }
  return undefined
}

function makeImport(from: string, specifier: ts.Node, typeOnly: boolean): Import {
  const written = ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText()
  const ours = written.startsWith('.')
  const target = ours ? posix.normalize(posix.join(dirname(from), written)) : written
  return { target, ours, typeOnly, dynamic: false }
}

/** Where a node stands, for a message: `vrrp/engine.ts:12`. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile()
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

export { ts }
