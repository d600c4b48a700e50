/** For measurements that need the tests' assertions. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['bench/*.measure.ts'],
    pool: 'forks',
    // What is printed is the result.
    reporters: ['dot'],
    disableConsoleIntercept: true,
    testTimeout: 0,
  },
})
