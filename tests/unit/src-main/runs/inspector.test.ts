/** The inspector: when its trainer is started, kept and ended. The trainers here are real calls over a port. */
import { MessageChannel } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'

import type {
  GenerateEvent,
  GenerateQuestion,
  GenerateResult,
  LossesQuestion,
  LossesResult,
  TrainerCalls,
} from '../../../../src-main/engine/trainer-calls'
import { Inspector } from '../../../../src-main/runs/inspector'
import { Caller, serveCalls, type TellingContext } from '../../../../src-main/threads/calls'
import { threadChannel } from '../../../../src-main/threads/channel'

const answer: LossesResult = { losses: new Float32Array(), mean: 0, dir: '', step: 0 }
const answered: GenerateResult = {
  answers: [{ ids: [1], forced: [false], stopped: 'end' }],
  firstLogits: new Float32Array(),
  kept: 1,
  dropped: 0,
  tokPerSec: 1,
  dir: '',
  step: 0,
}
const question = {} as LossesQuestion // handed on as it is

/** An inspector whose trainers note what becomes of them, and answer when they are told to. */
function inspecting(idleMs?: number) {
  const noted: string[] = []
  const waiting: ((result: LossesResult) => void)[] = []
  let end = (): void => undefined
  const inspector = new Inspector({
    idleMs,
    openTrainer: () => {
      const { port1, port2 } = new MessageChannel()
      const handlers = {
        losses: () => new Promise<LossesResult>((resolve) => void waiting.push(resolve)),
        generate: (_: GenerateQuestion, { tell }: TellingContext<GenerateEvent>) => {
          tell({ type: 'stopped', sample: 0, stopped: 'end' })
          return answered
        },
        forget: () => (noted.push('forgot'), null),
      }
      serveCalls<Pick<TrainerCalls, 'losses' | 'generate' | 'forget'>>(
        threadChannel(port1, 'owner'),
        handlers,
        () => noted.push('ended'),
      )
      end = () => port1.close()
      noted.push('started')
      return new Caller<TrainerCalls>(threadChannel(port2, 'trainer'))
    },
  })
  onTestFinished(() => inspector.close())
  const ask = async (): Promise<LossesResult> => {
    const asked = inspector.losses(question, {})
    await expect.poll(() => waiting.length).toBe(1)
    waiting.shift()?.(answer)
    return asked
  }
  return { inspector, noted, waiting, ask, end: () => end() }
}

test('is started with the first question and kept for the next', async () => {
  const { ask, noted } = inspecting()
  expect(noted).toEqual([])
  expect(await ask()).toEqual(answer)
  await ask()
  expect(noted).toEqual(['started'])
})

test('answers a prompt with the same trainer, and tells what comes meanwhile', async () => {
  const { inspector, ask, noted } = inspecting()
  await ask()
  const events: GenerateEvent[] = []
  const onEvent = (event: GenerateEvent): void => void events.push(event)
  const prompt = {} as GenerateQuestion // handed on as it is
  expect(await inspector.generate(prompt, { onEvent })).toEqual(answered)
  expect(events).toEqual([{ type: 'stopped', sample: 0, stopped: 'end' }])
  expect(noted).toEqual(['started'])
})

test('gives its memory back when a run wants it, and starts again when asked', async () => {
  const { inspector, ask, noted } = inspecting()
  await inspector.release()
  expect(noted).toEqual([])
  await ask()
  await inspector.release()
  await expect.poll(() => noted).toEqual(['started', 'forgot', 'ended'])
  await ask()
  expect(noted.at(-1)).toBe('started')
})

test('answers the question in hand before it gives its memory back', async () => {
  const { inspector, waiting, noted } = inspecting()
  const asked = inspector.losses(question, {})
  await expect.poll(() => waiting.length).toBe(1)
  await inspector.release()
  expect(noted).toEqual(['started'])
  waiting.shift()?.(answer)
  expect(await asked).toEqual(answer)
  await expect.poll(() => noted).toEqual(['started', 'forgot', 'ended'])
})

test('ends when it has not been asked for a while', async () => {
  const { ask, noted } = inspecting(1)
  await ask()
  await expect.poll(() => noted).toEqual(['started', 'forgot', 'ended'])
})

test('one that ended by itself fails its question, and the next one starts another', async () => {
  const { inspector, ask, noted, waiting, end } = inspecting()
  const asked = inspector.losses(question, {})
  await expect.poll(() => waiting.length).toBe(1)
  waiting.length = 0
  end()
  await expect(asked).rejects.toMatchObject({ code: 'thread.ended' })
  await ask()
  expect(noted.filter((each) => each === 'started')).toHaveLength(2)
})
