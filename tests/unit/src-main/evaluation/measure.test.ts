/** Measuring with a real model: golden's d3, whose answers the reference gave too. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { answerPrompts } from '../../../../src-main/engine/generation/answers'
import { categoricalLogits } from '../../../../src-main/engine/generation/categorical'
import type { GenerationSession } from '../../../../src-main/engine/generation/generation-session'
import { type AnsweringModel, measure, type Outcome } from '../../../../src-main/evaluation/measure'
import type { MeasuredTask } from '../../../../src-main/evaluation/measured-names.schema'
import { measuredEntry } from '../../../../src-main/evaluation/measured-tasks'
import { type Problem, readProblems } from '../../../../src-main/evaluation/problems'
import { findJudge } from '../../../../src-main/evaluation/python-judge'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { talkSession, unbothered } from '../../../support/generation'
import { goldenLocations, goldenMixture, goldenTokenizerDir } from '../../../support/golden-mixture'
import { goldenTalk } from '../../../support/golden-talk'

const MOST_TOKENS = 8

let session: GenerationSession
let tokenizer: Tokenizer
let model: AnsweringModel

beforeAll(async () => {
  session = await talkSession()
  tokenizer = await loadTokenizer(goldenTokenizerDir)
  const stop = { end: tokenizer.specials['<|assistant_end|>'], bos: tokenizer.specials['<|bos|>'] }
  model = {
    letterLogits: (prompts, choices) =>
      categoricalLogits(
        session,
        { prompts, choices, padding: stop.bos },
        { signal: unbothered, progress: () => undefined },
      ),
    answers: (prompts) => answerPrompts(session, { prompts, maxTokens: MOST_TOKENS, stop }, unbothered),
  }
})
afterAll(() => session.dispose())

async function problemsOf(name: MeasuredTask, most: number): Promise<Problem[]> {
  const context = {
    ...(await goldenLocations()),
    signal: undefined,
    download: false,
    onProgress: () => undefined,
    onDamage: () => undefined,
  }
  return readProblems(measuredEntry(name, goldenMixture.val), most, context)
}

async function outcomes(
  problems: readonly Problem[],
  options: Partial<Parameters<typeof measure>[2]> = {},
): Promise<Outcome[]> {
  const all: Outcome[] = []
  for await (const outcome of measure(problems, model, { tokenizer, judge: null, ...options })) {
    all.push(outcome)
  }
  return all.sort((a, b) => a.row - b.row)
}

const program = (test: string): Problem => ({
  conversation: {
    messages: [
      { role: 'user', content: 'import math\n\ndef one():\n' },
      { role: 'assistant', content: 'def one(): return 1' },
    ],
  },
  by: 'program',
  test: { test, entryPoint: 'math' },
})

describe('measure', () => {
  it('answers every question of a choice as the reference does', async () => {
    const found = await outcomes(await problemsOf('MMLU', 60))
    expect(found.map(({ row, answer, right }) => ({ row, answer, right }))).toEqual(
      goldenTalk.categorical.map(({ row, answer, right }) => ({ row, answer, right })),
    )
    for (const { row, logits } of found) {
      goldenTalk.categorical[row]?.logits.forEach((expected, i) => {
        expect(Math.abs((logits?.[i] ?? NaN) - expected)).toBeLessThan(1e-3)
      })
    }
  })

  it('judges an answer in words by its number, and keeps the answer', async () => {
    const [first] = await outcomes(await problemsOf('GSM8K', 1))
    expect(first).toMatchObject({ row: 0, answer: null, right: false })
    expect(first?.completion?.length).toBeGreaterThan(0)
  })

  it('goes on where it stopped', async () => {
    const problems = await problemsOf('MMLU', 6)
    const left = await outcomes(problems, { done: new Set([0, 2, 4]) })
    expect(left.map(({ row }) => row)).toEqual([1, 3, 5])
  })

  it('runs programs only where somebody can', async () => {
    const passes = program('def check(candidate): pass')
    expect(await failureOf(() => outcomes([passes]))).toMatchObject({ code: 'measure.judge' })
    const judge = await findJudge()
    if (judge === null) return
    const [outcome] = await outcomes([passes], { judge })
    // The model's words are no Python: the program fails before its test.
    expect(outcome?.right).toBe(false)
    expect(outcome?.answer).toContain('Error')
  })

  it('names a letter that is no token of its own', async () => {
    const [problem] = await problemsOf('MMLU', 1)
    const odd = { ...problem, letters: ['A', 'not a letter'] } as Problem
    expect((await failureOf(() => outcomes([odd]))).message).toContain('not a letter')
  })

  it('ends between two groups when it is cancelled', async () => {
    const problems = await problemsOf('MMLU', 3)
    await expect(outcomes(problems, { signal: AbortSignal.abort() })).rejects.toThrow('abort')
  })
})
