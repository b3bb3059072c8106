/** Conversations with models, as they are kept. */
import type { KeptTalk } from '../../src-main/contract/kept-talks.schema'

export type KeptTurn = KeptTalk['turns'][number]
export type KeptAnswer = KeptTurn['lanes'][number]['answers'][number]

const sampling = { temperature: 0.6, top_k: 50, seed: 42, max_tokens: 256 }

export function sampleAnswer(change: Partial<KeptAnswer> = {}): KeptAnswer {
  const content = 'Hello!'
  const alternatives = [{ id: 7, piece: content, probability: 0.25 }]
  return {
    tokens: [
      {
        id: 7,
        text: content,
        piece: content,
        part: 'text',
        forced: false,
        probability: 0.25,
        rank: 1,
        alternatives,
      },
    ],
    stopped: 'end',
    content,
    corrected: null,
    sampling,
    dtype: 'float32',
    by: { model: { of: 'base' }, title: 'Base d3', dir: '/base/d3', step: 100, tokenizer: 'abc' },
    at: 1_790_000_000_000,
    ...change,
  }
}

/** A turn that one model answered once, or was not answered. */
export function sampleTurn(text: string, answers: KeptAnswer[] = [sampleAnswer()]): KeptTurn {
  return { text, lanes: [{ answers, chosen: 0 }] }
}

export function sampleTalk(change: Partial<KeptTalk> = {}): KeptTalk {
  return {
    id: 'talk-1',
    name: 'First words',
    mode: 'chat',
    system: '',
    models: [{ of: 'base' }],
    sampling: { ...sampling, samples: 1 },
    calculator: true,
    turns: [sampleTurn('Hello')],
    created_at: 1_790_000_000_000,
    ...change,
  }
}
