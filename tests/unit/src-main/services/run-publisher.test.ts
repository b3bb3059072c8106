import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { RunPublisher } from '../../../../src-main/services/run-publisher'
import type { EventName } from '../../../../src-main/contract/contract'
import type { RunEvent } from '../../../../src-main/runs/run-events'
import type { RunSummary } from '../../../../src-main/config/run.schema'
import { RunStore } from '../../../../src-main/runs/store'
import { sampleRun, sampleStep } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

function setup(): { publisher: RunPublisher; sent: EventName[]; run: RunSummary } {
  const store = RunStore.open(`${temporaryFolder()}/runs.db`)
  const run = store.create(sampleRun())
  const sent: EventName[] = []
  const publisher = new RunPublisher(
    (name) => sent.push(name),
    (runId) => store.summary(runId),
  )
  return { publisher, sent, run }
}

function metrics(seq: number): RunEvent {
  const empty = { samples: [], measures: [], evals: [], log: [], seconds_left: null }
  return {
    type: 'metrics',
    metrics: { runId: 'run-1', seq, state: 'training', steps: [sampleStep(seq)], ...empty },
  }
}

describe('RunPublisher', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('sends all metrics, and the summary with them once a second', () => {
    const { publisher, sent } = setup()
    for (let seq = 1; seq <= 21; seq++) {
      publisher.receive(metrics(seq))
      vi.advanceTimersByTime(100)
    }
    expect(sent.filter((name) => name === 'run.metrics')).toHaveLength(21)
    expect(sent.filter((name) => name === 'run.changed')).toHaveLength(3)
  })

  it('sends a change of state at once', () => {
    const { publisher, sent, run } = setup()
    publisher.receive({ type: 'changed', run })
    publisher.receive({ type: 'changed', run })
    expect(sent).toEqual(['run.changed', 'run.changed'])
  })

  it('sends preparation as a job by the name of the run, and removal', () => {
    const { publisher, sent } = setup()
    publisher.receive({
      type: 'progress',
      runId: 'run-1',
      what: 'Reading',
      done: 1,
      total: null,
      unit: 'rows',
    })
    publisher.receive({ type: 'removed', runId: 'run-1' })
    publisher.receive({ type: 'rest', runId: 'run-1', state: 'done' })
    expect(sent).toEqual(['job.progress', 'run.removed'])
  })
})
