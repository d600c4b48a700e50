/**
 * `npm run demo`: starts tools/demo/main.ts in namespaces of its own (isolated.sh) and passes
 * signals on, so that Ctrl-C ends it in good order.
 */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

const child = spawn(
  'bash',
  [
    at('isolated.sh'),
    process.execPath,
    '--import',
    at('typescript.mjs'),
    at('demo/main.ts'),
    ...process.argv.slice(2),
  ],
  // A process group of its own: it hears of a signal once, from here.
  { stdio: 'inherit', detached: true },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.kill(-child.pid, 'SIGINT'))
child.on('exit', (code) => process.exit(code ?? 1))
