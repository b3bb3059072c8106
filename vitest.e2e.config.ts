import { defineConfig } from 'vitest/config'

// The end-to-end tests: the built app (out/) in a real window. One file at a time: where two of them train, neither comes
// on (docs/LOG.md).
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    retry: 0,
  },
})
