/** npm run docs: writes what is made from the keyword tables. */

import { writeFileSync } from 'node:fs'
import { compatibilityPage } from './compatibility.ts'
import { manualPage } from './manual.ts'

writeFileSync('docs/compatibility.md', compatibilityPage())
writeFileSync('docs/vrrpd.conf.5', manualPage())
