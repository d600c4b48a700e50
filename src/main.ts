/** The executable: argv in, exit code out. */

import { main } from './cli/cli.ts'

process.exitCode = await main(process.argv.slice(2))
