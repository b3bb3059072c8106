// @vitest-environment happy-dom
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { calls, type CallOutput } from '../../../../src-main/contract/contract'
import { CallError } from '../../../../src-renderer/api/client'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useTalk } from '../../../../src-renderer/composables/use-talk'
import { useTalkModels } from '../../../../src-renderer/composables/use-talk-models'
import { useTalkRemoval } from '../../../../src-renderer/composables/use-talk-removal'
import { useTalkShelf } from '../../../../src-renderer/composables/use-talk-shelf'
import { answerContent, chosenAnswer, type Side } from '../../../../src-renderer/talk/conversation'
import { answerWith, connect, made, send, settled } from '../main-process'
import { projectOf, sampleConfig } from '../runs/sample-run'
import { FITTED, modelView, token } from '../talk/samples'

const run = modelView({ model: { of: 'run', runId: 'r' }, title: 'small', chats: 'yes' })
const project = projectOf(sampleConfig())

type Answer = CallOutput<'talk.answer'>
/** What ends each answer that is coming, by its job. */
const endings = new Map<string, { end: (answer: Answer) => void; fail: (error: CallError) => void }>()
/** The folder of the open project's conversations. */
let where = '/p/talks'
/** What keeping a conversation waits for. */
let writing = Promise.resolve()
const kept = new Map<string, CallOutput<'talk.open'>>()
/** The conversations in that folder, as they are listed. */
let listed = (): CallOutput<'talk.rename'>[] => []
const summary = (id: string): CallOutput<'talk.rename'> => {
  const talk = kept.get(id)
  if (!talk) throw new CallError({ code: 'gone', message: 'gone' })
  const { name, raw, created_at, exchanges } = talk
  return { id, name, raw, created_at, updated_at: 1, exchanges: exchanges.length, models: [] }
}

const scope = effectScope()
const used = scope.run(() => ({
  ...useTalk(),
  shelf: useTalkShelf(),
  models: useTalkModels(),
  removal: useTalkRemoval(),
}))
if (!used) throw new Error('the composables gave nothing')
const { talk, say, resend, again, goOn, stop, isAnswering, cut, undoCut, prepare, shelf, models, removal } =
  used

beforeAll(async () => {
  connect()
  answerWith({
    'project.current': () => project,
    'talk.models': () => [modelView(), run],
    'talk.conversations': () => ({ place: where, conversations: listed(), problems: [] }),
    'talk.answer': ({ job }) => new Promise((end, fail) => endings.set(job, { end, fail })),
    'talk.keep': async ({ talk: one }) => {
      kept.set(one.id, one)
      await writing
      return summary(one.id)
    },
    'talk.open': ({ id }) => kept.get(id) ?? Promise.reject(new CallError({ code: 'gone', message: 'gone' })),
    'talk.remove': () => ({}),
    'talk.restore': ({ id }) => summary(id),
    'jobs.cancel': ({ job }) => {
      endings.get(job)?.fail(new CallError({ code: 'cancelled', message: 'stopped' }))
      return {}
    },
  })
  useNavigation().go('talk')
  await useProject().load()
  await vi.waitFor(() => expect(models.asked.value).toHaveLength(1))
})

const asked = () =>
  made
    .filter(({ name }) => name === 'talk.answer')
    .map(({ input }) => calls['talk.answer'].input.parse(input))
const last = () => {
  const found = asked().at(-1)
  if (!found) throw new Error('nothing was asked')
  return found
}
/** Tells a token of an answer that is coming. */
async function tell(job: string, text: string): Promise<void> {
  const tokens = [{ ...token(text), sample: 0 }]
  await send('talk.tokens', { job, seq: 0, fitted: { ...FITTED }, tokens, stopped: [] })
}
async function end(job: string): Promise<void> {
  const stopped = [{ sample: 0, stopped: 'end' as const, text: '' }]
  await send('talk.tokens', { job, seq: 1, fitted: null, tokens: [], stopped })
  endings
    .get(job)
    ?.end({ answers: [{ ids: [1], stopped: 'end', content: '' }], fitted: FITTED, tok_per_sec: 9 })
  await settled()
}
const saidBy = (side: Side | undefined) => {
  const answer = side && chosenAnswer(side)
  return answer && answerContent(answer)
}
const side = (exchange: number, at = 0) => talk.value.exchanges[exchange]?.sides[at]

describe('a conversation', () => {
  it('asks the model that chats, and grows as it answers', async () => {
    const done = say('Hello')
    await settled()
    expect(last()).toMatchObject({
      model: run.model,
      prompt: { as: 'conversation', messages: [{ role: 'user', content: 'Hello' }] },
    })
    expect(isAnswering.value).toBe(true)
    await tell(last().job, 'Hi')
    expect(saidBy(side(0))).toBe('Hi')
    await end(last().job)
    await done
    expect(isAnswering.value).toBe(false)
    expect(used.told.value).toBe('small answered: Hi')
  })

  it('is kept by itself, under the name it begins with', async () => {
    await vi.waitFor(() => expect([...kept.values()].map(({ name }) => name)).toEqual(['Hello']))
    await vi.waitFor(() => expect(shelf.list.value).toHaveLength(1))
  })

  it('asks two models at once, each with its own answers behind it', async () => {
    models.toggleSecond()
    const done = say('And you?')
    await settled()
    const both = asked().slice(-2)
    expect(both.map(({ model }) => model.of)).toEqual(['run', 'base'])
    await tell(both[0]?.job ?? '', 'A')
    await tell(both[1]?.job ?? '', 'B')
    for (const { job } of both) await end(job)
    await done
    expect([saidBy(side(1)), saidBy(side(1, 1))]).toEqual(['A', 'B'])
    models.toggleSecond()
  })

  it('asks once more with another seed, and keeps the answer before', async () => {
    const at = { exchange: talk.value.exchanges[1]?.id ?? '', side: 0 }
    const done = again(at)
    await settled()
    expect(last().sampling.seed).not.toBe(asked().at(-2)?.sampling.seed)
    await tell(last().job, 'C')
    await end(last().job)
    await done
    expect(side(1)?.takes).toHaveLength(2)
    expect(saidBy(side(1))).toBe('C')
  })

  it('goes on from other tokens, which are in sight at once', async () => {
    const at = { exchange: talk.value.exchanges[1]?.id ?? '', side: 0 }
    const other = token('D')
    const done = goOn(at, [other])
    expect(saidBy(side(1))).toBe('D')
    await settled()
    expect(last().begin).toEqual([other.id])
    await end(last().job)
    await done
  })

  it('leaves out what follows where something else is said, which can be undone', async () => {
    const before = talk.value
    const done = resend(talk.value.exchanges[0]?.id ?? '', 'Good day')
    await settled()
    expect(talk.value.exchanges.map(({ said }) => said)).toEqual(['Good day'])
    expect(cut.value?.what).toBe('2 exchanges')
    stop()
    await done
    expect(chosenAnswer(side(0) ?? { takes: [], shown: 0 })?.stopped).toBe('cancelled')
    expect(side(0)?.takes[0]?.error).toBeNull()
    undoCut()
    expect(talk.value).toBe(before)
  })

  it('says why a model did not answer', async () => {
    const done = say('Once more')
    await settled()
    endings.get(last().job)?.fail(new CallError({ code: 'x', message: 'torn' }))
    await done
    expect(side(2)?.takes[0]?.error?.message).toBe('torn')
  })
})

describe('the kept conversations', () => {
  it('open as they were', async () => {
    await shelf.keep()
    const before = talk.value
    const id = shelf.current.value?.id ?? ''
    shelf.startNew()
    expect(talk.value.exchanges).toEqual([])
    await shelf.open(id)
    expect(talk.value).toEqual(before)
    expect(shelf.list.value).toHaveLength(1)
  })
  it('are read with the one open that was open at the last launch, unless a model was chosen for a new one', async () => {
    const { openTalk } = useNavigation()
    const id = shelf.current.value?.id ?? ''
    expect(openTalk.value).toBe(id)
    listed = () => [summary(id)]
    shelf.startNew()
    await settled()
    expect(openTalk.value).toBeNull()
    openTalk.value = id // as a launch finds it
    models.chosen.value = [run.model]
    await shelf.load()
    expect(talk.value.exchanges).toEqual([])
    models.chosen.value = []
    await shelf.load()
    expect([shelf.current.value?.id, talk.value.exchanges.length]).toEqual([id, 3])
    listed = () => []
  })
  it('are removed with a way back', async () => {
    const [one] = shelf.list.value
    if (!one) throw new Error('none is kept')
    await removal.remove(one)
    expect(shelf.list.value).toEqual([])
    expect(talk.value.exchanges).toEqual([])
    await removal.undo()
    expect(shelf.current.value?.id).toBe(one.id)
    expect(talk.value.exchanges).toHaveLength(3)
  })
  it('are others in another project of the same folder, also while the last one is still written', async () => {
    let written: () => void = () => undefined
    writing = new Promise((resolve) => (written = resolve))
    prepare({ system: 'Be brief' })
    where = '/q/talks'
    await send('project.changed', { ...project, id: 'q' })
    await vi.waitFor(() => expect(shelf.place.value).toBe('/q/talks'))
    expect(made.filter(({ name }) => name === 'talk.keep').at(-1)).toMatchObject({
      input: { place: '/p/talks', talk: { system: 'Be brief' } },
    })
    expect(talk.value.exchanges).toEqual([])
    written()
    await settled()
    expect(shelf.list.value).toEqual([])
  })
})
