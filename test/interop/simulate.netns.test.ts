/** `vrrpd simulate` tells what happens: its stories, and what real daemons make of them. */

import { test } from 'vitest'
import { needs } from '../support/privileges.ts'
import { tales } from './prediction/tales.ts'
import { expectAgreement } from './prediction/told-twice.ts'

needs('netns', 'built')('prediction and reality', () => {
  for (const tale of tales) test.concurrent(tale.name, () => expectAgreement(tale))
})
