/** Conversations with models, as they are kept. */
import type { KeptTalk } from '../../src-main/contract/kept-talks.schema'

type Exchange = KeptTalk['exchanges'][number]
type Take = Exchange['sides'][number]['takes'][number]
type Answer = Take['answers'][number]

const sampling = { temperature: 0.6, top_k: 50, seed: 42, max_tokens: 256, samples: 1 }

export function sampleAnswer(change: Partial<Answer> = {}): Answer {
  const content = 'Hello!'
  const shown = { id: 7, piece: content, probability: 0.25 }
  const token = {
    ...shown,
    text: content,
    part: 'text' as const,
    forced: false,
    rank: 1,
    alternatives: [shown],
  }
  return { tokens: [token], rest: '', stopped: 'end', written: null, content, ...change }
}

/** A take with these samples. */
export function sampleTake(answers: Answer[] = [sampleAnswer()], change: Partial<Take> = {}): Take {
  const by = { dir: '/base/d3', step: 100, dtype: 'float32' as const, tokenizer: 'abc' }
  return {
    id: 'take-1',
    model: { of: 'base' },
    title: 'Base d3',
    chats: 'no',
    sampling,
    fitted: { kept: 9, dropped: 0, max_tokens: 256, sequence_len: 256, begun: [], ...by },
    answers,
    chosen: 0,
    tok_per_sec: 100,
    error: null,
    ...change,
  }
}

/** What was said to one model, and its answer; or to several. */
export function sampleExchange(said: string, ...sides: Take[][]): Exchange {
  const all = sides.length === 0 ? [[sampleTake()]] : sides
  return { id: said, said, sides: all.map((takes) => ({ takes, shown: 0 })) }
}

export function sampleTalk(change: Partial<KeptTalk> = {}): KeptTalk {
  return {
    id: 'talk-1',
    name: 'First words',
    raw: false,
    system: '',
    models: [{ of: 'base' }],
    sampling,
    calculator: true,
    exchanges: [sampleExchange('Hello')],
    created_at: 1_790_000_000_000,
    ...change,
  }
}
