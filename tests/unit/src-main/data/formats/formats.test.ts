import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../../src-main/data/conversation.schema'
import { ConversionFault } from '../../../../../src-main/data/formats/conversion-fault'
import { FORMATS } from '../../../../../src-main/data/formats/formats'
import { recognise } from '../../../../../src-main/data/formats/recognise'
import { exportsOf } from '../../../../support/exports-of'

const AUTO = { format: 'auto', columns: {} } as const

/** What a row becomes, its format recognised. */
function converted(row: unknown): Conversation['messages'] {
  const found = recognise([row], AUTO)
  if ('fault' in found) throw new Error(found.fault)
  return found.format.convert(row, found.columns).messages
}

function faultOf(row: unknown): { reason: string; at: number | null } {
  try {
    converted(row)
  } catch (fault) {
    if (fault instanceof ConversionFault) return { reason: fault.reason, at: fault.at }
    throw fault
  }
  throw new Error('it was converted')
}

it('lists every format that a file of its folder exports', async () => {
  const formats = (await exportsOf('src-main/data/formats')).filter(
    (value) => typeof value === 'object' && value !== null && 'find' in value && 'convert' in value,
  )
  expect(new Set(FORMATS)).toEqual(new Set(formats))
})

describe('any conversation', () => {
  const text = fc.string({ unit: 'binary' })
  const turns = fc.tuple(
    fc.option(text.filter((system) => system.trim().length > 2)),
    fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }),
  )
  const part = fc.record({ type: fc.constantFrom('text', 'python', 'python_output'), text })

  /** The messages of a system text and turns. */
  function messagesOf(system: string | null, pairs: readonly (readonly [string, unknown])[]) {
    return [
      ...(system === null ? [] : [{ role: 'system', content: system as unknown }]),
      ...pairs.flatMap(([user, assistant]) => [
        { role: 'user', content: user },
        { role: 'assistant', content: assistant },
      ]),
    ]
  }

  it('written in nanochat’s form reads back as it was, its parts included', () => {
    const pair = fc.tuple(text, fc.oneof(text, fc.array(part)))
    fc.assert(
      fc.property(fc.option(text), fc.array(pair, { minLength: 1, maxLength: 4 }), (system, pairs) => {
        const messages = messagesOf(system, pairs)
        expect(converted(messages)).toEqual(messages)
      }),
    )
  })

  it('written as OpenAI messages reads back as it was, its texts in one piece or in parts', () => {
    fc.assert(
      fc.property(turns, fc.boolean(), ([system, pairs], inParts) => {
        const messages = messagesOf(system, pairs)
        const written = messages.map(({ role, content }) => {
          const half = String(content).length >> 1
          const texts = [String(content).slice(0, half), String(content).slice(half)]
          return { role, content: inParts ? texts.map((each) => ({ type: 'text', text: each })) : content }
        })
        expect(converted({ id: 7, messages: written })).toEqual(messages)
      }),
    )
  })

  it('written as ShareGPT reads back as it was, its system message in the list or beside it', () => {
    const names: Record<string, string> = { system: 'system', user: 'human', assistant: 'gpt' }
    fc.assert(
      fc.property(turns, fc.boolean(), ([system, pairs], beside) => {
        const all = messagesOf(system, pairs)
        const listed = beside ? messagesOf(null, pairs) : all
        const conversations = listed.map(({ role, content }) => ({ from: names[role], value: content }))
        expect(converted({ conversations, ...(beside ? { system } : {}) })).toEqual(all)
      }),
    )
  })

  it('written as Alpaca reads back as it was, its earlier turns as history', () => {
    const filled = text.filter((each) => each !== '')
    const pairs = fc.array(fc.tuple(filled, filled), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.option(filled), pairs, (system, written) => {
        const history = written.slice(0, -1)
        const [instruction, output] = written.at(-1) ?? ['', '']
        const row = { instruction, input: '', output, system, history }
        expect(converted(row)).toEqual(messagesOf(system, written))
      }),
    )
  })
})

describe('a row', () => {
  const user = { role: 'user', content: 'a' }
  const bot = { role: 'assistant', content: 'b' }

  it('of Alpaca has its input after the instruction', () => {
    expect(converted({ instruction: 'Sum up.', input: 'A text.', output: 'B.' })[0]?.content).toBe(
      'Sum up.\n\nA text.',
    )
  })

  it('keeps no keys that say nothing of the text, and takes null for what is not there', () => {
    const row = { id: 1, tools: [], images: null, messages: [{ ...user, name: 'x', tool_calls: null }, bot] }
    expect(converted(row)).toEqual([user, bot])
  })

  it.each([
    ['a tool’s role', [user, bot, { role: 'tool', content: 'c' }], 'tool-calls', 2],
    ['calls of tools', [user, { ...bot, content: null, tool_calls: [{ id: 'c' }] }], 'tool-calls', 1],
    ['tools beside the messages', { messages: [user, bot], tools: '[{"name": "f"}]' }, 'tool-calls', null],
    [
      'an image as a part',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }, bot] },
      'media',
      0,
    ],
    ['images beside the messages', { messages: [user, bot], images: ['a.png'] }, 'media', null],
    ['reasoning', { messages: [user, { ...bot, reasoning_content: 'well' }] }, 'reasoning', 1],
    ['a message that is not trained on', { messages: [user, { ...bot, weight: 0 }] }, 'weight', 1],
    ['an unknown role', { messages: [user, { role: 'narrator', content: 'b' }] }, 'role', 1],
    ['two users', { messages: [user, user, bot] }, 'turns', 1],
    ['an assistant that begins', { conversations: [{ from: 'gpt', value: 'a' }] }, 'turns', 0],
    ['a system message later on', { messages: [user, bot, { role: 'system', content: 's' }] }, 'turns', 2],
    ['a content that is none', { messages: [user, { role: 'assistant', content: null }] }, 'content', 1],
    ['a content that is a number', { messages: [user, { role: 'assistant', content: 7 }] }, 'content', 1],
    ['a user’s python', [{ role: 'user', content: [{ type: 'python', text: '1' }] }, bot], 'content', 0],
    ['a system message alone', { messages: [{ role: 'system', content: 's' }] }, 'empty', null],
    ['a user who has the last word', { messages: [user, bot, user] }, 'last', 2],
    ['no output', { instruction: 'a', input: '', output: '' }, 'empty', null],
    ['an output that is no text', { instruction: 'a', output: 1 }, 'content', null],
    ['tools beside an instruction', { instruction: 'a', output: 'b', tools: ['f'] }, 'tool-calls', null],
    ['images beside an instruction', { instruction: 'a', output: 'b', images: ['c.png'] }, 'media', null],
    ['reasoning beside an output', { instruction: 'a', output: 'b', reasoning: 'c' }, 'reasoning', null],
  ])('with %s is counted under its reason, with the message', (_, row, reason, at) => {
    expect(faultOf(row)).toEqual({ reason, at })
  })
})

describe('rows with different keys', () => {
  /** What the second row becomes in the format that the first one has. */
  function second(first: object, row: object): Conversation['messages'] {
    const found = recognise([first, row], AUTO)
    if ('fault' in found) throw new Error(found.fault)
    return found.format.convert(row, found.columns).messages
  }
  const [system, user, assistant] = [
    { role: 'system', content: 's' },
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ]

  it('of Alpaca keep the parts that the first row does not have', () => {
    const first = { instruction: 'a', output: 'b' }
    const row = { ...first, input: 'i', system: 's', history: [['c', 'd']] }
    expect(second(first, row)).toEqual([
      system,
      { role: 'user', content: 'c' },
      { role: 'assistant', content: 'd' },
      { role: 'user', content: 'a\n\ni' },
      assistant,
    ])
    expect(second(row, first)).toEqual([user, assistant])
  })

  it.each([
    ['messages', { messages: [user, assistant] }],
    [
      'ShareGPT',
      {
        conversations: [
          { from: 'human', value: 'a' },
          { from: 'gpt', value: 'b' },
        ],
      },
    ],
  ])('of %s keep the system message under either name', (_, row) => {
    const whole = [system, user, assistant]
    expect(second(row, { ...row, system: 's' })).toEqual(whole)
    expect(second(row, { ...row, system_prompt: 's' })).toEqual(whole)
    expect(second({ ...row, system: 's' }, { ...row, system: null, system_prompt: 's' })).toEqual(whole)
    expect(second({ ...row, system: 's' }, row)).toEqual([user, assistant])
  })
})

describe('recognise', () => {
  const chat = [
    { from: 'human', value: 'a' },
    { from: 'gpt', value: 'b' },
  ]
  const fault = (rows: unknown[], wanted: Parameters<typeof recognise>[1] = AUTO): string => {
    const found = recognise(rows, wanted)
    if (!('fault' in found)) throw new Error(`it is ${found.format.name}`)
    return found.fault
  }

  it('takes the first row that is in a format, and the column with a usual name', () => {
    const row = { chosen: chat, conversations: chat }
    expect(recognise([{}, 7, row], AUTO)).toMatchObject({
      format: { name: 'sharegpt' },
      columns: { messages: 'conversations' },
    })
  })

  it('takes the columns that are named', () => {
    const columns = { instruction: 'question', output: 'answer' }
    const found = recognise([{ question: 'a', answer: 'b', input: 'c' }], { format: 'alpaca', columns })
    expect(found).toMatchObject({ columns: { ...columns, input: 'input' } })
    const chosen = { format: 'auto', columns: { messages: 'chosen' } } as const
    expect(recognise([{ chosen: chat, rejected: chat }], chosen)).toMatchObject({
      columns: { messages: 'chosen' },
    })
  })

  it('asks for a column where several hold messages under unusual names', () => {
    expect(fault([{ chosen: chat, rejected: chat }])).toContain('chosen, rejected')
  })

  it('says once what a format is that is not the one asked for', () => {
    expect(fault([{ conversations: chat }], { format: 'alpaca', columns: {} })).toBe(
      'this looks like ShareGPT (an object with a list conversations of from and value); the entry says alpaca',
    )
  })

  it('refuses a column that no row has, also of a part that may be missing', () => {
    const rows = [
      { instruction: 'a', output: 'b' },
      { instruction: 'a', output: 'b', context: 'c' },
    ]
    const asked = (input: string) => ({ format: 'auto', columns: { input } }) as const
    expect(fault(rows, asked('contxt'))).toBe(
      'there is no column contxt; its columns are instruction, output, context',
    )
    expect(recognise(rows, asked('context'))).toMatchObject({ columns: { input: 'context' } })
    const system = { format: 'auto', columns: { system: 'prompt' } } as const
    expect(fault([{ conversations: chat }], system)).toContain('no column prompt')
    const list = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ]
    expect(fault([list], system)).toBe('there is no column prompt; its rows are lists')
  })

  it('says which columns there are where none holds a conversation', () => {
    expect(fault([{ text: 'a', url: 'b' }])).toContain('its columns are text, url')
    expect(fault([{ a: chat }], { format: 'auto', columns: { messages: 'b' } })).toContain(
      'its b holds no messages',
    )
    expect(fault([7])).toContain('no objects')
  })
})
