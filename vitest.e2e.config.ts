import { defineConfig } from 'vitest/config'

// The end-to-end tests: the built app (out/) in a real window. As many files at a time as there are displays: `npm test`
// makes two, each for one worker (tests/support/launch-app.ts); by themselves the files run one after another.
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
