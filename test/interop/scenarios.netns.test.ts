/** keepalived's stories, told again by vrrpd alone and beside keepalived. */

import { test } from 'vitest'
import { needs } from '../support/privileges.ts'
import { expectSameStory } from './matrix.ts'
import { scenarios } from './scenarios.ts'

needs(
  'netns',
  'built',
  'tcpdump',
  'keepalived',
)('the same story with every pairing of daemons', () => {
  for (const scenario of scenarios) {
    test.concurrent(scenario.name, { timeout: 60_000 }, () => expectSameStory(scenario))
  }
})
