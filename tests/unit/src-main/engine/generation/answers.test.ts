/** Many prompts answered side by side: each as it is answered alone, whatever its length, its end and its neighbours. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { answerPrompts, type Prompts, rowCounts } from '../../../../../src-main/engine/generation/answers'
import { type Follow, generate } from '../../../../../src-main/engine/generation/generate'
import { GenerationSession } from '../../../../../src-main/engine/generation/generation-session'
import type { ModelConfig } from '../../../../../src-main/model/config.schema'
import { variantId } from '../../../../../src-main/model/variants/variant.schema'
import { loadTensorflow } from '../../../../../src-main/native/tensorflow'
import { tinyConfig } from '../../../../support/checkpoints'
import { failureOf } from '../../../../support/failure'
import { certain, livelyParameters, talkSession, unbothered } from '../../../../support/generation'
import { goldenTalk } from '../../../../support/golden-talk'

const neverStop = { end: -1, bos: -1 }

async function answersOf(
  session: GenerationSession,
  question: Prompts,
  { signal = unbothered, follow }: { signal?: AbortSignal; follow?: () => Follow } = {},
): Promise<number[][]> {
  const found: number[][] = []
  for await (const { prompt, ids } of answerPrompts(session, question, signal, follow)) {
    expect(found[prompt]).toBeUndefined() // once each
    found[prompt] = [...ids]
  }
  return found
}

/** The answer to a prompt alone, up to the first place where two tokens nearly tie. */
async function alone(
  session: GenerationSession,
  ids: Int32Array,
  { maxTokens, stop }: Omit<Prompts, 'prompts'>,
  nearly: number,
): Promise<{ ids: number[]; isWhole: boolean }> {
  const options = { temperature: 0, topK: null, seed: 0, samples: 1, maxTokens, stop, alternatives: 2 }
  const found: number[] = []
  for await (const told of generate(session, ids, options, unbothered)) {
    if (told.type !== 'token') continue
    const [best, second] = told.chance?.alternatives ?? []
    if (Math.log((best?.probability ?? 0) / (second?.probability ?? 0)) < nearly) {
      return { ids: found, isWhole: false }
    }
    found.push(told.id)
  }
  return { ids: found, isWhole: true }
}

/** Prompts of all kinds of length. */
function prompts({ vocab_size: vocab }: ModelConfig, count: number): Int32Array[] {
  const lengths = [1, 2, 31, 33, 64, 97, 130, 3, 5, 8]
  return Array.from({ length: count }, (_, i) =>
    Int32Array.from({ length: lengths[i % lengths.length] ?? 1 }, (_, j) => (j * j * 5 + 7 * i + j) % vocab),
  )
}

const forms = [undefined, ...variantId.options].flatMap((variant) =>
  (['float32', 'bfloat16'] as const).map((dtype) => {
    const model: ModelConfig = { ...tinyConfig, n_layer: 3, window_pattern: 'SSL', sequence_len: 64, variant }
    return { form: variant ?? 'January 2026', dtype, model }
  }),
)

/** Of the prompts in turn: each answer is that of the prompt alone, wherever that is certain. */
async function expectAsAlone(
  { model, dtype }: Pick<GenerationSession['options'], 'model' | 'dtype'>,
  count: number,
): Promise<number[][]> {
  const session = new GenerationSession(await loadTensorflow(), { model, dtype }, livelyParameters(model))
  const question = { prompts: prompts(model, count), maxTokens: 12, stop: { end: 3, bos: 5 } }
  const found = await answersOf(session, question)
  expect(found).toHaveLength(count)
  let certainTokens = 0
  for (const [i, ids] of question.prompts.entries()) {
    const expected = await alone(session, ids, question, dtype === 'float32' ? 1e-3 : 0.05)
    expect(found[i]?.slice(0, expected.isWhole ? undefined : expected.ids.length)).toEqual(expected.ids)
    certainTokens += expected.ids.length
  }
  expect(certainTokens).toBeGreaterThan(0)
  session.dispose()
  return found
}

test.each(forms)(
  'the form of $form in $dtype: every prompt gets the answer that it gets alone',
  async (form) => {
    await expectAsAlone(form, 5) // one more than the rows
  },
)

test('more prompts than rows: each gets the answer that it gets alone', async () => {
  const found = await expectAsAlone({ model: { ...tinyConfig, n_layer: 1 }, dtype: 'float32' }, 37)
  const ended = found.filter(({ length }) => length < 12)
  expect([ended.length > 0, ended.length < 37]).toEqual([true, true])
})

describe('a model of the reference', () => {
  const golden = goldenTalk.generate
  const question: Prompts = {
    prompts: golden.map(({ prompt }) => Int32Array.from(prompt)),
    maxTokens: 32,
    stop: neverStop, // the golden answers go on past their ends
  }
  let session: GenerationSession

  beforeAll(async () => {
    session = await talkSession()
  })
  afterAll(() => {
    session.dispose()
  })

  test('gives every prompt the reference’s answer', async () => {
    const found = await answersOf(session, question)
    golden.forEach((each, i) => {
      const count = certain(each)
      expect(found[i]?.slice(0, count)).toEqual(each.greedy.slice(0, count))
      expect(found[i]).toHaveLength(32)
    })
  })

  test('sees the tokens that are forced into one answer, in that one', async () => {
    const [first = 0] = golden[1]?.greedy ?? []
    const follow = (): Follow => {
      let count = 0
      return (id) => (count++ === 0 && id === first ? [600, 601] : [])
    }
    const few = { ...question, prompts: question.prompts.slice(0, 3), maxTokens: 8 }
    const found = await answersOf(session, few, { follow })
    const forced = found.map((ids) => ids.slice(1, 3).join() === '600,601')
    expect(forced).toEqual(golden.slice(0, 3).map(({ greedy }) => greedy[0] === first))
    const seen = Int32Array.from([...(golden[1]?.prompt ?? []), first, 600, 601])
    const after = await alone(session, seen, { ...few, maxTokens: 5 }, 1e-3)
    expect(found[1]?.slice(3, 3 + after.ids.length)).toEqual(after.ids)
  })

  test('has no answer to no prompt, and an empty one where no token is wanted', async () => {
    expect(await answersOf(session, { ...question, prompts: [] })).toEqual([])
    const none = await answersOf(session, { ...question, maxTokens: 0 })
    expect(none).toEqual(golden.map(() => []))
  })

  test('reads the end of a prompt beyond its reach', async () => {
    const long = Int32Array.from({ length: 2600 }, (_, i) => i % 700)
    const short = { ...question, maxTokens: 8 }
    const [cut] = await answersOf(session, { ...short, prompts: [long] })
    expect(cut).toEqual((await answersOf(session, { ...short, prompts: [long.subarray(48)] }))[0])
    expect(cut).toHaveLength(8)
  })

  test('is broken off between two tokens, and answers again', async () => {
    const abort = new AbortController()
    const tokens: number[] = []
    const follow = (): Follow => (id) => {
      if (tokens.push(id) === 20) abort.abort(new Error('enough'))
      return []
    }
    await expect(answersOf(session, question, { signal: abort.signal, follow })).rejects.toThrow('enough')
    expect(tokens.length).toBeLessThan(20 + golden.length)
    expect(await answersOf(session, { ...question, maxTokens: 2 })).toHaveLength(golden.length)
  })

  test('refuses a prompt without ids before it answers any', async () => {
    const prompts = [Int32Array.of(1), new Int32Array()]
    const failure = await failureOf(() => answersOf(session, { ...question, prompts }))
    expect(failure.code).toBe('generation.prompt')
  })
})

test('a model that gives no numbers is refused', async () => {
  const parameters = livelyParameters(tinyConfig)
  parameters.get('lm_head.weight')?.data.fill(NaN)
  const session = new GenerationSession(
    await loadTensorflow(),
    { model: tinyConfig, dtype: 'float32' },
    parameters,
  )
  const question = { prompts: [Int32Array.of(1)], maxTokens: 2, stop: neverStop }
  expect((await failureOf(() => answersOf(session, question))).code).toBe('generation.not-finite')
  session.makeRows([1])
  await session.read(0, Int32Array.of(1), unbothered)
  expect((await failureOf(() => session.nextBest([1]))).code).toBe('generation.not-finite')
  session.dispose()
})

test.each([
  ['a small model', { n_layer: 4, n_head: 2, n_kv_head: 2, n_embd: 256 }, 700, 1000, [32, 16, 8, 4, 2, 1]],
  ['five prompts', { n_layer: 4, n_head: 2, n_kv_head: 2, n_embd: 256 }, 700, 5, [4, 2, 1]],
  ['a larger one', { n_layer: 20, n_head: 10, n_kv_head: 10, n_embd: 1280 }, 700, 1000, [4, 2, 1]],
  ['one whose single row is much', { n_layer: 20, n_head: 10, n_kv_head: 10, n_embd: 1280 }, 9000, 9, [1]],
])('%s: as many rows as the cache may have', (_, size, tokens, prompts, expected) => {
  const model = { ...tinyConfig, ...size }
  expect(rowCounts({ model, dtype: 'float32' }, prompts, tokens)).toEqual(expected)
})
