/** A project's conversations on the disk: the same when opened again, removed and brought back, damaged. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { toFailure } from '../../../../src-main/errors'
import { TalkFolder } from '../../../../src-main/services/talk-folder'
import { failureOf } from '../../../support/failure'
import { sampleExchange, sampleTalk } from '../../../support/talks'
import { temporaryFolder } from '../../../support/temporary-folder'

function newFolder(): TalkFolder {
  return new TalkFolder(join(temporaryFolder(), 'midtraining.talks'))
}

/** Control characters, a line separator, half a character and a special token's name. */
const ODD = 'a\u0000b\u001b[31m\u2028\u2029\r\n"\\\ud800<|bos|>\ufeff'

test('a conversation is the same when it is opened again, whatever its text', async () => {
  const folder = newFolder()
  const talk = sampleTalk({
    name: ODD.trim(),
    system: ODD,
    exchanges: [sampleExchange(ODD), sampleExchange('', [])],
  })
  const kept = await folder.keep(talk)
  expect(await new TalkFolder(folder.folder).open('talk-1')).toEqual(talk)
  expect(await folder.list()).toEqual({ conversations: [kept], problems: [] })
  expect(kept).toMatchObject({ id: 'talk-1', exchanges: 2, models: ['Base d3'], raw: false })
  expect(readdirSync(folder.folder)).toEqual(['talk-1.talk'])
})

test('the one that changed last is the first; a name can be changed', async () => {
  const folder = newFolder()
  expect(await folder.list()).toEqual({ conversations: [], problems: [] })
  const at = (updated: number, id: string): string =>
    `${JSON.stringify({ format: 'midbench-talk-1', id, name: id, raw: false, created_at: 1, updated_at: updated, exchanges: 0, models: [] })}\n`
  await folder.keep(sampleTalk({ id: 'now' }))
  writeFileSync(join(folder.folder, 'old.talk'), at(5, 'old'))
  writeFileSync(join(folder.folder, 'older.talk'), at(4, 'older'))
  const ids = (await folder.list()).conversations.map(({ id }) => id)
  expect(ids).toEqual(['now', 'old', 'older'])
  await folder.rename('now', 'Last words')
  expect(await folder.open('now')).toMatchObject({ name: 'Last words', exchanges: [{ said: 'Hello' }] })
  expect((await folder.list()).conversations[0]).toMatchObject({ name: 'Last words' })
})

test('what was removed comes back, unless another has its place', async () => {
  const folder = newFolder()
  const talk = sampleTalk()
  await folder.keep(talk)
  await folder.remove('talk-1')
  expect((await folder.list()).conversations).toEqual([])
  expect((await failureOf(() => folder.open('talk-1'))).code).toBe('talk.unknown')
  expect((await failureOf(() => folder.remove('talk-1'))).code).toBe('talk.unknown')
  expect(await folder.restore('talk-1')).toMatchObject({ id: 'talk-1', name: 'First words' })
  expect(await folder.open('talk-1')).toEqual(talk)
  await folder.remove('talk-1')
  const [aside, place] = ['removed/talk-1.talk', 'talk-1.talk'].map((name) => join(folder.folder, name))
  cpSync(aside ?? '', place ?? '')
  expect((await failureOf(() => folder.restore('talk-1'))).code).toBe('talk.taken')
  expect((await failureOf(() => folder.restore('never'))).code).toBe('talk.unknown')
})

test('what is kept late of a conversation that was removed does not bring it back, and is there once it is restored', async () => {
  const folder = newFolder()
  await folder.keep(sampleTalk())
  await folder.remove('talk-1')
  await folder.keep(sampleTalk({ name: 'Last words' }))
  expect((await folder.list()).conversations).toEqual([])
  expect(await folder.restore('talk-1')).toMatchObject({ name: 'Last words' })
})

test('of many that were removed, the last twenty stay', async () => {
  const folder = newFolder()
  for (let i = 0; i < 22; i++) {
    await folder.keep(sampleTalk({ id: `t${i}` }))
    await folder.remove(`t${i}`)
  }
  expect(readdirSync(join(folder.folder, 'removed'))).toHaveLength(20)
  expect(await folder.restore('t21')).toMatchObject({ id: 't21' })
})

test('a file that is damaged is named and left as it is, and the others are listed', async () => {
  const folder = newFolder()
  await folder.keep(sampleTalk())
  const damaged = join(folder.folder, 'damaged.talk')
  writeFileSync(damaged, '{"format":"midbench-talk-1","id":')
  const { conversations, problems } = await folder.list()
  expect(conversations.map(({ id }) => id)).toEqual(['talk-1'])
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(damaged)
  expect((await failureOf(() => folder.open('damaged'))).code).toBe('talk.unreadable')
  expect((await failureOf(() => folder.rename('damaged', 'mine'))).code).toBe('talk.unreadable')
  expect(readFileSync(damaged, 'utf8')).toBe('{"format":"midbench-talk-1","id":')
  writeFileSync(join(folder.folder, 'copy.talk'), readFileSync(join(folder.folder, 'talk-1.talk')))
  expect((await folder.list()).problems).toHaveLength(2)
})

test('changes happen one after another, and where the folder cannot be made, that is said', async () => {
  const folder = newFolder()
  const names = ['a', 'b', 'c', 'd']
  await Promise.all(names.map((name) => folder.keep(sampleTalk({ name }))))
  expect(await folder.open('talk-1')).toMatchObject({ name: 'd' })
  await Promise.all([folder.keep(sampleTalk({ name: 'e' })), folder.remove('talk-1')])
  expect((await folder.list()).conversations).toEqual([])
  writeFileSync(join(temporaryFolder(), 'file'), '')
  const taken = join(temporaryFolder(), 'taken.talks')
  writeFileSync(taken, 'a file')
  const failure = await failureOf(() => new TalkFolder(taken).keep(sampleTalk()))
  expect((await new TalkFolder(taken).list()).problems).toEqual([expect.stringContaining(taken)])
  expect(failure).toMatchObject({
    code: 'talk.unwritable',
    message: expect.stringContaining('a file stands') as string,
  })
})

test('a file that is cut or changed anywhere is never taken for another conversation', async () => {
  const folder = newFolder()
  const talk = sampleTalk()
  await folder.keep(talk)
  const path = join(folder.folder, 'talk-1.talk')
  const whole = readFileSync(path)
  const opens = async (bytes: Uint8Array): Promise<string> => {
    writeFileSync(path, bytes)
    await folder.list() // names it, or lists it by its first line
    try {
      return (await folder.open('talk-1')).id
    } catch (error) {
      return toFailure(error).code
    }
  }
  const cut = fc.integer({ min: 0, max: whole.length - 3 }) // without the last brace and line end
  await fc.assert(
    fc.asyncProperty(cut, async (length) => {
      expect(await opens(whole.subarray(0, length))).toBe('talk.unreadable')
    }),
    { numRuns: 40 },
  )
  const flip = fc.tuple(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }))
  await fc.assert(
    fc.asyncProperty(flip, async ([at, byte]) => {
      const changed = Uint8Array.from(whole)
      changed[at] = byte
      const found = await opens(changed)
      expect(found === 'talk-1' || found === 'talk.unreadable').toBe(true)
    }),
    { numRuns: 60, examples: [[[whole.lastIndexOf('talk-1') + 5, 0x32]]] }, // 2: another id
  )
})
