import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { openTensorboard } from '../../../../../../src-main/runs/loggers/tensorboard/tensorboard-logger'
import type { RunLogger } from '../../../../../../src-main/runs/loggers/run-logger'
import { eventFiles, readEventFile } from '../../../../../support/event-files'
import { listen, loggedRun } from '../../../../../support/logged-run'
import { sampleAnswers } from '../../../../../support/run-samples'
import { temporaryFolder } from '../../../../../support/temporary-folder'

function giveStep(logger: RunLogger, step: number): void {
  const figures = { 'train/loss': 8 / step }
  logger.figures({
    kind: 'step',
    step,
    at: 1_000_000 + step,
    figures,
    totals: { total_training_flops: step },
  })
}

describe('TensorBoard’s logger', () => {
  test('writes one file that begins with its version, and has the options, scalars and answers', async () => {
    const dir = temporaryFolder()
    const logger = openTensorboard(loggedRun(dir), listen().say)
    giveStep(logger, 1)
    logger.saved()
    const totals = { total_training_flops: 1 }
    logger.figures({ kind: 'eval', step: 1, at: 1_000_500, figures: { 'val/bpb': 0.5 }, totals })
    logger.answers(sampleAnswers(1))
    await logger.end('done')
    const files = eventFiles(dir)
    expect(files).toHaveLength(1)
    const events = readEventFile(files[0] ?? '')
    expect(events[0]?.version).toBe('brain.Event:2')
    expect(events.some(({ isStart }) => isStart)).toBe(false)
    expect(events[1]?.texts['options']).toContain('    "device": "CPU, 2 threads, float32, eager"')
    expect(events[2]).toMatchObject({
      step: 1,
      wallTime: 1000.001,
      scalars: { 'train/loss': 8, total_training_flops: 1 },
    })
    expect(events[3]?.scalars).toEqual({ 'val/bpb': 0.5 }) // the totals are the step's
    expect(events[4]?.texts['samples']).toBe('    How do you spell cat?\n\n→\n\n    c, a, t\n    1')
  })

  test('goes on in a file behind those before, which says from which step on they are void', async () => {
    const dir = temporaryFolder()
    const later = Math.floor(Date.now() / 1000) + 60
    writeFileSync(join(dir, `events.out.tfevents.${String(later)}.host.1`), '')
    const logger = openTensorboard(loggedRun(dir, { step: 100 }), listen().say)
    giveStep(logger, 101)
    await logger.end('stopped')
    const [, last] = eventFiles(dir)
    expect(basename(last ?? '')).toMatch(new RegExp(`^events\\.out\\.tfevents\\.${String(later + 1)}\\.`))
    const [, start, , step] = readEventFile(last ?? '')
    expect(start).toMatchObject({ isStart: true, step: 101 })
    expect(step).toMatchObject({ isStart: false, step: 101 })
  })

  test('says once that its file cannot be made, and the run goes on', async () => {
    const dir = temporaryFolder()
    rmSync(dir, { recursive: true })
    const { say, said } = listen()
    const logger = openTensorboard(loggedRun(dir), say)
    for (let step = 1; step < 5; step++) giveStep(logger, step)
    logger.saved()
    await logger.end('done')
    expect(said).toEqual([
      'warn: TensorBoard gets no more of this run: its file cannot be written: there is no such file or folder.',
    ])
  })

  test.skipIf(process.getuid?.() === 0)('says in words that the folder may not be written', async () => {
    const dir = temporaryFolder()
    chmodSync(dir, 0o500)
    const { say, said } = listen()
    await openTensorboard(loggedRun(dir), say).end('done')
    chmodSync(dir, 0o700)
    expect(said[0]).toContain('the folder may not be written')
  })
})
