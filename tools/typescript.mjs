/**
 * `node --import ./tools/typescript.mjs file.ts`: runs TypeScript sources as they
 * lie, on Nodes that cannot do so themselves. For the demo and the benchmark; the
 * product is bundled (build.mjs), tests have vitest.
 */

import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
