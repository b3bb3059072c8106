/**
 * A line of a JSONL file as a conversation: an array of messages that alternate user, assistant (docs/REFERENCE.md §1).
 * A fault is described in words: which message, what is there, what must be there. Only a line's first fault is
 * reported.
 */
import { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import { parsePythonJson } from '../../files/json-text'
import { pythonStrip, type TextLine } from '../files/text'
import { dueRole } from './alternation'
import { RowFault } from './row-fault'

/** A fault quotes at most this many characters of a text. */
const QUOTED = 40

/** Matches what V8 quotes of a text: `, "root:x:0:0"... is not valid JSON`. */
const EXCERPT = /, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s

const LIST = 'a line must be a list of messages: [{"role": "user", "content": "…"}, …]'

/** zod's description of a fault: the value at fault, undefined where there is none. */
interface Fault {
  readonly input?: unknown
}

const role = z.enum(['user', 'assistant'], {
  error: ({ input }: Fault) =>
    input === undefined
      ? 'the role is missing; it must be user or assistant, taking turns'
      : `the role is ${shown(input)}; it must be user or assistant, taking turns`,
})

const content = z.string({
  error: ({ input }: Fault) =>
    input === undefined
      ? 'the content is missing; it must be a text'
      : `the content is ${shown(input)}; it must be a text`,
})

const message = z.object(
  { role, content },
  { error: ({ input }: Fault) => `it is ${shown(input)}; it must be an object with role and content` },
)

const messages = z.array(message, { error: ({ input }: Fault) => `it is ${shown(input)}; ${LIST}` }).min(2, {
  error: ({ input }: Fault) =>
    `it has ${Array.isArray(input) && input.length === 1 ? 'only one message' : 'no messages'}; ` +
    'a conversation has at least two, one of user and one of assistant',
})

/** Why a line is no conversation. */
export class LineFault extends RowFault {
  /** @param place `line 12`, or `line 12, message 1`: both are counted from 1. */
  constructor(
    readonly place: string,
    message: string,
  ) {
    super(message)
  }
}

/** The conversation of a line, or undefined for a blank one. @throws LineFault */
export function convertLine({ number, text: raw }: TextLine): Conversation | undefined {
  // Editors put a byte order mark before the first line; it is not part of the text.
  const text = pythonStrip(number === 1 && raw.startsWith('\ufeff') ? raw.slice(1) : raw)
  if (text === '') return undefined
  const line = `line ${String(number)}`
  const at = (index: number): string => `${line}, message ${String(index + 1)}`
  const parsed = messages.safeParse(parseJson(line, text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const index = issue?.path[0]
    throw new LineFault(typeof index === 'number' ? at(index) : line, issue?.message ?? LIST)
  }
  parsed.data.forEach((one, index) => {
    const due = dueRole(index)
    if (one.role === due) return
    throw new LineFault(
      at(index),
      `the role is "${one.role}"; it must be ${due}, since user and assistant take turns and user begins`,
    )
  })
  return { messages: parsed.data }
}

function parseJson(line: string, text: string): unknown {
  try {
    return parsePythonJson(text)
  } catch (error) {
    if (text.startsWith('\ufeff')) {
      throw new LineFault(
        line,
        'it is not JSON: it begins with a byte order mark, which may stand before the first line only',
      )
    }
    // Leaves out V8's excerpt: the reader of the message may not be allowed to read the file.
    const reason = error instanceof Error ? ` (${error.message.replace(EXCERPT, '')})` : ''
    throw new LineFault(line, `it is not JSON; ${LIST}${reason}`)
  }
}

/** A JSON value in the words of a fault. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value)
  const characters = [...value]
  return JSON.stringify(characters.length > QUOTED ? `${characters.slice(0, QUOTED).join('')}…` : value)
}
