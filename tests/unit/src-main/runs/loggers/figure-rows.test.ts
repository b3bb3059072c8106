import { describe, expect, test } from 'vitest'

import { STEP_FIGURES } from '../../../../../src-main/config/step-figures.schema'
import { runConfig } from '../../../../../src-main/config/config.schema'
import { FigureRows } from '../../../../../src-main/runs/loggers/figure-rows'
import { sampleMeasure, sampleStep } from '../../../../support/run-samples'

const bee = { task: 'SpellingBee', split: 'train', size: 10 } as const
const config = runConfig.parse({
  total_batch_size: 64,
  mixture: {
    train: [bee, { task: 'CustomJSON', filepath: '/data/a/own.jsonl' }, bee],
    val: [{ task: 'SimpleSpelling', split: 'test', size: 5 }],
  },
})
const rows = (): FigureRows => new FigureRows(config, 1000, 0)

describe('the rows of a run', () => {
  test('have the reference’s names, and its units', () => {
    const { figures, totals } = rows().ofStep({ ...sampleStep(3), mfu: 1.5 })
    expect(totals).toEqual({
      total_training_flops: 3 * 64 * 1000,
      total_training_time: sampleStep(3).training_time_s,
    })
    expect(figures).toMatchObject({
      'train/loss': 8.25 / 3, // the moving average
      'train/lrm': 1,
      'train/dt': 0.303, // seconds
      'train/tok_per_sec': 1003,
      'train/mfu': 1.5,
      'train/epoch': 1,
    })
    expect(rows().ofStep({ ...sampleStep(1), tok_per_sec: 99.9 }).figures['train/tok_per_sec']).toBe(99)
  })

  test('have every other figure that is drawn, by group, by task and by rank too', () => {
    const { figures } = rows().ofStep({ ...sampleStep(2), loss_by_rank: [4, 5] })
    expect(figures).toMatchObject({ 'train/step_loss': 4, 'train/momentum': 0.85, 'train/grad_norm': 1 })
    expect(figures['train/update_norm/matrices']).toBe(1)
    expect(figures['train/loss_by_rank/rank 1']).toBe(5)
    const drawn = Object.entries(STEP_FIGURES).flatMap(([key, figure]) => ('line' in figure ? [key] : []))
    const named = Object.keys(figures).join(' ')
    const others: Record<string, string> = { loss: 'step_loss', loss_ema: 'loss' }
    for (const key of drawn) expect(named).toContain(`train/${others[key] ?? key}`)
  })

  test('name tasks by their labels, without folders, and apart where two are called the same', () => {
    const loss_by_task = [0, 1, 2].map((entry) => ({ entry, loss: entry, targets: 1 }))
    const { figures } = rows().ofStep({ ...sampleStep(1), loss_by_task })
    const names = Object.keys(figures).filter((name) => name.startsWith('train/loss_by_task/'))
    expect(names).toHaveLength(3)
    expect(names[0]).toMatch(/SpellingBee.* \(entry 0\)$/)
    expect(names[1]).toBe('train/loss_by_task/CustomJSON own.jsonl')
    expect(names[2]).toMatch(/SpellingBee.* \(entry 2\)$/)
  })

  test('leave out what is not known', () => {
    const step = { ...sampleStep(1), mfu: null, loss_by_task: null, grad_norm: null }
    const { figures } = rows().ofStep(step)
    expect(Object.keys(figures)).not.toContain('train/mfu')
    expect(Object.keys(figures)).not.toContain('train/grad_norm')
    expect(Object.values(figures).every(Number.isFinite)).toBe(true)
  })

  test('of an evaluation have its bits a byte, also by task, and the time of training so far', () => {
    const made = rows()
    const task = { entry: 0, task: 'SimpleSpelling', label: 'SimpleSpelling', loss: 1, targets: 9, bytes: 9 }
    const metric = { step: 0, val_bpb: 1.25, seconds: 1, per_task: [{ ...task, val_bpb: 1.5 }] }
    expect(made.ofEval(metric).totals).toEqual({ total_training_flops: 0, total_training_time: 0 })
    made.ofStep(sampleStep(20))
    const { kind, figures, totals } = made.ofEval({ ...metric, step: 20 })
    expect({ kind, bpb: figures['val/bpb'], time: totals['total_training_time'] }).toEqual({
      kind: 'eval',
      bpb: 1.25,
      time: 6,
    })
    expect(Object.entries(figures)[1]).toEqual([
      expect.stringMatching(/^val\/bpb_by_task\/SimpleSpelling/),
      1.5,
    ])
  })

  test('of a run that goes on do not guess its time of training', () => {
    const resumed = new FigureRows(config, 1000, 50)
    expect(resumed.ofEval({ step: 50, val_bpb: 1, seconds: 1 }).totals).toEqual({
      total_training_flops: 50 * 64 * 1000,
    })
  })

  test('of a measurement have the accuracies as chat_sft names them', () => {
    const measured = sampleMeasure(5)
    const unasked = { ...measured.tasks[0], task: 'GSM8K' as const, right: 0, total: 0, baseline: 0 }
    expect(rows().ofMeasure({ ...measured, tasks: [...measured.tasks, unasked] })).toMatchObject({
      kind: 'measure',
      step: 5,
      figures: { chatcore_metric: 0.25, 'chatcore/SpellingBee': 0.25 },
    })
  })
})
