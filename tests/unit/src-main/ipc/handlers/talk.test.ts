/** talk.* over a real inspector: golden's d3 answers as the reference does, and what cannot be asked is refused. */
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'

import { checkpointFolder, saveRunCheckpoint } from '../../../../../src-main/checkpoint/run-checkpoint'
import type { CallInput, TalkTokens } from '../../../../../src-main/contract/contract'
import { calls } from '../../../../../src-main/contract/contract'
import { talkHandlers } from '../../../../../src-main/ipc/handlers/talk'
import { Inspector } from '../../../../../src-main/runs/inspector'
import type { RunStore } from '../../../../../src-main/runs/store'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { DataAccess } from '../../../../../src-main/services/data-access'
import { GrantedPaths } from '../../../../../src-main/services/granted-paths'
import { Jobs } from '../../../../../src-main/services/jobs'
import { KeptTalks } from '../../../../../src-main/services/kept-talks'
import { Talk } from '../../../../../src-main/services/talk'
import { askedModelsOf } from '../../../../support/asked-models'
import { checked } from '../../../../support/checked-handlers'
import { tinyCheckpoint, tinyConfig } from '../../../../support/checkpoints'
import { failureOf } from '../../../../support/failure'
import { certain, talkCheckpoint } from '../../../../support/generation'
import { goldenPath } from '../../../../support/golden'
import { goldenConfig } from '../../../../support/golden-run'
import { goldenTalk } from '../../../../support/golden-talk'
import { openStore } from '../../../../support/open-store'
import { sampleRun } from '../../../../support/run-samples'
import { temporaryFolder } from '../../../../support/temporary-folder'

const [golden] = goldenTalk.generate
if (golden === undefined) throw new Error('the reference has an answer')
const at = { config: goldenConfig({ model_tag: 'd3' }), dir: goldenPath('.') }
const sampling = { temperature: 0, top_k: 50, seed: 42, max_tokens: 8, samples: 1 }

type Asked = CallInput<'talk.answer'>

function question(change: Partial<Asked> = {}): ReturnType<typeof parsed> {
  return parsed({
    ...{ ...at, model: { of: 'base' }, prompt: { as: 'ids', ids: golden?.prompt ?? [] }, sampling },
    ...{ alternatives: true, calculator: true, job: 'answer', ...change },
  })
}

function parsed(asked: Asked) {
  return calls['talk.answer'].input.parse(asked)
}

/** TensorFlow and the model are loaded for the first answer: seconds on a machine at rest. */
const STARTING_MS = 180_000

/** One for all tests: it keeps TensorFlow and the model. */
const inspector = new Inspector({ openTrainer: openChosenTrainer })
afterAll(() => inspector.close())

interface Talking {
  call: ReturnType<typeof talkHandlers>
  told: TalkTokens[]
}

function talking(
  store: RunStore = openStore().store,
  onTold: (jobs: Jobs) => void = () => undefined,
): Talking {
  const folder = temporaryFolder()
  const told: TalkTokens[] = []
  const jobs = new Jobs(() => undefined)
  const data = new DataAccess({ cacheDir: join(folder, 'cache'), defaultBaseDir: () => null })
  onTestFinished(() => data.close())
  const publish = (tokens: TalkTokens): void => {
    told.push(tokens)
    onTold(jobs)
  }
  const talk = new Talk({ models: askedModelsOf(store, data, folder), inspector, publish })
  const keptTalks = new KeptTalks({ project: () => ({ path: null, read_only: true }), dataDir: folder })
  const dialogs = { saveTalks: () => Promise.resolve(null) }
  const services = { talk, keptTalks, jobs, dialogs, granted: new GrantedPaths() }
  return { call: checked(talkHandlers(services)), told }
}

test(
  'an answer is the reference’s, told in order with its text, probabilities and alternatives',
  async () => {
    const { call, told } = talking()
    const result = await call['talk.answer'](question())
    const [answer] = result.answers
    const sure = Math.min(8, certain(golden))
    expect(answer?.ids.slice(0, sure)).toEqual(golden.greedy.slice(0, sure))
    expect(result.fitted).toMatchObject({
      dropped: 0,
      max_tokens: 8,
      dir: talkCheckpoint,
      step: 100,
      dtype: 'float32',
    })
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, i) => i))
    expect(told.flatMap(({ fitted }) => fitted ?? [])).toEqual([result.fitted])
    const tokens = told.flatMap((frame) => frame.tokens)
    expect(tokens.map(({ id }) => id)).toEqual(answer?.ids)
    const last = told.flatMap(({ stopped }) => stopped)
    expect(last).toMatchObject([{ sample: 0, stopped: 'limit' }])
    expect(tokens.map(({ text }) => text).join('') + (last[0]?.text ?? '')).toBe(answer?.content)
    for (const { id, rank, probability, alternatives } of tokens) {
      expect(rank).toBe(1)
      expect(alternatives).toHaveLength(5)
      expect(alternatives[0]).toMatchObject({ id, probability })
    }
  },
  STARTING_MS,
)

test('a conversation, raw text and the beginning of an answer become a prompt; samples are told apart', async () => {
  const { call, told } = talking()
  const messages = [
    { role: 'system' as const, content: 'Be kind.' },
    { role: 'user' as const, content: 'Hello' },
  ]
  const asked = question({
    prompt: { as: 'conversation', messages },
    begin: 'The answer',
    sampling: { ...sampling, temperature: 1, samples: 2 },
    alternatives: false,
  })
  const { answers, fitted } = await call['talk.answer'](asked)
  const shown = await call['talk.prompt']({ ...at, model: asked.model, prompt: asked.prompt, job: 'prompt' })
  expect(shown.pieces.join('')).toBe('<|bos|><|user_start|>Be kind.\n\nHello<|user_end|><|assistant_start|>')
  expect(shown.tokenizer).toBe(fitted.tokenizer)
  expect(fitted.begun.map(({ text }) => text).join('')).toBe('The answer')
  expect(fitted.kept).toBe(shown.ids.length + fitted.begun.length)
  answers.forEach(({ ids, content }, sample) => {
    expect(content).toMatch(/^The answer/)
    const tokens = told.flatMap((frame) => frame.tokens).filter((token) => token.sample === sample)
    expect(tokens.map(({ id }) => id)).toEqual(ids)
    expect(tokens[0]).toMatchObject({ probability: null, rank: null, alternatives: [] })
  })
  expect(answers[0]?.ids).not.toEqual(answers[1]?.ids)
  const raw = await call['talk.prompt']({
    ...at,
    model: asked.model,
    prompt: { as: 'text', text: '<|bos|>' },
    job: 'raw',
  })
  expect(raw.pieces.join('')).toBe('<|bos|><|bos|>')
  expect(raw.pieces.length).toBeGreaterThan(2) // names of special tokens in a text are text
})

test('an answer goes on from another token as it would have, and its own ids stand for it in the next turn', async () => {
  const { call } = talking()
  const whole = await call['talk.answer'](question())
  const ids = whole.answers[0]?.ids ?? []
  const rest = await call['talk.answer'](question({ begin: ids.slice(0, 3) }))
  expect(rest.answers[0]?.ids.slice(0, 5)).toEqual(ids.slice(3))
  expect(rest.fitted.begun.map(({ id }) => id)).toEqual(ids.slice(0, 3))
  const turns = (tokens?: { ids: number[]; tokenizer: string }) => ({
    as: 'conversation' as const,
    messages: [
      { role: 'user' as const, content: 'a' },
      { role: 'assistant' as const, content: 'b', tokens },
      { role: 'user' as const, content: 'c' },
    ],
  })
  const piecesOf = async (tokens?: { ids: number[]; tokenizer: string }): Promise<string[]> =>
    (await call['talk.prompt']({ ...at, model: { of: 'base' }, prompt: turns(tokens), job: 'p' })).pieces
  const own = await piecesOf({ ids: [7, 8], tokenizer: whole.fitted.tokenizer })
  expect(own).toHaveLength((await piecesOf()).length + 1)
  expect(await piecesOf({ ids: [7, 8], tokenizer: 'another' })).toEqual(await piecesOf())
})

test('the base, runs and listed checkpoints answer, two at once; what was not listed is refused', async () => {
  const { store } = openStore()
  const { call, told } = talking(store)
  const dir = temporaryFolder()
  for (const step of [90, 100]) {
    const saved = tinyCheckpoint(step, step, { ...tinyConfig, vocab_size: 723 })
    await saveRunCheckpoint(checkpointFolder(join(dir, 'checkpoints'), step), saved)
  }
  store.create(sampleRun({ id: 'r1', name: 'mine', dir, config: at.config }))
  store.create(sampleRun({ id: 'r2', name: 'not saved', dir: temporaryFolder(), config: at.config }))
  const older = { of: 'checkpoint', dir: checkpointFolder(join(dir, 'checkpoints'), 90), step: 90 } as const
  const refused = await failureOf(() => call['talk.answer'](question({ model: older })))
  expect(refused.code).toBe('checkpoint.unlisted')
  const models = await call['talk.models']({ ...at, job: 'models' })
  expect(models.map(({ model, title }) => [model.of, title])).toEqual([
    ['base', 'Base d3'],
    ['run', 'not saved'],
    ['run', 'mine'],
    ['checkpoint', 'mine, step 90'],
  ])
  expect(models[0]).toMatchObject({
    step: 100,
    vocab_size: 723,
    sequence_len: 256,
    chats: 'no',
    refusal: null,
  })
  expect(models[1]).toMatchObject({ changing: true, refusal: { code: 'run.no-checkpoint' } })
  expect(models[2]).toMatchObject({ step: 100, chats: 'yes', dtype: 'float32', refusal: null })
  const run = { of: 'run', runId: 'r1' } as const
  const [base, last] = await Promise.all([
    call['talk.answer'](question({ job: 'left' })),
    call['talk.answer'](question({ job: 'right', model: run })),
  ])
  const sure = Math.min(8, certain(golden))
  expect(base.answers[0]?.ids.slice(0, sure)).toEqual(golden.greedy.slice(0, sure))
  expect(last.fitted).toMatchObject({ dir: models[2]?.dir, step: 100 })
  for (const [job, { answers }] of [
    ['left', base],
    ['right', last],
  ] as const) {
    const own = told.filter((frame) => frame.job === job)
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, i) => i))
    expect(own.flatMap(({ tokens }) => tokens.map(({ id }) => id))).toEqual(answers[0]?.ids)
  }
  expect((await call['talk.answer'](question({ model: older }))).fitted).toMatchObject({ step: 90 })
})

test('what cannot be asked is refused in words, and a cancel stops between two tokens', async () => {
  const { call, told } = talking(openStore().store, (jobs) => jobs.cancel('stopped'))
  const refused = async (change: Partial<Asked>) =>
    (await failureOf(() => call['talk.answer'](question(change)))).code
  expect(await refused({ model: { of: 'run', runId: 'none' } })).toBe('run.unknown')
  const answered = { role: 'assistant' as const, content: 'b' }
  expect(await refused({ prompt: { as: 'conversation', messages: [answered] } })).toBe('conversation.invalid')
  expect(await refused({ prompt: { as: 'ids', ids: [] } })).toBe('generation.prompt')
  expect(await refused({ prompt: { as: 'ids', ids: [99_999] } })).toBe('generation.prompt')
  expect(await refused({ begin: [99_999] })).toBe('tokenizer.unknown-id')
  const long = { ...sampling, max_tokens: 2000 }
  expect(await refused({ sampling: long, job: 'stopped' })).toBe('cancelled')
  expect(told.flatMap(({ tokens }) => tokens).length).toBeLessThan(2000)
})

test('a model of another vocabulary is refused with both sizes, whatever its run’s tokenizer is called', async () => {
  const { store } = openStore()
  const { call } = talking(store)
  const dir = temporaryFolder()
  const saved = join(dir, 'checkpoints', 'step_000001')
  await saveRunCheckpoint(saved, tinyCheckpoint(1)) // of 70 ids; golden's tokenizer has 723
  store.create(sampleRun({ id: 'other', dir, config: at.config }))
  const model = { of: 'run', runId: 'other' } as const
  expect(await failureOf(() => call['talk.answer'](question({ model })))).toMatchObject({
    code: 'tokenizer.mismatch',
    message: `${saved} has a vocabulary of 70, the tokenizer one of 723.`,
  })
  const [, listed] = await call['talk.models']({ ...at, job: 'models' })
  expect(listed).toMatchObject({ vocab_size: 70, refusal: { code: 'tokenizer.mismatch' } })
})

test('of a prompt beyond the model’s reach, the end is read, and that is told', async () => {
  const { call } = talking()
  const ids = Array.from({ length: 2600 }, (_, i) => i % 700)
  const { fitted } = await call['talk.answer'](question({ prompt: { as: 'ids', ids } }))
  expect(fitted).toMatchObject({ kept: 2552, dropped: 48, max_tokens: 8, sequence_len: 256 })
})
