/** Logits of letters for multiple-choice prompts: the reference's, in any order and number. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openMixture } from '../../../../../src-main/data/mixture'
import {
  type CategoricalQuestion,
  categoricalLogits,
} from '../../../../../src-main/engine/generation/categorical'
import { GenerationSession } from '../../../../../src-main/engine/generation/generation-session'
import type { Progress } from '../../../../../src-main/progress.schema'
import { loadTensorflow } from '../../../../../src-main/native/tensorflow'
import { promptOf } from '../../../../../src-main/tokenizer/prompt'
import { loadTokenizer } from '../../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../../support/failure'
import { farthest, livelyParameters, talkSession, unbothered } from '../../../../support/generation'
import { goldenTalk } from '../../../../support/golden-talk'
import { goldenLocations, goldenMixture, goldenTokenizerDir } from '../../../../support/golden-mixture'

const tokenizer = await loadTokenizer(goldenTokenizerDir)
const deaf = { signal: unbothered, progress: () => undefined }
let session: GenerationSession

beforeAll(async () => {
  session = await talkSession()
})
afterAll(() => {
  session.dispose()
})

/** The golden rows' prompts, and the letters' ids. */
async function questions(): Promise<CategoricalQuestion> {
  const locations = await goldenLocations()
  const mmlu = goldenMixture.val
    .filter(({ task }) => task === 'MMLU')
    .map((entry) => ({ ...entry, stop: 60 }))
  const mixture = await openMixture(mmlu, locations)
  try {
    const prompts: Int32Array[] = []
    for (const { row } of goldenTalk.categorical)
      prompts.push(promptOf(tokenizer, await mixture.taskConversation(0, row)))
    const letters = goldenTalk.categorical.map((golden) => [
      ...tokenizer.encodeOrdinary(golden.letters.join('')),
    ])
    return { prompts, choices: letters, padding: tokenizer.specials['<|bos|>'] }
  } finally {
    await mixture.close()
    await rm(locations.cacheDir, { recursive: true })
  }
}

test('the letters’ logits after every golden question are the reference’s, and so is the answer', async () => {
  const question = await questions()
  const progress: Progress[] = []
  const found = await categoricalLogits(session, question, {
    ...deaf,
    progress: (each) => progress.push(each),
  })
  goldenTalk.categorical.forEach(({ logits, letters, answer }, i) => {
    const ours = found[i] ?? []
    expect(farthest(ours, logits)).toBeLessThan(1e-3)
    const [best = NaN, second = NaN] = [...logits].sort((a, b) => b - a)
    if (best - second > 1e-3) expect(letters[ours.indexOf(Math.max(...ours))]).toBe(answer)
  })
  expect(progress[1]).toEqual({
    what: 'asking',
    done: 8,
    total: goldenTalk.categorical.length,
    unit: 'questions',
  })
})

test.each([
  ['generation.prompt', { prompts: [new Int32Array()] }],
  ['generation.prompt', { prompts: [Int32Array.of(99_999)] }],
  ['generation.reach', { prompts: [new Int32Array(2561)] }],
  ['generation.choices', { choices: [] }],
])('%s is refused', async (code, change) => {
  const question = { prompts: [Int32Array.of(1)], choices: [[1]], padding: 0, ...change }
  expect((await failureOf(() => categoricalLogits(session, question, deaf))).code).toBe(code)
})

test('a model whose weights are not finite is refused: its letters are not taken for wrong answers', async () => {
  const { model } = session
  const parameters = livelyParameters(model)
  parameters.get('lm_head.weight')?.data.fill(NaN)
  const broken = new GenerationSession(await loadTensorflow(), { model, dtype: 'float32' }, parameters)
  try {
    const question = { prompts: [Int32Array.of(1)], choices: [[1, 2]], padding: 0 }
    const failure = await failureOf(() => categoricalLogits(broken, question, deaf))
    expect(failure.code).toBe('generation.not-finite')
  } finally {
    broken.dispose()
  }
})
