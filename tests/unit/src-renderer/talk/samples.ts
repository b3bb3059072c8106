/** Tokens, takes and models for tests of Talk. */
import type { ModelView, TalkToken } from '../../../../src-renderer/api/types'
import { freshTake, type Exchange, type Take } from '../../../../src-renderer/talk/conversation'

export const SAMPLING = { temperature: 0, top_k: 50, seed: 42, max_tokens: 16, samples: 1 }

/** A model as it is shown when it is asked. */
export const BASE = { model: { of: 'base' as const }, title: 'Base d4', chats: 'no' as const }

/** How a prompt was read. */
export const FITTED = {
  kept: 3,
  dropped: 0,
  max_tokens: 16,
  sequence_len: 64,
  begun: [],
  dir: '/base/d4',
  step: 3,
  dtype: 'float32' as const,
  tokenizer: 'T',
}

let next = 0
/** A token of what is said. */
export function token(text: string, more: Partial<TalkToken> = {}): TalkToken {
  return {
    id: (next += 1),
    text,
    piece: text,
    part: 'text',
    forced: false,
    probability: 0.5,
    rank: 1,
    alternatives: [],
    ...more,
  }
}

export function special(name: string, part: TalkToken['part'], forced = false): TalkToken {
  return token('', { piece: `<|${name}|>`, part, forced })
}

export function take(id: string, texts: readonly string[], more: Partial<Take> = {}): Take {
  const fresh = freshTake({ ...BASE, id, sampling: SAMPLING })
  const answers = [
    { tokens: texts.map((text) => token(text)), rest: '', stopped: 'end' as const, written: null },
  ]
  return { ...fresh, answers, fitted: FITTED, tokPerSec: 100, ...more }
}

export function exchange(id: string, said: string, ...takes: Take[]): Exchange {
  return { id, said, sides: takes.map((each) => ({ takes: [each], shown: 0 })) }
}

export function modelView(more: Partial<ModelView> = {}): ModelView {
  return {
    model: { of: 'base' },
    title: 'Base d4',
    place: 'base',
    tag: 'd4',
    step: 0,
    dir: '/base/d4',
    runId: null,
    identity: null,
    val_bpb: null,
    parameters: 5e6,
    dtype: 'float32',
    vocab_size: 4096,
    sequence_len: 512,
    changing: false,
    chats: 'no',
    refusal: null,
    ...more,
  }
}
