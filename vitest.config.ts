import { defineConfig } from 'vitest/config'
import { chooseSeeds } from './test/support/seeds.ts'
import { SummaryReporter } from './test/support/summary-reporter.ts'

const fresh = chooseSeeds()
if (fresh !== undefined) console.log(`fresh seeds: ${fresh}`)

export default defineConfig({
  test: {
    // Left-out tests are named before the totals, which stay the last lines.
    reporters: [new SummaryReporter(), 'default'],
    // Worker threads share one process; the addon's descriptors and signals want their own.
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{netns,boot}.test.ts'],
          setupFiles: ['test/support/properties.ts'],
          // Ends what hangs; how fast something is, is for the bench.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          // A machine is booted for these; it takes a minute of one core. tools/test.sh does it beside lint.
          name: 'boot',
          include: ['test/**/*.boot.test.ts'],
          // Several at once are so slow that what they do runs into time limits.
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'netns',
          include: ['test/**/*.netns.test.ts'],
          globalSetup: ['test/support/sweep.ts'],
          setupFiles: ['test/support/properties.ts'],
          // After the unit tests, so that those do not disturb what is timed here. These tests
          // mostly wait for the protocol's timers: more of them than cores still keep their bounds.
          sequence: { groupOrder: 1 },
          maxWorkers: 4,
          // Of one file's stories; each is two or three pairs of daemons that wait for each other.
          maxConcurrency: 6,
          // A take-over is 3.6 s at the default interval; several in a row are normal. Ends what hangs, and
          // nothing that a busy machine holds up.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
