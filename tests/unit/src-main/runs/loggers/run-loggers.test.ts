import { describe, expect, test } from 'vitest'

import { runConfig } from '../../../../../src-main/config/config.schema'
import { RunLoggers } from '../../../../../src-main/runs/loggers/run-loggers'
import { eventFiles, readEventFile, type ReadEvent } from '../../../../support/event-files'
import { listen, loggedRun } from '../../../../support/logged-run'
import {
  sampleAnswers,
  sampleConfig,
  sampleMeasure,
  sampleStep,
  sampleSteps,
} from '../../../../support/run-samples'
import { temporaryFolder } from '../../../../support/temporary-folder'

const nothing = { steps: [], evals: [], samples: [], measures: [] }

function eventsIn(dir: string): ReadEvent[] {
  return eventFiles(dir).flatMap(readEventFile)
}

describe('a run’s loggers', () => {
  test('get everything in the order of its steps', async () => {
    const dir = temporaryFolder()
    const { say, said } = listen()
    const loggers = new RunLoggers(say)
    loggers.begin(loggedRun(dir, { config: { ...sampleConfig(), loggers: ['tensorboard', 'tensorboard'] } }))
    const evals = [0, 2].map((step) => ({ step, val_bpb: 1, seconds: 1 }))
    loggers.add({
      steps: sampleSteps(1, 2),
      evals,
      samples: [sampleAnswers(2)],
      measures: [sampleMeasure(1)],
    })
    loggers.saved()
    loggers.add({ ...nothing, steps: sampleSteps(3, 3) })
    await loggers.end('done')
    const events = eventsIn(dir).slice(2)
    expect(events.map(({ step }) => step)).toEqual([0, 1, 1, 2, 2, 2, 3])
    const tags = events.map(({ scalars, texts }) => Object.keys({ ...scalars, ...texts }).at(0))
    expect(tags[0]).toBe('val/bpb')
    expect(tags[2]).toBe('chatcore_metric')
    expect(tags.slice(4, 6)).toEqual(['val/bpb', 'samples'])
    expect(said).toEqual([])
  })

  test('are none where the config names none, and before the run has begun', async () => {
    const dir = temporaryFolder()
    const loggers = new RunLoggers(listen().say)
    loggers.add({ ...nothing, steps: sampleSteps(1, 1) })
    loggers.begin(loggedRun(dir))
    loggers.add({ ...nothing, steps: sampleSteps(2, 2) })
    await loggers.end('done')
    expect(eventFiles(dir)).toEqual([])
  })

  test('that fail by a fault of theirs are dropped, and that is said once', async () => {
    const dir = temporaryFolder()
    const { say, said } = listen()
    const loggers = new RunLoggers(say)
    loggers.begin(loggedRun(dir, { config: { ...sampleConfig(), loggers: ['tensorboard'] } }))
    const broken = Object.defineProperty(sampleStep(1), 'loss_ema', {
      get: () => {
        throw new Error('a fault')
      },
    })
    loggers.add({ ...nothing, steps: [broken, broken] })
    await loggers.end('done')
    expect(said).toEqual(['warn: TensorBoard gets no more of this run: a fault.'])
  })
})

test('a config names loggers that there are, and a run may go on with others', () => {
  const mixture = { train: [{ task: 'SimpleSpelling', split: 'train', size: 10 }], val: [] }
  expect(runConfig.parse({ mixture }).loggers).toEqual([])
  expect(runConfig.parse({ mixture, loggers: ['wandb', 'trackio'] }).loggers).toEqual(['wandb', 'trackio'])
  expect(runConfig.safeParse({ mixture, loggers: ['mlflow'] }).success).toBe(false)
})
