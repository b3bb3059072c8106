import { defineConfig } from 'vitest/config'

// The end-to-end tests: the built app (out/) in a real window. The files run one after another, or as many at a time as
// there are displays, each for one worker (tests/support/launch-app.ts).
const displays = (process.env['MIDBENCH_TEST_DISPLAYS'] ?? '').split(' ')

export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: displays.length,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    retry: 0,
  },
})
