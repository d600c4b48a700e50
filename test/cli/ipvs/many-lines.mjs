/**
 * many-lines.mjs LINES DIRECTORY: command lines of vrrpd, one after the other in this process, as a process takes
 * longer to begin than to do what it is asked for: on a kernel that is booted for a test a hundred times as long.
 *
 * LINES: of each line the number of its words and its words, each ended by a NUL.
 * DIRECTORY/0, 1, …: what each wrote on standard output, and `exit` with its code; 0.err, 1.err, …: the lines on
 * standard error that are no remarks of ours.
 *
 * The bundle's main file is loaded for every line, and finds its arguments, its output and its exit code where it does
 * in a process of its own. What it loads besides is loaded once; no module of ours keeps anything
 * (test/architecture.test.ts, “state”).
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process, { argv, stderr, stdout } from 'node:process'

const MAIN = new URL('../../../dist/main.js', import.meta.url).href
const REMARK = 'vrrpd ipvs: '

function* linesOf(text) {
  const words = text.split('\0')
  while (words.length > 1) yield words.splice(0, Number(words.shift()))
}

async function outcomeOf(line, number) {
  let out = ''
  let err = ''
  const { write: writeOut } = stdout
  const { write: writeErr } = stderr
  stdout.write = (chunk) => Boolean((out += chunk))
  stderr.write = (chunk) => Boolean((err += chunk))
  process.argv = [...argv.slice(0, 2), ...line]
  process.exitCode = undefined
  try {
    await import(`${MAIN}?${number}`)
  } finally {
    stdout.write = writeOut
    stderr.write = writeErr
    stdout.removeAllListeners('error')
  }
  const told = err.split(/(?<=\n)/).filter((each) => !each.startsWith(REMARK))
  return { out: `${out}exit ${process.exitCode ?? 0}\n`, err: told.join('') }
}

const [file, directory] = argv.slice(2)
let number = 0
for (const line of linesOf(readFileSync(file, 'utf8'))) {
  const { out, err } = await outcomeOf(line, number)
  writeFileSync(join(directory, String(number)), out)
  writeFileSync(join(directory, `${number}.err`), err)
  number++
}
process.exitCode = 0
