/** The watcher of a program that tests itself: what it makes of one that answers, dies, hangs or says nonsense. */
import { expect, test } from 'vitest'

import type { Progress } from '../../../../src-main/progress.schema'
import { type TestCommand, watchSelfTest } from '../../../../src-main/runs/self-test'

/** A program that does what a piece of JavaScript says. */
function program(script: string): TestCommand {
  return { executable: process.execPath, args: ['--eval', script], env: {} }
}

function call(silenceMs?: number): {
  labels: string[]
  abort: AbortController
  options: Parameters<typeof watchSelfTest>[1]
} {
  const labels: string[] = []
  const abort = new AbortController()
  const onProgress = ({ what }: Progress): void => void labels.push(what)
  return { labels, abort, options: { signal: abort.signal, onProgress, ...(silenceMs && { silenceMs }) } }
}

const progress = (label: string): string =>
  `console.log(JSON.stringify({ type: 'progress', what: '${label}', done: 0, total: 5, unit: 'parts' }));`
const passed = `console.log(JSON.stringify({ type: 'self-test', result: { peakBytes: 4.3e9, losses: [8, 7, 6] } }));`

test('one that answers has passed, whatever else it writes', async () => {
  const { labels, options } = call()
  const script = `console.error('a note'); console.log('no JSON'); ${progress('training')} ${passed}`
  expect(await watchSelfTest(program(script), options)).toEqual({
    passed: true,
    reason: 'It held 4.3 GB and trained 3 steps beside an open page.',
  })
  expect(labels).toEqual(['training'])
})

test('one that fails says of what', async () => {
  const script = `console.log(JSON.stringify({ type: 'failed', failure: { code: 'graph.memory', message: 'No memory.' } }))`
  expect(await watchSelfTest(program(script), call().options)).toEqual({
    passed: false,
    reason: 'No memory.',
  })
})

test('one that dies is told by its signal and by what it was at', async () => {
  const script = `${progress('holding a block of 3.2 GB')} setTimeout(() => process.kill(process.pid, 'SIGTRAP'), 50)`
  expect(await watchSelfTest(program(script), call().options)).toEqual({
    passed: false,
    reason: 'It crashed with SIGTRAP while holding a block of 3.2 GB.',
  })
})

test('one that hangs is ended', async () => {
  const script = `${progress('loading TensorFlow')} setInterval(() => undefined, 1000)`
  expect(await watchSelfTest(program(script), call(1500).options)).toEqual({
    passed: false,
    reason: 'It said nothing for 1.5 s while loading TensorFlow.',
  })
})

test('one that cannot be started is none that passed', async () => {
  const command = { executable: '/no/such/electron', args: [], env: {} }
  const { passed: held, reason } = await watchSelfTest(command, call().options)
  expect({ held, reason }).toMatchObject({ held: false, reason: expect.stringContaining('ENOENT') })
})

test('an abort ends it', async () => {
  const { abort, options } = call()
  const watching = watchSelfTest(program('setInterval(() => undefined, 1000)'), options)
  abort.abort()
  await expect(watching).rejects.toThrow(/abort/i)
})
