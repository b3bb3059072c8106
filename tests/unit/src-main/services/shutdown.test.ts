import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { shutdownRuns, type EndingRuns } from '../../../../src-main/services/shutdown'
import type { RunEvent } from '../../../../src-main/runs/run-events'
import type { RunDetail, RunState } from '../../../../src-main/config/run.schema'
import { RunStore } from '../../../../src-main/runs/store'
import { sampleRun } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Runs of which one is in a state; what is asked of them, in order. */
function runsIn(
  state: RunState | null,
  unsaved = false,
): {
  runs: EndingRuns
  asked: string[]
  emit: (event: RunEvent) => void
} {
  const asked: string[] = []
  const listeners = new Set<(event: RunEvent) => void>()
  const runs: EndingRuns = {
    current: () => (state === null ? null : 'r'),
    get: () => detailIn(state ?? 'done'),
    pause: (id) => asked.push(`pause ${id}`),
    on: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    unsaved: () => (unsaved ? detailIn('paused') : null),
    close: async () => void asked.push(`close, ${String(listeners.size)} listening`),
  }
  return { runs, asked, emit: (event) => listeners.forEach((listener) => listener(event)) }
}

function detailIn(state: RunState): RunDetail {
  const store = RunStore.open(join(temporaryFolder(), 'runs.db'))
  const detail = store.create(sampleRun({ state }))
  store.close()
  return detail
}

/** Must not be asked. */
const never = (): Promise<boolean> => Promise.reject(new Error('asked'))

describe('shutdownRuns', () => {
  it.each([true, false])(
    'asks about a run that could not be saved, and does what is said: %s',
    async (lose) => {
      const { runs, asked } = runsIn(null, true)
      expect(await shutdownRuns(runs, () => Promise.resolve(lose))).toBe(lose)
      expect(asked).toEqual(lose ? ['close, 0 listening'] : [])
    },
  )

  it('closes at once where nothing runs', async () => {
    const { runs, asked } = runsIn(null)
    await shutdownRuns(runs, never)
    expect(asked).toEqual(['close, 0 listening'])
  })

  it('pauses the run, waits until it rests, then closes', async () => {
    const { runs, asked, emit } = runsIn('training')
    const ended = shutdownRuns(runs, never)
    expect(asked).toEqual(['pause r'])
    emit({ type: 'rest', runId: 'other', state: 'paused' })
    await Promise.resolve()
    expect(asked).toEqual(['pause r'])
    emit({ type: 'rest', runId: 'r', state: 'paused' })
    await ended
    expect(asked).toEqual(['pause r', 'close, 0 listening'])
  })

  it.each(['pausing', 'stopping'] as const)('does not ask a run again that is %s', async (state) => {
    const { runs, asked, emit } = runsIn(state)
    const ended = shutdownRuns(runs, never)
    emit({ type: 'rest', runId: 'r', state: 'stopped' })
    await ended
    expect(asked).toEqual(['close, 0 listening'])
  })
})
