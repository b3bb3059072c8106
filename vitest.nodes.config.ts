import { defineConfig } from 'vitest/config'

// What `npm test` runs again on the other supported Nodes: the tests of what differs from one Node to another, or from one
// V8. That is native code (TensorFlow's binding, the store's SQLite), worker threads, processes and their streams, file
// calls, and the tables behind regular expressions; and the command line as a whole, without what it refuses and the
// figures that it prints.
//
// Left out for their time are the tests that train many steps in their own process: the command line's make the same
// calls, and tests/contract/nodes.test.ts compares the losses of every Node digit by digit, in both engines. Left out as
// they cannot differ are the window's (they run in Chromium) and those of our own arithmetic.
export default defineConfig({
  test: {
    include: [
      'tests/contract/{command-line,serve,contract}.test.ts',
      'tests/unit/scripts/**/*.test.ts',
      'tests/unit/src-main/*.test.ts',
      'tests/unit/src-main/{cli,engine,native}/**/*.test.ts',
      'tests/unit/src-main/runs/store*.test.ts',
      'tests/unit/src-main/packing/data-thread.test.ts',
      'tests/unit/src-main/threads/*.test.ts',
      'tests/unit/src-main/data/**/{cached-source,killed,splits,row-store}.test.ts',
      'tests/unit/src-main/files/{durable,lock}.test.ts',
      'tests/unit/src-main/tokenizer/{char-class,tokenizer}.test.ts',
      'tests/unit/src-main/{checkpoint,pickle}/{real-torch,torch-read,torch-write,stored-zip}*.test.ts',
    ],
    exclude: [
      'tests/unit/src-main/engine/{graph-engine,run-data,sft-run,step-engine,train-run,variants}.test.ts',
      'tests/unit/src-main/engine/generation/generation-session.test.ts',
      'tests/unit/src-main/cli/bench-*.test.ts',
      'tests/unit/src-main/native/setup/tested-nodes.test.ts', // asks for the Nodes other than that of npm test
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
