import { expect, test } from 'vitest'

import type { CommandIo } from '../../../../src-main/cli/command'
import { duration, JsonPrinter, TextPrinter } from '../../../../src-main/cli/train-printer'
import type { RunEvent } from '../../../../src-main/runs/run-events'
import type { RunSummary } from '../../../../src-main/config/run.schema'
import { sampleAnswers, sampleMeasure, sampleSteps } from '../../../support/run-samples'

function terminal() {
  const [stdout, stderr, bar]: string[][] = [[], [], []]
  const io: CommandIo = {
    stdout: (line) => stdout?.push(line),
    write: (text) => stdout?.push(text),
    stderr: (line) => stderr?.push(line),
    signal: new AbortController().signal,
  }
  const stream = { isTTY: true, columns: 200, write: (text: string) => bar?.push(text) }
  return { io, stream, stdout: stdout ?? [], stderr: stderr ?? [], bar: bar ?? [] }
}

const metrics = {
  type: 'metrics',
  metrics: {
    runId: 'r',
    seq: 1,
    state: 'training',
    steps: sampleSteps(1, 3),
    samples: [],
    measures: [],
    evals: [{ step: 2, val_bpb: 1.5, seconds: 1 }],
    log: [
      { at: 0, level: 'info', text: 'step 00001 …' },
      { at: 0, level: 'warn', text: 'careful' },
    ],
    seconds_left: 65,
  },
} satisfies RunEvent

const summary: RunSummary = {
  id: 'r',
  name: 'run',
  note: '',
  tags: [],
  starred: false,
  state: 'stopped',
  created_at: 0,
  updated_at: 0,
  step: 3,
  total_steps: 10,
  progress: 0.3,
  last_loss: 1,
  best_val_bpb: 1.5,
  tok_per_sec: 1000,
  training_time_s: 1,
  device: 'CPU',
  dir: '/runs/r',
  checkpoints: [3],
  error: null,
  parent: null,
  spark: [],
}

test('answers and measurements are printed as JSON after the step that they were made at', () => {
  const { io, stdout } = terminal()
  const asked = { samples: [sampleAnswers(2)], measures: [sampleMeasure(2)], log: [] }
  new JsonPrinter(io).event({ ...metrics, metrics: { ...metrics.metrics, ...asked } })
  const lines = stdout.map((line): unknown => JSON.parse(line))
  expect(lines.slice(2, 5)).toEqual([
    { event: 'eval', step: 2, val_bpb: 1.5 },
    {
      event: 'sample',
      step: 2,
      answers: [{ prompt: 'How do you spell cat?', answer: 'c, a, t\n2', cut: false }],
    },
    {
      event: 'measure',
      step: 2,
      tasks: {
        SpellingBee: {
          right: 16,
          total: 64,
          accuracy: 0.25,
          low: expect.closeTo(0.16, 2),
          high: expect.closeTo(0.37, 2),
        },
      },
      chatcore: 0.25,
      chatcore_cat: null,
    },
  ])
  expect(lines[5]).toMatchObject({ event: 'step', step: 3 })
})

test('JSON has one line an event, in the order things happened; only warnings go to stderr', () => {
  const { io, stdout, stderr } = terminal()
  const printer = new JsonPrinter(io)
  printer.event(metrics)
  printer.event({ type: 'checkpoint', runId: 'r', step: 3, dir: '/runs/r/c' })
  printer.event({ type: 'changed', run: summary })
  printer.end(summary)
  const lines = stdout.map((line): unknown => JSON.parse(line))
  expect(lines).toMatchObject([
    { event: 'step', step: 1, loss: 8, loss_last_micro: 8.5, lrm: 1, mfu: null, epoch: 1, progress: 0.001 },
    { event: 'step', step: 2, grad_norm: 1 },
    { event: 'eval', step: 2, val_bpb: 1.5 },
    { event: 'step', step: 3 },
    { event: 'checkpoint', step: 3, dir: '/runs/r/c' },
    { event: 'done', steps: 3, run_dir: '/runs/r', checkpoint_dir: null },
  ])
  expect(stderr).toEqual(['careful'])
  // An interface: keys may be added at the end of a step's line, none may change or move.
  expect(Object.keys(JSON.parse(stdout[0] ?? '') as object).slice(0, 11)).toEqual(
    'event step loss loss_last_micro lrm dt_ms tok_per_sec mfu epoch progress grad_norm'.split(' '),
  )
})

test('the last line names the result, which is no checkpoint of the run’s own', () => {
  const { io, stdout } = terminal()
  const printer = new JsonPrinter(io)
  printer.event({ type: 'checkpoint', runId: 'r', step: 10, dir: '/runs/r/c' })
  printer.event({ type: 'checkpoint', runId: 'r', step: 10, dir: '/base/mid_checkpoints/d4-2', result: true })
  printer.end({ ...summary, state: 'done', step: 10 })
  expect(JSON.parse(stdout.at(-1) ?? '')).toEqual({
    event: 'done',
    steps: 10,
    run_dir: '/runs/r',
    checkpoint_dir: '/base/mid_checkpoints/d4-2',
  })
})

test('for people the log goes to stderr under a bar, and stdout says where the run lies', () => {
  const { io, stream, stdout, stderr, bar } = terminal()
  const printer = new TextPrinter(io, stream)
  printer.event({ type: 'progress', runId: 'r', what: 'decoding x', done: 1, total: 4, unit: 'rows' })
  expect(bar.at(-1)).toContain(' 25%  decoding x: 1 of 4 rows')
  printer.event({ type: 'changed', run: summary })
  printer.event(metrics)
  expect(bar.at(-1)).toContain('step 3/10, loss 2.750, 1,003 tok/s, 1:05 left')
  printer.event({ type: 'checkpoint', runId: 'r', step: 3, dir: '/runs/r/c' })
  expect(stderr).toEqual(['step 00001 …', 'warn: careful'])
  printer.end(summary)
  expect(stdout).toEqual([
    'Run: /runs/r',
    'Checkpoint: /runs/r/c',
    'Stopped after step 3; go on with --resume.',
  ])
})

test.each([
  [5, '0:05'],
  [65, '1:05'],
  [3725, '1:02:05'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test('what a run came to rest with is left to the error that ends the command; every other line is printed', () => {
  const failure = { code: 'x', message: 'Line 5 is wrong.' }
  const line = (level: 'info' | 'warn' | 'error', text: string) => ({ at: 0, level, text })
  const logged = (...log: ReturnType<typeof line>[]): RunEvent => ({
    type: 'metrics',
    metrics: { ...metrics.metrics, steps: [], samples: [], measures: [], evals: [], log },
  })
  const changed = (state: RunSummary['state']): RunEvent => ({
    type: 'changed',
    run: { ...summary, state, error: failure },
  })
  for (const [state, said] of [
    ['failed', 0],
    ['paused', 0],
    ['training', 1],
  ] as const) {
    const { io, stream, stderr } = terminal()
    for (const printer of [new JsonPrinter(io), new TextPrinter(io, stream)]) {
      printer.event(logged(line('error', 'The run could not be saved.'), line('warn', failure.message)))
      printer.event(changed(state))
    }
    expect(stderr.filter((text) => text.endsWith('could not be saved.'))).toHaveLength(2)
    expect(stderr.filter((text) => text.endsWith(failure.message))).toHaveLength(2 * said)
  }
})
