/** Conversations as lines: the mixture's tasks read them again, and what does not alternate is refused by name. */
import { expect, test } from 'vitest'

import { convertLine } from '../../../../src-main/data/tasks/json-line'
import { nanochat } from '../../../../src-main/data/formats/nanochat'
import { exportedTalks } from '../../../../src-main/services/talk-export'
import { failureOf } from '../../../support/failure'
import { sampleAnswer, sampleExchange, sampleTake, sampleTalk } from '../../../support/talks'

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)

/** One answer of one take. */
const answered = (said: string, change: Parameters<typeof sampleAnswer>[0]) =>
  sampleExchange(said, [sampleTake([sampleAnswer(change)])])

test('what is in sight is taken, corrected by hand or as it came, and nanochat’s own task reads it', () => {
  const samples = [sampleAnswer({ content: 'no' }), sampleAnswer({ content: 'yes' })]
  const chosen = sampleExchange('one', [sampleTake(), sampleTake(samples, { chosen: 1 })])
  for (const side of chosen.sides) side.shown = 1
  const exchanges = [
    chosen,
    answered('two', { content: 'right', written: 'right', stopped: 'limit' }),
    answered('three', { stopped: 'cancelled' }),
  ]
  const exported = exportedTalks([sampleTalk({ exchanges })])
  expect(exported).toMatchObject({ conversations: 1, unfinished: 1, left_out: [], task: 'CustomJSON' })
  const said = linesOf(exported.text).map((text, at) => convertLine({ number: at + 1, text }))
  expect(said).toEqual([
    {
      messages: ['one', 'yes', 'two', 'right', 'three', 'Hello!'].map((content, at) => ({
        role: at % 2 === 0 ? 'user' : 'assistant',
        content,
      })),
    },
  ])
})

test('a system message and the calculator’s parts are kept: the task Conversations reads them', () => {
  const content = [
    { type: 'text' as const, text: 'It is ' },
    { type: 'python' as const, text: '1+1' },
    { type: 'python_output' as const, text: '2' },
  ]
  const odd = 'a\u0000\u001b[0m\u2028\r\n\ud800'
  const exchanges = [answered(odd, { content })]
  const exported = exportedTalks([sampleTalk({ system: 'Be kind.', exchanges }), sampleTalk()])
  expect(exported).toMatchObject({ conversations: 2, unfinished: 0, task: 'Conversations' })
  const [row] = linesOf(exported.text)
  expect(nanochat.convert(JSON.parse(row ?? ''), {})).toEqual({
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: odd },
      { role: 'assistant', content },
    ],
  })
})

test('two models side by side make two conversations; the second begins with what it was told of the first', () => {
  const take = (content: string) => [sampleTake([sampleAnswer({ content })])]
  const exchanges = [
    sampleExchange('one', take('a1')),
    sampleExchange('two', take('a2'), take('b2')),
    sampleExchange('three', take('a3')),
  ]
  const { text } = exportedTalks([sampleTalk({ exchanges })])
  const said = linesOf(text).map((line) =>
    (JSON.parse(line) as { content: string }[]).map(({ content }) => content),
  )
  expect(said).toEqual([
    ['one', 'a1', 'two', 'a2', 'three', 'a3'],
    ['one', 'a1', 'two', 'b2'],
  ])
})

test('what does not alternate is refused by name alone, and left out among others', async () => {
  const unanswered = sampleTalk({
    id: 'u',
    name: 'Half',
    exchanges: [sampleExchange('one'), sampleExchange('two', [])],
  })
  const raw = sampleTalk({ id: 'r', name: 'Raw', raw: true })
  const empty = sampleTalk({ id: 'e', name: 'Empty', exchanges: [] })
  const error = { code: 'graph.memory', message: 'There is no memory.' }
  const failed = sampleTalk({ exchanges: [sampleExchange('one', [sampleTake([sampleAnswer()], { error })])] })
  expect((await failureOf(() => exportedTalks([failed]))).message).toContain('its turn 1 has no answer')
  const alone = await failureOf(() => exportedTalks([unanswered]))
  expect(alone).toMatchObject({
    code: 'talk.not-exported',
    message:
      'Half cannot be exported for training: its turn 2 has no answer: user and assistant must take turns.',
  })
  expect(await failureOf(() => exportedTalks([raw, empty]))).toMatchObject({
    message: expect.stringContaining('nobody takes turns (the first of 2') as string,
    issues: [{ path: 'Raw' }, { path: 'Empty', message: 'nothing is said in it' }],
  })
  expect((await failureOf(() => exportedTalks([]))).message).toContain('no conversation to export')
  const { conversations, left_out } = exportedTalks([unanswered, sampleTalk(), raw])
  expect(conversations).toBe(1)
  expect(left_out).toMatchObject([{ id: 'u', name: 'Half' }, { id: 'r' }])
})
