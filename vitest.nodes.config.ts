import { defineConfig } from 'vitest/config'

// What `npm test` runs again on the other supported Nodes: the tests of what differs from one Node to another, or from one
// V8. That is native code (TensorFlow's binding, the store's SQLite), worker threads, processes and their streams, file
// calls, and the tables behind regular expressions. Arithmetic of our own is the same everywhere. Left out for their time
// are whole runs inside the test's own process, since those of the command line make the same calls.
export default defineConfig({
  test: {
    include: [
      'tests/contract/{command-line,serve,contract}.test.ts',
      'tests/unit/scripts/**/*.test.ts',
      'tests/unit/src-main/*.test.ts',
      'tests/unit/src-main/{cli,engine,model,native,optimizers}/**/*.test.ts',
      'tests/unit/src-main/runs/{store*,run-manager}.test.ts',
      'tests/unit/src-main/packing/{data-thread,port-calls}.test.ts',
      'tests/unit/src-main/data/**/{cached-source,killed,durable,lock,splits,row-store}.test.ts',
      'tests/unit/src-main/tokenizer/{char-class,tokenizer}.test.ts',
      'tests/unit/src-main/{checkpoint,pickle}/{real-torch,torch-read,torch-write,stored-zip}*.test.ts',
    ],
    exclude: ['**/engine/train-run.test.ts', '**/bench-tokenize.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
