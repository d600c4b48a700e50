/** Set up before each test file: where the properties begin that name no seed of their own (seeds.ts). */

import fc from 'fast-check'
import { seedOf } from './seeds.ts'

fc.configureGlobal({ seed: seedOf('VRRPD_PROPERTIES') })
