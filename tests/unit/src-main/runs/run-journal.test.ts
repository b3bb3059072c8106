import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { MidbenchError, type Failure } from '../../../../src-main/errors'
import { RunJournal, type JournalStore } from '../../../../src-main/runs/run-journal'
import type { RunStore } from '../../../../src-main/runs/store'
import { openStore } from '../../../support/open-store'
import { sampleRun, sampleSteps } from '../../../support/run-samples'

const ID = 'run-1'
const line = { at: 1, level: 'info', text: 'step 1' } as const

/** A store whose file takes nothing as long as `full` is set. */
function storeOnDisk(): { disk: { full: boolean }; store: RunStore; stored: JournalStore } {
  const { store } = openStore()
  store.create(sampleRun({ id: ID }))
  const disk = { full: false }
  const guarded = <Input extends unknown[], Output>(write: (...input: Input) => Output) => {
    return (...input: Input): Output => {
      if (disk.full) throw new MidbenchError({ code: 'store.unwritable', message: 'The disk is full.' })
      return write(...input)
    }
  }
  const stored: JournalStore = {
    appendSteps: guarded(store.appendSteps.bind(store)),
    appendEvals: guarded(store.appendEvals.bind(store)),
    appendSamples: guarded(store.appendSamples.bind(store)),
    appendMeasures: guarded(store.appendMeasures.bind(store)),
    appendLog: guarded(store.appendLog.bind(store)),
    update: guarded(store.update.bind(store)),
    truncateAfter: guarded(store.truncateAfter.bind(store)),
    samples: store.samples.bind(store),
    measures: store.measures.bind(store),
    summary: store.summary.bind(store),
  }
  return { disk, store, stored }
}

function journalOn(stored: JournalStore): { journal: RunJournal; troubles: (Failure | null)[] } {
  const troubles: (Failure | null)[] = []
  const journal = new RunJournal(ID, stored, (trouble) => troubles.push(trouble))
  return { journal, troubles }
}

describe('a store that can be written', () => {
  it('has everything at once', () => {
    const { store, stored } = storeOnDisk()
    const { journal, troubles } = journalOn(stored)
    journal.append({ steps: sampleSteps(1, 3), samples: [], measures: [], evals: [], log: [line] })
    expect(journal.update({ state: 'training' })).toEqual(store.summary(ID))
    expect(store.steps(ID, 0)).toHaveLength(3)
    expect(store.log(ID, 9)).toEqual([line])
    expect(troubles).toEqual([])
  })
})

describe('a store whose disk is full', () => {
  it('gets all of it in order once there is room; until then the run is shown as it is, with what is wrong', () => {
    const { disk, store, stored } = storeOnDisk()
    const { journal, troubles } = journalOn(stored)
    disk.full = true
    journal.append({
      steps: sampleSteps(1, 2),
      samples: [],
      measures: [],
      evals: [{ step: 2, val_bpb: 1.5, seconds: 1 }],
      log: [line],
    })
    const shown = journal.update({ state: 'paused', checkpoints: [2] })
    expect(shown).toMatchObject({
      state: 'paused',
      step: 2,
      checkpoints: [2],
      error: { code: 'store.unwritable' },
    })
    expect(store.summary(ID)).toMatchObject({ state: 'preparing', step: 0, error: null })
    expect(journal.unwritten).toMatchObject({ samples: [], measures: [], evals: [{ step: 2 }], log: [line] })
    expect(journal.unwritten.steps).toHaveLength(2)
    expect(journal.amend(store.detail(ID))).toMatchObject({ state: 'paused', step: 2 })
    expect(troubles.map((trouble) => trouble?.message)).toEqual(['The disk is full.'])

    disk.full = false
    journal.append({ steps: sampleSteps(3, 3), samples: [], measures: [], evals: [], log: [] })
    expect(store.summary(ID)).toMatchObject({ state: 'paused', step: 3, checkpoints: [2], best_val_bpb: 1.5 })
    expect(store.steps(ID, 0).map(({ step }) => step)).toEqual([1, 2, 3])
    expect(store.log(ID, 9)).toEqual([line])
    expect(journal.amend(store.summary(ID))).toEqual(store.summary(ID))
    expect(journal.unwritten).toEqual({ steps: [], samples: [], measures: [], evals: [], log: [] })
    expect(troubles.at(-1)).toBeNull()
  })

  it('is tried again also when nothing more comes', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { disk, store, stored } = storeOnDisk()
    const { journal } = journalOn(stored)
    disk.full = true
    journal.update({ state: 'done' })
    disk.full = false
    vi.advanceTimersByTime(5000)
    expect(store.summary(ID).state).toBe('done')
  })

  it('keeps a failure of the run in sight before its own', () => {
    const { disk, stored } = storeOnDisk()
    const { journal } = journalOn(stored)
    disk.full = true
    const error = { code: 'train.diverged', message: 'The loss is NaN.' }
    expect(journal.update({ state: 'failed', error }).error).toEqual(error)
  })

  it('is not tried again for a run that was removed', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { disk, store, stored } = storeOnDisk()
    const { journal } = journalOn(stored)
    disk.full = true
    journal.update({ state: 'done' })
    disk.full = false
    store.remove(ID)
    journal.forget()
    vi.advanceTimersByTime(5000)
    expect(store.list()).toEqual([])
  })
})

it('hands on a failure that waiting does not mend, and goes on with the next', () => {
  const { store, stored } = storeOnDisk()
  const { journal } = journalOn({
    ...stored,
    appendSteps: () => {
      throw new Error('no such column')
    },
  })
  expect(() => {
    journal.append({ steps: sampleSteps(1, 1), samples: [], measures: [], evals: [], log: [] })
  }).toThrow('no such column')
  journal.append({ steps: [], samples: [], measures: [], evals: [], log: [line] })
  expect(store.log(ID, 9)).toEqual([line])
})
