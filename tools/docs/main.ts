/** npm run docs: writes what is made from the tables of keywords, commands and options. */

import { writeFileSync } from 'node:fs'
import { commandLinePage } from './command-line.ts'
import { compatibilityPage } from './compatibility.ts'
import { manualPage } from './manual.ts'

writeFileSync('docs/compatibility.md', compatibilityPage())
writeFileSync('docs/vrrpd.conf.5', manualPage())
writeFileSync('docs/vrrpd.8', commandLinePage())
