/** A trainer whose place is not decided yet. */
import { expect, test } from 'vitest'

import type { OpenedTrainer } from '../../../../src-main/engine/trainer-link'
import { MidbenchError } from '../../../../src-main/errors'
import { deferTrainer } from '../../../../src-main/runs/deferred-trainer'

/** A trainer that notes what is asked of it. */
function noting(): { trainer: OpenedTrainer; asked: string[] } {
  const asked: string[] = []
  const trainer: OpenedTrainer = {
    begin: ({ type }) => void asked.push(`begin ${type}`),
    say: (word) => void asked.push(word),
    listen: () => void asked.push('listen'),
    close: async () => void asked.push('close'),
  }
  return { trainer, asked }
}

const job = { type: 'self-test', blockBytes: 1, threads: null } as const
const deaf = (): undefined => undefined

test('what is said before the place is decided comes after it, in order', async () => {
  const { trainer, asked } = noting()
  let decide: (trainer: OpenedTrainer) => void = deaf
  const choosing = new Promise<OpenedTrainer>((resolve) => (decide = resolve))
  const deferred = deferTrainer(() => choosing)
  deferred.listen(deaf, deaf)
  deferred.begin(job)
  deferred.say('pause')
  expect(asked).toEqual([])
  decide(trainer)
  await choosing
  await Promise.resolve()
  deferred.say('resume')
  expect(asked).toEqual(['listen', 'begin self-test', 'pause', 'resume'])
  await deferred.close()
  expect(asked.at(-1)).toBe('close')
})

test('one that is closed meanwhile ends what it gets', async () => {
  const { trainer, asked } = noting()
  const choosing = Promise.resolve(trainer)
  const deferred = deferTrainer(() => choosing)
  deferred.listen(deaf, deaf)
  await deferred.close()
  await choosing
  await Promise.resolve()
  expect(asked).toEqual(['close'])
})

test('a place that cannot be decided is how it ended', async () => {
  const failure = { code: 'trainer.host', message: 'There is no such host.' }
  const ended = new Promise((resolve) => {
    deferTrainer(() => Promise.reject(new MidbenchError(failure))).listen(deaf, resolve)
  })
  expect(await ended).toMatchObject(failure)
})
