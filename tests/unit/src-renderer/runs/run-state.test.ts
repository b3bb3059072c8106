import { describe, expect, it } from 'vitest'
import {
  RUN_STATES,
  actionOf,
  canResume,
  currentRun,
  isActive,
  standingOf,
} from '../../../../src-renderer/runs/run-state'
import { sampleRun } from './sample-run'

it('offers Pause while a run is at work, Resume where it stands, Start where it has ended', () => {
  const actions = Object.fromEntries(Object.entries(RUN_STATES).map(([state, { action }]) => [state, action]))
  expect(actions).toMatchObject({
    training: 'Pause',
    compiling: 'Pause',
    paused: 'Resume',
    interrupted: 'Resume',
    done: 'Start',
    failed: 'Start',
    stopped: 'Start',
  })
  expect(isActive('evaluating')).toBe(true)
  expect(isActive('paused')).toBe(false)
})

it('offers Resume of a run that was cut off only where there is a checkpoint', () => {
  expect(actionOf(sampleRun({ state: 'interrupted', checkpoints: [] }))).toBe('Start')
  expect(actionOf(sampleRun({ state: 'interrupted', checkpoints: [5] }))).toBe('Resume')
  expect(actionOf(sampleRun({ state: 'paused', checkpoints: [] }))).toBe('Resume')
})

describe('canResume', () => {
  it('goes on from a pause, or from a checkpoint', () => {
    expect(canResume(sampleRun({ state: 'paused' }))).toBe(true)
    expect(canResume(sampleRun({ state: 'interrupted', checkpoints: [50] }))).toBe(true)
    expect(canResume(sampleRun({ state: 'interrupted' }))).toBe(false)
    expect(canResume(sampleRun({ state: 'done', checkpoints: [100] }))).toBe(false)
  })
})

describe('currentRun', () => {
  it('is the one at work, though another changed later', () => {
    const runs = [sampleRun({ id: 'a', state: 'done', updated_at: 9 }), sampleRun({ id: 'b', updated_at: 1 })]
    expect(currentRun(runs)?.id).toBe('b')
  })
  it('is else the one changed last', () => {
    const runs = [
      sampleRun({ id: 'a', state: 'done', updated_at: 1 }),
      sampleRun({ id: 'b', state: 'paused', updated_at: 2 }),
    ]
    expect(currentRun(runs)?.id).toBe('b')
    expect(currentRun([])).toBeNull()
  })
})

describe('standingOf', () => {
  it.each([
    [
      { state: 'interrupted', step: 130, checkpoints: [100] },
      'Cut off at step 130. Resume goes on from the checkpoint at step 100 and repeats 30 steps. Its files, the data and the options are checked first.',
    ],
    [
      { state: 'stopped', step: 100, checkpoints: [50, 100] },
      'Resume goes on from the checkpoint at step 100. Its files, the data and the options are checked first.',
    ],
    [
      { state: 'interrupted', step: 7, checkpoints: [] },
      'Cut off at step 7. There is no checkpoint to go on from.',
    ],
    [
      { state: 'stopped', step: 200, checkpoints: [150, 200] },
      'All 200 steps are made and saved. Resume only writes the result.',
    ],
    [
      { state: 'interrupted', step: 130, checkpoints: [100], error: { code: 'c', message: 'Cut at 130.' } },
      'Resume checks its files, the data and the options first.',
    ],
    [{ state: 'done', step: 7, checkpoints: [7] }, null],
    [{ state: 'training', step: 7, checkpoints: [] }, null],
  ] as const)('%o', (run, said) => {
    expect(standingOf(sampleRun({ total_steps: 200, ...run, checkpoints: [...run.checkpoints] }))).toBe(said)
  })
})
