import { describe, expect, it } from 'vitest'
import { RUN_STATES, canResume, currentRun, isActive } from '../../../../src-renderer/runs/run-state'
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
