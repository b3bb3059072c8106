/** `calculate`: what the calculator makes of each text, one JSON string a line. */
import { streamLines } from '../data/files/text-lines'
import { calculate } from '../evaluation/calculator'
import type { Command } from './command'
import { parseJsonString } from './json-strings'

export const command: Command = {
  name: 'calculate',
  summary:
    'what the calculator of a model makes of a text: a JSON string a line of stdin, and one or null a line out',
  usage: 'calculate',
  options: { json: { type: 'boolean' } },

  async run(_values, io) {
    for await (const { number, text } of streamLines(process.stdin, 'stdin')) {
      io.signal.throwIfAborted()
      io.stdout(JSON.stringify(calculate(parseJsonString(text, number))))
    }
    return 0
  },
}
