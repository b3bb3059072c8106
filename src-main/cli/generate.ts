/** `generate`: a checkpoint's answer to a prompt, with its ids, as one JSON object. */
import { z } from 'zod'

import { parseJson } from '../config/config'
import type { GenerateEvent } from '../engine/trainer-calls'
import { MidbenchError } from '../errors'
import { readTextFile } from '../files/text-file'
import { promptOf } from '../tokenizer/prompt'
import type { Tokenizer } from '../tokenizer/tokenizer'
import { askedOptions, askedUsage, readAsked, warnOfBase, warnOfLength } from './asked'
import type { Command, CommandValues } from './command'
import { eventsWithBar } from './trainer-job'
import { optionalString, usageError } from './usage'

const usage = `generate --checkpoint DIR [--tokenizer DIR] (--prompt TEXT | --ids F) [--raw] ${askedUsage}`

/** Number of logits after the prompt that are printed. */
const HEAD = 16

export const command: Command = {
  name: 'generate',
  summary: 'a checkpoint’s answer to a prompt, or what it makes of ids',
  usage,
  options: {
    ...askedOptions,
    prompt: { type: 'string' },
    ids: { type: 'string' },
    raw: { type: 'boolean' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const source = sourceOf(values)
    const asked = await readAsked(values, usage, 0)
    const { tokenizer, checkpointDir } = asked
    const prompt = 'ids' in source ? await readIds(source.ids) : idsOfText(source, tokenizer)
    if ('text' in source && !source.raw) warnOfBase(checkpointDir, io)
    const result = await eventsWithBar(
      io,
      (trainer, call) => trainer.call('generate', asked.question(prompt), call),
      (event: GenerateEvent) => {
        warnOfLength(event, io)
      },
    )
    const [{ ids, stopped } = { ids: [], stopped: 'limit' }] = result.answers
    io.stdout(
      JSON.stringify({
        prompt_ids: [...prompt.subarray(result.dropped)],
        first_logits_head: [...result.firstLogits.subarray(0, HEAD)],
        ids,
        text: tokenizer.decode(ids),
        stopped,
        tok_per_sec: Number(result.tokPerSec.toFixed(2)),
      }),
    )
    return 0
  },
}

type Source = { text: string; raw: boolean } | { ids: string }

function sourceOf(values: CommandValues): Source {
  const [text, ids] = [optionalString(values, 'prompt'), optionalString(values, 'ids')]
  const raw = values['raw'] === true
  if (text !== null && ids === null) return { text, raw }
  if (ids !== null && text === null && !raw) return { ids }
  throw usageError(
    raw && ids !== null
      ? '--raw is for --prompt: ids are taken as they are.'
      : 'Give either --prompt TEXT or --ids F.',
    `Usage: midbench ${usage}`,
  )
}

/** A raw text begins a document, as in the base model's training: after bos. */
function idsOfText({ text, raw }: { text: string; raw: boolean }, tokenizer: Tokenizer): Int32Array {
  if (!raw) return promptOf(tokenizer, { messages: [{ role: 'user', content: text }] })
  return Int32Array.from([tokenizer.specials['<|bos|>'], ...tokenizer.encodeOrdinary(text)])
}

async function readIds(path: string): Promise<Int32Array> {
  const { success, data } = z.array(z.int()).safeParse(parseJson(await readTextFile(path), path))
  if (success) return Int32Array.from(data)
  throw new MidbenchError({ code: 'generation.prompt', message: `${path} is no JSON list of ids.` })
}
