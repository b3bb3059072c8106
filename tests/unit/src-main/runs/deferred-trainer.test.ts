/** A trainer whose place is not decided yet. */
import { expect, test } from 'vitest'

import type { LogReport, Trainer } from '../../../../src-main/engine/trainer-calls'
import { MidbenchError } from '../../../../src-main/errors'
import { deferTrainer } from '../../../../src-main/runs/deferred-trainer'
import { Ended } from '../../../../src-main/threads/calls'

/** A trainer that notes what is asked of it, and answers nothing. */
function noting(): { trainer: Trainer; asked: string[] } {
  const asked: string[] = []
  const trainer: Trainer = {
    call: (name, input) => {
      asked.push(typeof input === 'string' ? `${name} ${input}` : name)
      return new Promise(() => undefined)
    },
    close: async () => void asked.push('close'),
  }
  return { trainer, asked }
}

const job = { blockBytes: 1, threads: null }

test('what is asked before the place is decided comes after it, in order', async () => {
  const { trainer, asked } = noting()
  let decide: (trainer: Trainer) => void = () => undefined
  const deferred = deferTrainer(() => new Promise((resolve) => (decide = resolve)))
  void deferred.call('selfTest', job)
  void deferred.call('request', 'pause')
  expect(asked).toEqual([])
  decide(trainer)
  await expect.poll(() => asked).toEqual(['selfTest', 'request pause'])
  void deferred.call('request', 'resume')
  await expect.poll(() => asked.at(-1)).toBe('request resume')
  await deferred.close()
  expect(asked.at(-1)).toBe('close')
})

test('one that is closed meanwhile ends what it gets', async () => {
  const { trainer, asked } = noting()
  let decide: (trainer: Trainer) => void = () => undefined
  const deferred = deferTrainer(() => new Promise((resolve) => (decide = resolve)))
  void deferred.call('selfTest', job)
  await deferred.close()
  decide(trainer)
  await expect.poll(() => asked).toContain('close')
})

test('what is said while the place is decided is heard by the call that waits for it', async () => {
  const { trainer } = noting()
  const told: LogReport[] = []
  const deferred = deferTrainer(async ({ note }) => {
    note('The trainer runs in a process of its own.')
    return trainer
  })
  void deferred.call('losses', {} as never, { onEvent: (report) => told.push(report) })
  await expect
    .poll(() => told.map(({ line }) => line.text))
    .toEqual(['The trainer runs in a process of its own.'])
})

test('a place that cannot be decided is how it ended', async () => {
  const failure = { code: 'trainer.host', message: 'There is no such host.' }
  const ended = deferTrainer(() => Promise.reject(new MidbenchError(failure))).call('selfTest', job)
  await expect(ended).rejects.toMatchObject(failure)
  await expect(ended).rejects.toBeInstanceOf(Ended)
})
