/** `encode`: the ids of a text, or of one JSON string a line. */
import { readFile } from 'node:fs/promises'
import { streamLines, textLines } from '../data/files/text-lines'
import { MidbenchError } from '../errors'
import { requireRegularFile } from '../files/regular-file'
import { loadTokenizer } from '../tokenizer/tokenizer'
import type { Command } from './command'
import { parseJsonString } from './json-strings'
import { optionalString, requiredString } from './usage'

const usage = 'encode --tokenizer DIR [--file F] [--lines]'

export const command: Command = {
  name: 'encode',
  summary: 'the ids of a text from stdin or a file; with --lines, of one JSON string a line',
  usage,
  options: {
    tokenizer: { type: 'string' },
    file: { type: 'string' },
    lines: { type: 'boolean' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const tokenizer = await loadTokenizer(requiredString(values, 'tokenizer', usage))
    const file = optionalString(values, 'file')
    const print = (text: string): void => {
      io.stdout(JSON.stringify({ ids: Array.from(tokenizer.encodeOrdinary(text)) }))
    }
    if (values['lines'] !== true) {
      print(decodeUtf8(file === null ? await readStdin() : await readRegular(file)))
      return 0
    }
    const lines = file === null ? streamLines(process.stdin, 'stdin') : textLines(file, io.signal)
    for await (const { number, text } of lines) {
      io.signal.throwIfAborted()
      print(parseJsonString(text, number))
    }
    return 0
  },
}

async function readRegular(path: string): Promise<Buffer> {
  await requireRegularFile(path)
  return readFile(path)
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new MidbenchError({ code: 'encode.not-utf8', message: 'The text is not UTF-8.' }, { cause })
  }
}
