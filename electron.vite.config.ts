/**
 * How the app is built: the main process and its threads to out/main, the preload to out/preload, the page to
 * out/renderer. Packages of node_modules stay outside the bundles of the main process: native modules must, and
 * tfjs-core must be one instance. The targets are those of Electron 33, the oldest that it runs on.
 */
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      rolldownOptions: {
        input: {
          index: 'src-main/index.ts', // the app
          headless: 'src-main/headless.ts', // the command line
          trainer: 'src-main/engine/trainer-thread.ts',
          'trainer-process': 'src-main/engine/trainer-process.ts',
          data: 'src-main/packing/data-thread.ts',
          checkpoints: 'src-main/runs/checkpoint-thread.ts',
          parquet: 'src-main/data/files/parquet-thread.ts',
          tokens: 'src-main/data/token-cache/fill-thread.ts',
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      rolldownOptions: {
        input: { preload: 'src-main/ipc/preload.ts' },
        output: { format: 'cjs' }, // a sandboxed preload cannot be a module
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [vue()],
    build: { target: 'chrome130', minify: true, rolldownOptions: { input: 'src-renderer/index.html' } },
  },
})
