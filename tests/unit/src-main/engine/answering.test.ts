/** Prompts answered by a trainer: what is told, what is kept between questions, and that a run beside is left alone. */
import { cpSync, mkdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { expect, test, vi } from 'vitest'

import { writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { Answering } from '../../../../src-main/engine/answering'
import type { PromptAnswer } from '../../../../src-main/evaluation/measure'
import type {
  GenerateEvent,
  GenerateQuestion,
  GenerateResult,
  TrainReport,
} from '../../../../src-main/engine/trainer-calls'
import { openGraphSession } from '../../../../src-main/native/graph-session'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { failureOf } from '../../../support/failure'
import { farthest, talkCheckpoint, unbothered } from '../../../support/generation'
import { goldenTokenizerDir } from '../../../support/golden-mixture'
import { goldenConfig, goldenTrainJob, runJob, withGoldenTrainer } from '../../../support/golden-run'
import { goldenTalk } from '../../../support/golden-talk'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Sessions open as ever; a test counts them, or lets one fail. */
vi.mock('../../../../src-main/native/graph-session', { spy: true })

/** Compiling takes seconds on a machine at rest. */
const COMPILING_MS = 300_000

const [golden] = goldenTalk.generate
if (golden === undefined) throw new Error('the reference has an answer')
const prompt = Int32Array.from(golden.prompt)

function question(
  checkpointDir: string = talkCheckpoint,
  change: Partial<GenerateQuestion> = {},
): GenerateQuestion {
  const base = { baseDir: '', dataDir: '', modelTag: null, modelStep: null }
  const drawn = { temperature: 0, topK: null, seed: 1, stop: { end: -1, bos: -1 } }
  return {
    of: { ...base, runDir: null, checkpointDir, deviceType: '', threads: null },
    dtype: 'float32',
    vocabSize: 723,
    prompt,
    options: { ...drawn, samples: 1, maxTokens: 8, alternatives: null },
    calculatorOf: null,
    ...change,
  }
}

function listening(signal = unbothered) {
  const events: GenerateEvent[] = []
  const tell = (event: GenerateEvent): void => void events.push(event)
  return { events, signal, tell, progress: () => undefined }
}

/** A folder with a small model of that vocabulary. */
async function tinyModel(vocab_size: number, seed = 1): Promise<string> {
  const dir = join(temporaryFolder(), 'd2')
  mkdirSync(dir)
  await writeModelCheckpoint(dir, tinyCheckpoint(1, seed, { ...tinyConfig, vocab_size }))
  return dir
}

test('an answer is told as it comes, and whole at its end', async () => {
  const answering = new Answering()
  const context = listening()
  const result = await answering.generate(question(), context)
  const [answer] = result.answers
  expect(answer).toEqual({ ids: golden.greedy.slice(0, 8), forced: Array(8).fill(false), stopped: 'limit' })
  expect(farthest(result.firstLogits.subarray(0, 16), golden.first_logits_head)).toBeLessThan(1e-3)
  expect(result).toMatchObject({ kept: prompt.length, dropped: 0, dir: talkCheckpoint, step: 100 })
  expect(result.tokPerSec).toBeGreaterThan(0)
  const [fitted, ...others] = context.events
  expect(fitted).toEqual({
    type: 'fitted',
    kept: prompt.length,
    dropped: 0,
    maxTokens: 8,
    sequenceLen: 256,
    dir: talkCheckpoint,
    step: 100,
  })
  const told = others.flatMap((event) => (event.type === 'token' ? [event.id] : []))
  expect(told).toEqual(answer?.ids)
  expect(others.at(-1)).toEqual({ type: 'stopped', sample: 0, stopped: 'limit' })
  await answering.forget()
})

test('two models are kept, a third takes the place of the older, and nothing is left at the end', async () => {
  let loads = 0
  const answering = new Answering(() => loads++)
  const before = tf.memory().numTensors
  const copy = join(temporaryFolder(), 'd3')
  cpSync(talkCheckpoint, copy, { recursive: true })
  const ask = (dir: string) => answering.generate(question(dir), listening())
  await ask(talkCheckpoint)
  await Promise.all([ask(copy), ask(talkCheckpoint), ask(copy)])
  expect(loads).toBe(2)
  cpSync(talkCheckpoint, copy, { recursive: true }) // the same model, written anew
  await ask(copy)
  expect(loads).toBe(3)
  await ask(await tinyModel(723))
  expect(loads).toBe(4)
  expect((await ask(copy)).answers[0]?.ids).toEqual(golden.greedy.slice(0, 8))
  expect(loads).toBe(4)
  await answering.forget()
  expect(tf.memory().numTensors).toBe(before)
})

test('a third model takes the place of one that is idle, and does not wait for the older to end its answer', async () => {
  const answering = new Answering()
  const [idle, third] = [await tinyModel(723), await tinyModel(723, 2)]
  const stop = new AbortController()
  let hasEnded = false
  const long = question(talkCheckpoint, { options: { ...question().options, maxTokens: 2000 } })
  const answered = answering
    .generate(long, listening(stop.signal))
    .catch(() => undefined)
    .finally(() => (hasEnded = true))
  await answering.generate(question(idle), listening())
  await answering.generate(question(third), listening())
  expect(hasEnded).toBe(false)
  stop.abort()
  await answered
  await answering.forget()
})

test('a model that lost its weights for want of memory is loaded anew', async () => {
  let loads = 0
  const answering = new Answering(() => loads++)
  await answering.generate(question(), listening())
  vi.mocked(openGraphSession).mockImplementationOnce(() => {
    throw new Error('OOM')
  })
  const several = question(talkCheckpoint, { options: { ...question().options, samples: 2 } })
  await expect(answering.generate(several, listening())).rejects.toThrow('OOM')
  expect((await answering.generate(several, listening())).answers).toHaveLength(2)
  expect(loads).toBe(2)
  await answering.forget()
})

test('a run whose last checkpoint is torn has its model loaded once', async () => {
  const runDir = temporaryFolder()
  const job = goldenTrainJob(temporaryFolder(), goldenConfig({ num_iterations: 2, save_every: 1 }))
  await runJob({ ...job, runDir })
  const opened = vi.mocked(openGraphSession)
  opened.mockClear()
  const answering = new Answering()
  const { of } = question()
  const ask = async (): Promise<number> =>
    (await answering.generate(question('', { of: { ...of, checkpointDir: null, runDir } }), listening())).step
  const checkpoints = join(runDir, 'checkpoints')
  cpSync(join(checkpoints, 'step_000002'), join(checkpoints, 'step_000003'), { recursive: true })
  truncateSync(join(checkpoints, 'step_000003', 'resume.json'), 1)
  expect([await ask(), await ask()]).toEqual([2, 2])
  cpSync(join(checkpoints, 'step_000003'), join(checkpoints, 'step_000004'), { recursive: true })
  expect(await ask()).toBe(2) // another torn one, and the same whole one
  expect(opened).toHaveBeenCalledTimes(1)
  await answering.forget()
})

test('two models answer in turns, token by token', async () => {
  const answering = new Answering()
  const other = await tinyModel(723)
  const heard: string[] = []
  const ask = (dir: string, name: string) => {
    const context = listening()
    const tell = ({ type }: GenerateEvent): void => void (type === 'token' && heard.push(name))
    const { options } = question()
    return answering.generate(question(dir, { options: { ...options, maxTokens: 200 } }), {
      ...context,
      tell,
    })
  }
  await Promise.all([ask(talkCheckpoint, 'a'), ask(other, 'b')]) // loads both
  heard.length = 0
  await Promise.all([ask(talkCheckpoint, 'a'), ask(other, 'b')])
  expect(heard).toHaveLength(400)
  expect(heard.indexOf('b')).toBeLessThan(heard.lastIndexOf('a'))
  expect(heard.indexOf('a')).toBeLessThan(heard.lastIndexOf('b'))
  await answering.forget()
})

test('of a prompt beyond the model’s reach the end is read', async () => {
  const answering = new Answering()
  const long = Int32Array.from({ length: 2600 }, (_, i) => i % 700)
  const context = listening()
  const whole = await answering.generate(question(talkCheckpoint, { prompt: long }), context)
  expect(whole).toMatchObject({ kept: 2552, dropped: 48 })
  expect(context.events[0]).toMatchObject({ type: 'fitted', kept: 2552, dropped: 48, maxTokens: 8 })
  const end = await answering.generate(question(talkCheckpoint, { prompt: long.subarray(48) }), listening())
  expect(end.answers).toEqual(whole.answers)
  await answering.forget()
})

test('the calculator’s result is forced in where an expression is closed', async () => {
  const answering = new Answering()
  const calculatorOf = goldenTokenizerDir
  const { answers } = await answering.generate(question(talkCheckpoint, { calculatorOf }), listening())
  expect(answers[0]?.ids).toEqual(golden.greedy.slice(0, 8)) // nothing to calculate
  await answering.forget()
})

test('choices are asked of the same model', async () => {
  const answering = new Answering()
  const { options: _, calculatorOf: __, prompt: ___, ...asked } = question()
  const choices = { ...asked, prompts: [prompt], choices: [[0, 1, 2]], padding: 714 }
  const { logits, dir } = await answering.choices(choices, listening())
  expect(farthest(logits[0] ?? [], golden.first_logits_head.slice(0, 3))).toBeLessThan(1e-3)
  expect(dir).toBe(talkCheckpoint)
  await answering.forget()
})

test('many prompts are answered by the same model, each answer told by its prompt', async () => {
  const answering = new Answering()
  const { options, prompt: _, ...asked } = question()
  const some = goldenTalk.generate.slice(0, 3)
  const prompts = some.map((each) => Int32Array.from(each.prompt))
  const told: PromptAnswer[] = []
  const context = { ...listening(), tell: (answer: PromptAnswer) => void told.push(answer) }
  const { stop, maxTokens } = options
  expect(await answering.answers({ ...asked, prompts, stop, maxTokens }, context)).toEqual({
    dir: talkCheckpoint,
    step: 100,
  })
  const inOrder = told.sort((a, b) => a.prompt - b.prompt)
  expect(inOrder).toEqual(some.map(({ greedy }, i) => ({ prompt: i, ids: greedy.slice(0, maxTokens) })))
  await answering.forget()
})

test('what cannot be asked is refused, and the next question is answered', async () => {
  const answering = new Answering()
  const refused = async (change: Partial<GenerateQuestion>, dir?: string): Promise<string> =>
    (await failureOf(() => answering.generate(question(dir, change), listening()))).code
  expect(await refused({ vocabSize: 99 })).toBe('tokenizer.mismatch')
  expect(await refused({}, await tinyModel(70))).toBe('tokenizer.mismatch')
  expect(await refused({}, temporaryFolder())).toBe('checkpoint.missing')
  expect(await refused({ prompt: new Int32Array() })).toBe('generation.prompt')
  const abort = new AbortController()
  const context = listening(abort.signal)
  const stopped = answering.generate(question(), { ...context, tell: () => abort.abort() })
  const next = answering.generate(question(), listening())
  await expect(stopped).rejects.toThrow('aborted')
  expect((await next).answers[0]?.ids).toHaveLength(8)
  await answering.forget()
})

test(
  'a run that trains meanwhile gives the same bits, also where its own last save is asked',
  async () => {
    const config = goldenConfig({ engine: 'graph', num_iterations: 3, save_every: 1 })
    const alone = await runJob(goldenTrainJob(temporaryFolder(), config))
    const job = goldenTrainJob(temporaryFolder(), config)
    const { losses, base, saved } = await withGoldenTrainer(async (trainer) => {
      const losses: (number | null)[] = []
      const asked: Promise<GenerateResult>[] = []
      const of = { ...question().of, checkpointDir: null, runDir: job.runDir }
      const onEvent = (report: TrainReport): void => {
        if (report.type === 'step') losses.push(report.metric.loss)
        if (report.type === 'checkpoint' && asked.length === 0)
          asked.push(trainer.call('generate', question('', { of })))
      }
      const training = trainer.call('train', job, { onEvent })
      const base = await trainer.call('generate', question())
      await training
      const saved = await Promise.all(asked)
      await trainer.call('forget', null)
      return { losses, base, saved }
    })
    expect(losses).toEqual(alone.steps.map(({ loss }) => loss))
    expect(losses).toHaveLength(3)
    expect(base.answers[0]?.ids).toEqual(golden.greedy.slice(0, 8))
    expect(saved).toHaveLength(1)
    expect(saved[0]?.step).toBeGreaterThan(0)
    expect(saved[0]?.dir).toContain(job.runDir)
    expect(saved[0]?.answers[0]?.ids).toHaveLength(8)
  },
  COMPILING_MS,
)
