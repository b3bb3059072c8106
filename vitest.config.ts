import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

// Unit, contract and architecture tests. The end-to-end tests have a config of their own (vitest.e2e.config.ts):
// they need a built app and a display.
export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['tests/{unit,contract,architecture,fuzz}/**/*.test.ts'],
    pool: 'forks', // the TensorFlow binding keeps process-wide state
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
