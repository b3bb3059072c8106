// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PLAIN_CURVES } from '../../../../src-main/contract/contract'
import { CallError, call, on, onFiles, toCallError } from '../../../../src-renderer/api/client'
import { answerWith, connect, send, settled } from '../main-process'

const settings = {
  theme: 'system' as const,
  base_dir: null,
  threads: null,
  trainer_host: 'auto' as const,
  text_size: 100 as const,
  notify: true,
  curves: PLAIN_CURVES,
}

beforeEach(() => {
  answerWith({ 'settings.get': () => settings })
})

describe('the port', () => {
  let early: Promise<unknown>
  beforeAll(() => {
    early = call('settings.get', {})
  })

  it('is not taken from another origin or another window', async () => {
    answerWith({ 'settings.get': () => settings })
    connect('https://elsewhere.example')
    connect(location.origin, new MessageChannel().port1)
    await settled()
    await expect(Promise.race([early.then(() => 'answered'), settled().then(() => 'waiting')])).resolves.toBe(
      'waiting',
    )
  })
  it('answers calls made before it came', async () => {
    connect()
    await expect(early).resolves.toEqual(settings)
  })
})

describe('call', () => {
  it('gives typed arrays as they are', async () => {
    const ids = Int32Array.from([1, 2, 3])
    const conversation = { messages: [] }
    answerWith({
      'mixture.conversation': () => ({
        index: 0,
        task: 0,
        row: 0,
        conversation,
        ids,
        mask: new Uint8Array(3),
        pieces: [],
        message: [],
      }),
    })
    const config = { mixture: { train: [{ task: 'SmolTalk' as const, split: 'train' as const }], val: [] } }
    const answer = await call('mixture.conversation', { config, dir: '/', split: 'train', at: { index: 0 } })
    expect(answer.ids).toEqual(ids)
  })
  it('throws a failure with its code, remedy and issues', async () => {
    answerWith({
      'settings.get': () => {
        throw new CallError({
          code: 'settings.unreadable',
          message: 'no',
          remedy: 'do this',
          issues: [{ path: 'a', message: 'b' }],
        })
      },
    })
    const error = await call('settings.get', {}).catch(toCallError)
    expect(error).toBeInstanceOf(CallError)
    expect(error).toMatchObject({
      code: 'settings.unreadable',
      message: 'no',
      remedy: 'do this',
      issues: [{ path: 'a', message: 'b' }],
    })
  })
  it('refuses what the contract does not take', async () => {
    answerWith({ 'runs.watch': () => Promise.reject(new Error('reached')) })
    await expect(call('runs.watch', { runId: 'a', fromStep: -1 })).rejects.toMatchObject({
      code: 'input.invalid',
    })
  })
})

it('hears events until it is told to stop', async () => {
  const heard: string[] = []
  const stop = on('run.removed', ({ runId }) => heard.push(runId))
  await send('run.removed', { runId: 'a' })
  stop()
  await send('run.removed', { runId: 'b' })
  expect(heard).toEqual(['a'])
})

it('hears the paths of dropped files from the preload, and from nobody else', () => {
  const heard: string[][] = []
  const stop = onFiles((paths) => heard.push(paths))
  const post = (data: unknown, origin = location.origin): void => {
    window.dispatchEvent(new MessageEvent('message', { data, origin, source: window }))
  }
  post({ type: 'midbench:files', paths: ['/a.jsonl', 7] })
  post({ type: 'midbench:files', paths: ['/b.jsonl'] }, 'https://elsewhere.example')
  post({ type: 'other', paths: ['/c.jsonl'] })
  post(null)
  stop()
  expect(heard).toEqual([['/a.jsonl']])
})

it('makes one kind of error of whatever was thrown', () => {
  expect(toCallError('text')).toMatchObject({ code: 'window', message: 'text', issues: [] })
  expect(toCallError(new TypeError('x'))).toMatchObject({ message: 'x' })
})
