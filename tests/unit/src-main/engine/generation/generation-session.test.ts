/** Reading and decoding with the cache give what the whole model gives at once, for every form of the model. */
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { GenerationSession } from '../../../../../src-main/engine/generation/generation-session'
import type { ModelConfig } from '../../../../../src-main/model/config.schema'
import { variantId } from '../../../../../src-main/model/variants/variant.schema'
import {
  loadTensorflow,
  type Tensorflow,
  type TensorflowBinding,
} from '../../../../../src-main/native/tensorflow'
import { tinyConfig } from '../../../../support/checkpoints'
import { failureOf } from '../../../../support/failure'
import {
  farthest,
  livelyParameters,
  talkSession,
  unbothered,
  wholeForward,
} from '../../../../support/generation'
import { goldenTalk } from '../../../../support/golden-talk'

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

/** Long enough to go past sequence_len and to make the cache grow. */
const LENGTH = 300

/** Some ids; `seed` gives others. */
function idsOf(config: ModelConfig, seed: number, length = LENGTH): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i * i + 7 * i * seed + seed) % config.vocab_size)
}

const forms = [undefined, ...variantId.options].map((variant): ModelConfig => {
  return { ...tinyConfig, n_layer: 3, window_pattern: 'SSL', sequence_len: 200, variant }
})

describe.each(forms)('the form of $variant', (config) => {
  const parameters = livelyParameters(config)
  const ids = idsOf(config, 3)
  let session: GenerationSession
  let whole: Float32Array[]

  beforeAll(() => {
    session = new GenerationSession(tensorflow, { model: config, dtype: 'float32' }, parameters)
    whole = wholeForward(config, parameters, ids)
  })
  afterAll(() => {
    session.dispose()
  })

  test('reads a prompt of any length and decodes after it', async () => {
    const lengths = fc.tuple(fc.integer({ min: 1, max: LENGTH - 12 }), fc.integer({ min: 0, max: 12 }))
    const edges: [number, number][] = [[1, 3], [31, 4], [32, 2], [33, 2], [96, 2], [97, 2], [250, 12], [288, 12]] // prettier-ignore
    await fc.assert(
      fc.asyncProperty(lengths, async ([prompt, more]) => {
        const { rows } = await session.begin(ids.subarray(0, prompt), 1, unbothered)
        expect(farthest(rows[0] ?? [], whole[prompt - 1] ?? [])).toBeLessThan(1e-4)
        for (let at = prompt; at < prompt + more; at++) {
          const next = session.next(ids.subarray(at, at + 1))
          expect(farthest(next.rows[0] ?? [], whole[at] ?? [])).toBeLessThan(1e-4)
          expect(session.lengths).toEqual([at + 1])
        }
      }),
      { numRuns: 16, examples: edges.map((edge): [[number, number]] => [edge]) },
    )
  })

  test('several conversations go on from one prompt, each with its own tokens', async () => {
    const prompt = 250
    const others = [3, 5, 8].map((seed) => {
      const own = Int32Array.from(ids)
      own.set(idsOf(config, seed).subarray(prompt), prompt)
      return own
    })
    const wholes = others.map((own) => wholeForward(config, parameters, own))
    await session.begin(ids.subarray(0, prompt), 3, unbothered)
    for (let at = prompt; at < prompt + 10; at++) {
      const { rows, sums } = session.next(
        Int32Array.from(others, (own) => own[at] ?? 0),
        true,
      )
      expect(rows).toHaveLength(3)
      rows.forEach((row, i) => {
        expect(farthest(row, wholes[i]?.[at] ?? [])).toBeLessThan(1e-4)
        const sum = row.reduce((total, logit) => total + Math.exp(logit), 0)
        expect((sums?.[i] ?? NaN) / sum).toBeCloseTo(1, 4)
      })
    }
  })

  test('prompts of different lengths are read side by side', async () => {
    const lengths = [1, 300, 127, 128, 129, 256, 17]
    const prompts = lengths.map((length, i) => (i % 2 === 0 ? ids : idsOf(config, 5)).subarray(0, length))
    const found = await session.lastOf(prompts, 0, unbothered)
    const expected = [whole, wholeForward(config, parameters, idsOf(config, 5))]
    expect(found).toHaveLength(lengths.length)
    lengths.forEach((length, i) => {
      expect(farthest(found[i] ?? [], expected[i % 2]?.[length - 1] ?? [])).toBeLessThan(1e-4)
    })
  })

  test('rows stand at their own positions, end, begin anew and are given up', async () => {
    const texts = [ids, idsOf(config, 5), idsOf(config, 8)]
    const wholes = texts.map((text) => wholeForward(config, parameters, text))
    session.makeRows([2, 1])
    const at = [260, 3]
    for (const [row, count] of at.entries()) {
      const { rows } = await session.read(row, texts[row]?.subarray(0, count) ?? ids, unbothered)
      expect(farthest(rows[0] ?? [], wholes[row]?.[count - 1] ?? [])).toBeLessThan(1e-4)
    }
    /** Adds the next token of the text that each row holds, and compares. */
    const step = (held: readonly number[], ended = -1): void => {
      const given = held.map((text, row) => (row === ended ? null : (texts[text]?.[at[row] ?? 0] ?? 0)))
      const { rows } = session.next(given)
      held.forEach((text, row) => {
        if (row === ended) return
        expect(farthest(rows[row] ?? [], wholes[text]?.[at[row] ?? 0] ?? [])).toBeLessThan(1e-4)
        at[row] = (at[row] ?? 0) + 1
      })
      expect(session.lengths).toEqual(at)
    }
    for (let i = 0; i < 6; i++) step([0, 1], i < 3 ? -1 : 0)
    await session.read(0, texts[2]?.subarray(0, 1) ?? ids, unbothered) // shorter than what was there
    at[0] = 1
    for (let i = 0; i < 5; i++) step([2, 1])
    session.keep([1])
    at.shift()
    for (let i = 0; i < 3; i++) step([1])
  })

  test('the same prompt gives the same bits, whatever was read before', async () => {
    const read = async (): Promise<Float32Array | undefined> =>
      (await session.begin(ids.subarray(0, 40), 1, unbothered)).rows[0]
    const before = await read()
    await session.begin(idsOf(config, 9), 3, unbothered)
    expect(await read()).toEqual(before)
  })
})

test('in bfloat16 logits are near those in float32, and the cache changes little', async () => {
  const [exact, rounded] = [await talkSession(), await talkSession('bfloat16')]
  for (const { prompt } of goldenTalk.generate.slice(0, 4)) {
    const ids = Int32Array.from(prompt)
    const logits = (await rounded.begin(ids, 1, unbothered)).rows[0] ?? []
    const reference = (await exact.begin(ids, 1, unbothered)).rows[0] ?? []
    const difference = farthest(logits, reference)
    expect(difference).toBeGreaterThan(0)
    expect(difference).toBeLessThan(0.03)
    await rounded.begin(ids.subarray(0, -5), 1, unbothered)
    let last: ArrayLike<number> = []
    for (const id of ids.subarray(-5)) last = rounded.next(Int32Array.of(id)).rows[0] ?? []
    expect(farthest(last, logits)).toBeLessThan(0.03)
  }
  exact.dispose()
  rounded.dispose()
})

test('a session keeps no tensor, and its weights pass to the session that takes its place', async () => {
  const before = tf.memory().numTensors
  const session = await talkSession('bfloat16')
  const ids = Int32Array.from(goldenTalk.generate[0]?.prompt ?? [])
  const first = await session.begin(ids, 1, unbothered)
  expect((await session.begin(ids, 5, unbothered)).rows).toEqual(first.rows) // a batch of another size
  session.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

describe('without memory for a session', () => {
  /** TensorFlow, of which the given call to load a graph, or to run one, fails; and the number of open sessions. */
  function failing(call: 'loadSavedModel' | 'runSavedModel', at: number) {
    let [calls, open] = [0, 0]
    const { binding: real } = tensorflow
    const attempt = (name: typeof call): void => {
      if (name === call && calls++ === at) throw new Error('OOM when allocating tensor')
    }
    const changed: Partial<TensorflowBinding> = {
      loadSavedModel(...given) {
        attempt('loadSavedModel')
        open++
        return real.loadSavedModel(...given)
      },
      runSavedModel(...given) {
        attempt('runSavedModel')
        return real.runSavedModel(...given)
      },
      deleteSavedModel(id) {
        open--
        real.deleteSavedModel(id)
      },
    }
    const binding = Object.create(real, Object.getOwnPropertyDescriptors(changed)) as TensorflowBinding
    return { of: { binding, memory: tensorflow.memory }, sessions: () => open }
  }
  const parameters = livelyParameters(tinyConfig)
  const options = { model: tinyConfig, dtype: 'float32' } as const

  test('nothing is left of one whose weights cannot be set', async () => {
    const { of, sessions } = failing('runSavedModel', 1)
    const failure = await failureOf(() => new GenerationSession(of, options, parameters))
    expect(failure.code).toBe('graph.memory')
    expect(sessions()).toBe(0)
  })

  test('one that finds no memory for more rows is closed, and disposing of it again does nothing', async () => {
    const { of, sessions } = failing('loadSavedModel', 1)
    const session = new GenerationSession(of, options, parameters)
    await session.begin(idsOf(tinyConfig, 1, 8), 1, unbothered)
    expect([session.isClosed, sessions()]).toEqual([false, 1])
    await expect(session.begin(idsOf(tinyConfig, 1, 8), 2, unbothered)).rejects.toThrow('OOM')
    expect([session.isClosed, sessions()]).toEqual([true, 0])
    session.dispose()
    expect(sessions()).toBe(0)
  })
})

test('reading a prompt is broken off', async () => {
  const session = await talkSession()
  const prompt = Int32Array.from({ length: 2000 }, (_, i) => i % 700)
  const reading = session.begin(prompt, 1, AbortSignal.abort(new Error('enough')))
  await expect(reading).rejects.toThrow('enough')
  const asking = session.lastOf([prompt], 0, AbortSignal.abort(new Error('enough')))
  await expect(asking).rejects.toThrow('enough')
  session.dispose()
})

test('no more tokens than ten times sequence_len', async () => {
  const config = { ...tinyConfig, sequence_len: 4 }
  const options = { model: config, dtype: 'float32' } as const
  const session = new GenerationSession(tensorflow, options, livelyParameters(config))
  await session.begin(idsOf(config, 1, 39), 1, unbothered)
  session.next(Int32Array.of(1)) // the fortieth
  const failure = await failureOf(() => session.next(Int32Array.of(1)))
  expect(failure).toMatchObject({ code: 'generation.reach' })
  session.dispose()
})
