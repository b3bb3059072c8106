/**
 * The main process of a small app for the end-to-end test of TensorFlow's memory: opens a window, and only then starts
 * the thread that loads TensorFlow. Prints the thread's findings as one line of JSON.
 */
import { Worker } from 'node:worker_threads'

import { app, BrowserWindow } from 'electron'

import type { MemoryFindings } from './worker'

// Not awaited: Electron is ready only after this file has been evaluated.
void app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 400, height: 300 })
  await window.loadURL('data:text/html,<h1>TensorFlow</h1>')
  startWorker()
})

function startWorker(): void {
  const worker = new Worker(new URL('./worker.js', import.meta.url))
  worker.on('message', (findings: MemoryFindings) => {
    finish(process.stdout, JSON.stringify(findings), 0)
  })
  worker.on('error', (error) => {
    finish(process.stderr, String(error), 1)
  })
}

function finish(stream: NodeJS.WriteStream, line: string, code: number): void {
  stream.write(`${line}\n`, () => {
    app.exit(code)
  })
}
