/** What `generate` and `chat` have in common: the model, its tokenizer, and how tokens are drawn. */
import { basename, dirname, join, resolve } from 'node:path'

import type { AnsweredWith } from '../engine/asked'
import type { GenerateEvent, GenerateQuestion } from '../engine/trainer-calls'
import { dataDir } from '../native/paths'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import type { CommandIo, CommandValues } from './command'
import { optionalChoice, optionalCount, optionalNumber, optionalString, requiredString } from './usage'

/** Options of the command line; those of one command come in addition. */
export const askedOptions = {
  checkpoint: { type: 'string' },
  tokenizer: { type: 'string' },
  'max-tokens': { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  seed: { type: 'string' },
  dtype: { type: 'string' },
} as const

export const askedUsage =
  '[--max-tokens 256] [--temperature T] [--top-k 50] [--seed 42] [--dtype float32|bfloat16]'

/** A checkpoint, its tokenizer, and how it is computed. */
export interface AskedCheckpoint {
  checkpointDir: string
  tokenizer: Tokenizer
  tokenizerDir: string
  /** The part of every question that says what is asked. */
  model: AnsweredWith
}

export interface Asked extends AskedCheckpoint {
  /** The question about a prompt. */
  question(prompt: Int32Array, seed?: number): GenerateQuestion
}

/**
 * The options checkpoint, tokenizer and dtype.
 * @throws MidbenchError `usage`; what reading the tokenizer throws
 */
export async function readCheckpoint(values: CommandValues, usage: string): Promise<AskedCheckpoint> {
  const checkpointDir = resolve(requiredString(values, 'checkpoint', usage))
  const dtype = optionalChoice(values, 'dtype', ['float32', 'bfloat16']) ?? 'float32'
  const given = optionalString(values, 'tokenizer')
  const tokenizerDir = given === null ? join(checkpointDir, '..', '..', 'tokenizer') : resolve(given)
  const tokenizer = await loadTokenizer(tokenizerDir)
  const model = { of: modelIn(checkpointDir), dtype, vocabSize: tokenizer.vocabSize }
  return { checkpointDir, tokenizer, tokenizerDir, model }
}

/**
 * @param temperature where none is given
 * @throws MidbenchError `usage`; what reading the tokenizer throws
 */
export async function readAsked(values: CommandValues, usage: string, temperature: number): Promise<Asked> {
  const topK = optionalCount(values, 'top-k', 0) ?? 50
  const drawing = {
    maxTokens: optionalCount(values, 'max-tokens', 0) ?? 256,
    temperature: optionalNumber(values, 'temperature', 0) ?? temperature,
    topK: topK === 0 ? null : topK,
    seed: optionalCount(values, 'seed', 0) ?? 42,
  }
  const asked = await readCheckpoint(values, usage)
  const stop = stopsOf(asked.tokenizer)
  return {
    ...asked,
    question: (prompt, seed = drawing.seed) => ({
      ...asked.model,
      prompt,
      options: { ...drawing, seed, samples: 1, stop, alternatives: null },
      calculatorOf: asked.tokenizerDir,
    }),
  }
}

/** The ids that end an answer. */
export function stopsOf({ specials }: Tokenizer): { end: number; bos: number } {
  return { end: specials['<|assistant_end|>'], bos: specials['<|bos|>'] }
}

function modelIn(checkpointDir: string): AnsweredWith['of'] {
  const noBase = { baseDir: '', modelTag: null, modelStep: null }
  return { runDir: null, checkpointDir, ...noBase, dataDir: dataDir(), deviceType: '', threads: null }
}

/** Says that a base checkpoint does not chat; a checkpoint's folder is what tells. */
export function warnOfBase(checkpointDir: string, io: CommandIo): void {
  if (basename(dirname(checkpointDir)) !== 'base_checkpoints') return
  io.stderr(
    'This is a base checkpoint, which was never taught to chat: it goes on with a text, and knows no turns.',
  )
}

/** Says what of a long prompt the model reads, and that it was trained on shorter ones. */
export function warnOfLength(event: GenerateEvent, io: CommandIo): void {
  if (event.type !== 'fitted') return
  const { kept, dropped, maxTokens, sequenceLen } = event
  if (dropped > 0) {
    const all = (kept + dropped).toLocaleString('en-US')
    io.stderr(
      `The prompt's ${all} ids and an answer of up to ${maxTokens} are more than the model takes, ten times its sequence_len of ${sequenceLen}: it reads the last ${kept} ids, and the first ${dropped} are left out.`,
    )
  } else if (kept > sequenceLen) {
    io.stderr(`The prompt has ${kept} ids; the model was trained on texts of at most ${sequenceLen}.`)
  }
}
