/**
 * `chat`: a conversation in the terminal. What is typed goes to the model, whose answer is printed as it comes; Ctrl-C
 * stops an answer, and what was said of it stays in the conversation; the end of input (Ctrl-D) ends it.
 *
 * Answers go to stdout and all else to stderr, so that lines can be piped in and answers out.
 */
import { createInterface, type Interface } from 'node:readline'

import type { GenerateEvent, Trainer } from '../engine/trainer-calls'
import { openChosenTrainer } from '../runs/trainer-host'
import { withTrainer } from '../runs/trainer-job'
import { type Asked, askedOptions, askedUsage, readAsked, warnOfBase, warnOfLength } from './asked'
import type { Command, CommandIo } from './command'

const usage = `chat --checkpoint DIR [--tokenizer DIR] ${askedUsage}`

/** nanochat's own, for a chat. */
const TEMPERATURE = 0.6

export const command: Command = {
  name: 'chat',
  summary: 'a conversation with a checkpoint; Ctrl-C stops an answer, the end of input ends it',
  usage,
  options: askedOptions,

  async run(values, io) {
    const asked = await readAsked(values, usage, TEMPERATURE)
    warnOfBase(asked.checkpointDir, io)
    const terminal = createInterface({ input: process.stdin, output: process.stderr, prompt: '> ' })
    try {
      await withTrainer(openChosenTrainer, (trainer) => converse(new Chat(trainer, asked, io), terminal, io))
    } finally {
      terminal.close()
    }
    io.signal.throwIfAborted()
    return 0
  },
}

async function converse(chat: Chat, terminal: Interface, io: CommandIo): Promise<void> {
  terminal.on('SIGINT', () => {
    // readline takes Ctrl-C from a terminal, so the process gets no signal.
    if (!chat.stop()) io.stderr('\nCtrl-D ends the conversation.')
  })
  io.signal.addEventListener('abort', () => {
    terminal.close()
  })
  const ask = (): void => {
    if (process.stdin.isTTY) terminal.prompt()
  }
  ask()
  for await (const line of terminal) {
    if (!io.signal.aborted && line.trim() !== '') await chat.say(line)
    if (io.signal.aborted) return
    ask()
  }
}

/** The conversation so far, as the ids that the model reads. */
class Chat {
  private ids: number[]
  private turns = 0
  private answering: AbortController | null = null

  constructor(
    private readonly trainer: Trainer,
    private readonly asked: Asked,
    private readonly io: CommandIo,
  ) {
    this.ids = [asked.tokenizer.specials['<|bos|>']]
  }

  /** Says something to the model, and prints its answer. */
  async say(text: string): Promise<void> {
    const { tokenizer } = this.asked
    const { specials } = tokenizer
    this.ids.push(specials['<|user_start|>'], ...tokenizer.encodeOrdinary(text), specials['<|user_end|>'])
    this.ids.push(specials['<|assistant_start|>'])
    const question = this.asked.question(Int32Array.from(this.ids))
    question.options.seed += this.turns++ // the same words asked again need not get the same answer
    const answering = (this.answering = new AbortController())
    const signal = AbortSignal.any([answering.signal, this.io.signal])
    try {
      await this.trainer.call('generate', question, { signal, onEvent: this.printer() })
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.answering = null
      this.io.write('\n')
      this.ids.push(specials['<|assistant_end|>'])
    }
  }

  /** Stops the answer that is coming; false where none is. */
  stop(): boolean {
    this.answering?.abort()
    return this.answering !== null
  }

  /** Prints tokens as they come, and adds them to the conversation. */
  private printer(): (event: GenerateEvent) => void {
    const text = new TextDecoder('utf-8', { ignoreBOM: true })
    return (event) => {
      warnOfLength(event, this.io)
      if (event.type !== 'token') return
      this.ids.push(event.id)
      this.io.write(text.decode(this.asked.tokenizer.bytes(event.id), { stream: true }))
    }
  }
}
