/** Answers: the reference's greedy ones, seeds, ends, forced tokens, and what is told of each token. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  type Follow,
  generate,
  type GenerationOptions,
  type Told,
} from '../../../../../src-main/engine/generation/generate'
import type { GenerationSession } from '../../../../../src-main/engine/generation/generation-session'
import { failureOf } from '../../../../support/failure'
import { certain, farthest, talkSession, unbothered } from '../../../../support/generation'
import { goldenTalk } from '../../../../support/golden-talk'

const stop = { end: 718, bos: 714 }
const greedy: GenerationOptions = {
  samples: 1,
  maxTokens: 32,
  temperature: 0,
  topK: 50,
  seed: 42,
  stop: { end: -1, bos: -1 }, // the golden answers go on past their ends
  alternatives: null,
}
const prompt = Int32Array.from(goldenTalk.generate[0]?.prompt ?? [])
let session: GenerationSession

beforeAll(async () => {
  session = await talkSession()
})
afterAll(() => {
  session.dispose()
})

async function told(ids: Int32Array, options: GenerationOptions, follow?: () => Follow): Promise<Told[]> {
  const all: Told[] = []
  for await (const each of generate(session, ids, options, unbothered, follow)) all.push(each)
  return all
}

function idsOf(all: readonly Told[], sample = 0): number[] {
  return all.flatMap((each) => (each.type === 'token' && each.sample === sample ? [each.id] : []))
}

function endsOf(all: readonly Told[]): string[] {
  return all.flatMap((each) => (each.type === 'stopped' ? [each.stopped] : []))
}

test.each(goldenTalk.generate)('$task: the reference’s answer', async (golden) => {
  const all = await told(Int32Array.from(golden.prompt), { ...greedy, maxTokens: golden.greedy.length })
  const [first] = all
  if (first?.type !== 'logits') throw new Error('the logits come first')
  expect(farthest(first.logits.subarray(0, 16), golden.first_logits_head)).toBeLessThan(1e-3)
  const count = certain(golden)
  expect(idsOf(all).slice(0, count)).toEqual(golden.greedy.slice(0, count))
  expect(idsOf(all)).toHaveLength(golden.greedy.length)
  expect(endsOf(all)).toEqual(['limit'])
})

describe('draws', () => {
  const drawn = { ...greedy, temperature: 1, maxTokens: 12 }

  test('with one seed give one text, with another another', async () => {
    const [one, same, other] = [
      await told(prompt, drawn),
      await told(prompt, drawn),
      await told(prompt, { ...drawn, seed: 43 }),
    ].map((all) => idsOf(all))
    expect(one).toEqual(same)
    expect(one).not.toEqual(other)
  })

  test('of several samples differ, and the first is that of one', async () => {
    const three = await told(prompt, { ...drawn, samples: 3 })
    const texts = [0, 1, 2].map((sample) => idsOf(three, sample))
    expect(new Set(texts.map((text) => text.join())).size).toBe(3)
    expect(texts[0]).toEqual(idsOf(await told(prompt, drawn)))
    expect(endsOf(three)).toEqual(['limit', 'limit', 'limit'])
  })

  test('among one token are greedy', async () => {
    expect(idsOf(await told(prompt, { ...drawn, topK: 1 }))).toEqual(
      idsOf(await told(prompt, { ...greedy, maxTokens: 12 })),
    )
  })
})

describe('an answer ends', () => {
  const answer = goldenTalk.generate[0]?.greedy ?? []

  test.each([
    ['end', { end: answer[5] ?? 0, bos: -1 }],
    ['bos', { end: -1, bos: answer[5] ?? 0 }],
  ])('at %s, which is no part of it', async (why, ids) => {
    const all = await told(prompt, { ...greedy, stop: ids })
    expect(idsOf(all)).toEqual(answer.slice(0, 5))
    expect(endsOf(all)).toEqual([why])
  })

  test('at once, where no token is wanted', async () => {
    const all = await told(prompt, { ...greedy, maxTokens: 0 })
    expect(all.map(({ type }) => type)).toEqual(['logits', 'stopped'])
  })

  test('for one sample before the others', async () => {
    const drawn = { ...greedy, samples: 4, temperature: 1.5, topK: null, maxTokens: 20 }
    const free = await told(prompt, drawn)
    const third = idsOf(free, 2)[3] ?? -1
    const all = await told(prompt, { ...drawn, stop: { end: third, bos: -1 } })
    for (const sample of [0, 1, 2, 3]) {
      const whole = idsOf(free, sample)
      const at = whole.indexOf(third)
      expect(idsOf(all, sample)).toEqual(at < 0 ? whole : whole.slice(0, at))
    }
    expect(endsOf(all)).toContain('end')
  })

  test('when it is cancelled', async () => {
    const abort = new AbortController()
    const tokens: Told[] = []
    const cancelled = async (): Promise<void> => {
      for await (const each of generate(session, prompt, greedy, abort.signal)) {
        tokens.push(each)
        if (tokens.length === 4) abort.abort(new Error('enough'))
      }
    }
    await expect(cancelled()).rejects.toThrow('enough')
    expect(tokens).toHaveLength(4)
    expect(idsOf(await told(prompt, greedy))).toEqual(answer) // the session goes on
  })
})

test('forced tokens follow the one they answer, are marked, and are seen by the model', async () => {
  const [, second = 0] = goldenTalk.generate[0]?.greedy ?? []
  const forced = [600, 601]
  const seen: number[] = []
  const follow = (): Follow => (id) => {
    seen.push(id)
    return id === second && seen.length === 2 ? forced : []
  }
  const all = await told(prompt, { ...greedy, maxTokens: 8 }, follow)
  const ids = idsOf(all)
  expect(ids.slice(2, 4)).toEqual(forced)
  expect(all.flatMap((each) => (each.type === 'token' ? [each.forced] : []))).toEqual(
    [false, false, true, true, false, false, false, false],
  ) // prettier-ignore
  expect(seen).toEqual(ids)
  const after = await told(Int32Array.from([...prompt, ...ids.slice(0, 4)]), { ...greedy, maxTokens: 4 })
  expect(ids.slice(4)).toEqual(idsOf(after))
})

test('an answer that was begun is followed from its beginning: what it lacks of forced tokens is put in', async () => {
  const forced = [600, 601, 602]
  const follow = (): Follow => (id) => (id === 7 ? forced : [])
  const go = async (begun: number[]): Promise<[number[], boolean[]]> => {
    const all = await told(Int32Array.from([...prompt, ...begun]), { ...greedy, maxTokens: 4, begun }, follow)
    return [idsOf(all), all.flatMap((each) => (each.type === 'token' ? [each.forced] : []))]
  }
  const [whole, marks] = await go([5, 7])
  expect(whole.slice(0, 3)).toEqual(forced)
  expect(marks).toEqual([true, true, true, false])
  const [rest, of] = await go([5, 7, 600, 601])
  expect(rest.slice(0, 2)).toEqual(whole.slice(2))
  expect(of).toEqual([true, false, false, false])
  const [, another] = await go([5, 7, 9]) // another token than the forced one was chosen by hand
  expect(another).toEqual([false, false, false, false])
})

test('probability, rank and alternatives are told on request', async () => {
  const all = await told(prompt, { ...greedy, temperature: 2, topK: null, maxTokens: 6, alternatives: 5 })
  const [logits] = all.flatMap((each) => (each.type === 'logits' ? [each.logits] : []))
  const chances = all.flatMap((each) => (each.type === 'token' ? [each] : []))
  expect(chances).toHaveLength(6)
  for (const { id, chance } of chances) {
    const { alternatives = [], probability = NaN, rank = NaN } = chance ?? {}
    expect(alternatives).toHaveLength(5)
    expect(alternatives.every((each, i) => each.probability <= (alternatives[i - 1]?.probability ?? 1))).toBe(
      true,
    )
    if (rank <= 5) expect(alternatives[rank - 1]).toEqual({ id, probability })
    else expect(probability).toBeLessThanOrEqual(alternatives[4]?.probability ?? NaN)
  }
  const sum = logits?.reduce((total, logit) => total + Math.exp(logit), 0) ?? NaN
  const first = chances[0]
  expect(first?.chance?.probability).toBeCloseTo(Math.exp(logits?.[first?.id ?? -1] ?? NaN) / sum, 5)
})

test.each([
  ['generation.prompt', []],
  ['generation.prompt', [1, 723]],
  ['generation.prompt', [-1]],
])('%s: a prompt of %j is refused', async (code, ids) => {
  const failure = await failureOf(() => told(Int32Array.from(ids), { ...greedy, stop }))
  expect(failure.code).toBe(code)
})
