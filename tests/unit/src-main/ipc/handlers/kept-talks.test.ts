/** A project's conversations by the page's calls: where they lie, who may name which, and their way into the mixture. */
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

import { talkHandlers } from '../../../../../src-main/ipc/handlers/talk'
import { Inspector } from '../../../../../src-main/runs/inspector'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { DataAccess } from '../../../../../src-main/services/data-access'
import { GrantedPaths } from '../../../../../src-main/services/granted-paths'
import { Jobs } from '../../../../../src-main/services/jobs'
import { KeptTalks } from '../../../../../src-main/services/kept-talks'
import { ProjectStore } from '../../../../../src-main/services/project'
import { Talk } from '../../../../../src-main/services/talk'
import { askedModelsOf } from '../../../../support/asked-models'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { openStore } from '../../../../support/open-store'
import { sampleAnswer, sampleExchange, sampleTake, sampleTalk } from '../../../../support/talks'
import { temporaryFolder } from '../../../../support/temporary-folder'

const starters = { mid: 'resources/starter/preset.json', sft: 'resources/starter/preset-sft.json' }

/** No model is asked here. */
function opened(folder = temporaryFolder()) {
  const kept: { talks?: KeptTalks } = {}
  const project = new ProjectStore({
    file: join(folder, 'project.json'),
    starters,
    beforeMove: async (from, path) => (await kept.talks?.takeAlong(from, path)) ?? null,
    changed: () => undefined,
  })
  const keptTalks = (kept.talks = new KeptTalks({ project: () => project.current, dataDir: folder }))
  const data = new DataAccess({ cacheDir: join(folder, 'cache'), defaultBaseDir: () => null })
  const inspector = new Inspector({ openTrainer: openChosenTrainer })
  const models = askedModelsOf(openStore().store, data, folder)
  const exported: { path: string | null } = { path: join(folder, 'mine') }
  const services = {
    talk: new Talk({ models, inspector, publish: () => undefined }),
    keptTalks,
    jobs: new Jobs(() => undefined),
    dialogs: { saveTalks: () => Promise.resolve(exported.path) },
    granted: new GrantedPaths(),
  }
  return { folder, project, exported, granted: services.granted, call: checked(talkHandlers(services)) }
}

test('a starter’s conversations lie in the person’s data, and go along when it is saved', async () => {
  const { folder, project, call } = opened()
  const { place } = await call['talk.conversations']({})
  expect(place).toBe(join(folder, 'talks', 'preset'))
  const talk = sampleTalk()
  await call['talk.keep']({ place, talk })
  await project.saveAs(join(folder, 'mine.json'))
  const moved = await call['talk.conversations']({})
  expect(moved).toMatchObject({ place: join(folder, 'mine.talks'), conversations: [{ id: 'talk-1' }] })
  await call['talk.keep']({ place: moved.place, talk: { ...talk, name: 'Mine' } })
  expect(await call['talk.open']({ place, id: 'talk-1' })).toEqual(talk) // the starter's stays as it was
  await project.saveAs(join(folder, 'mine.json'))
  await project.openStarter('sft')
  expect((await call['talk.conversations']({})).conversations).toEqual([])
  const again = opened(folder) // after a relaunch
  await again.project.open(join(folder, 'mine.json'))
  const { place: found } = await again.call['talk.conversations']({})
  expect(await again.call['talk.open']({ place: found, id: 'talk-1' })).toEqual({ ...talk, name: 'Mine' })
})

test('a project is saved where its conversations cannot be read, or not be written, and that is said', async () => {
  const { folder, project, call } = opened()
  const { place } = await call['talk.conversations']({})
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, 'a file')
  const unread = await project.saveAs(join(folder, 'mine.json'))
  expect(unread).toMatchObject({ path: join(folder, 'mine.json'), left_behind: { code: 'talk.unreadable' } })
  expect(unread.left_behind?.message).toContain(place)
  await call['talk.keep']({ place: (await call['talk.conversations']({})).place, talk: sampleTalk() })
  writeFileSync(join(folder, 'other.talks'), 'a file')
  const unwritten = await project.saveAs(join(folder, 'other.json'))
  expect(unwritten.left_behind).toMatchObject({ code: 'talk.unwritable' })
  expect(existsSync(join(folder, 'other.json'))).toBe(true)
  expect((await project.saveAs(join(folder, 'third.json'))).left_behind).toMatchObject({
    code: 'talk.unreadable',
  })
  await project.open(join(folder, 'mine.json'))
  expect(await project.saveAs(join(folder, 'fourth.json'))).not.toHaveProperty('left_behind')
})

test('the page names no folder but those it was told', async () => {
  const { folder, call } = opened()
  const place = join(folder, 'elsewhere')
  const refused = async (act: () => unknown) => (await failureOf(act)).code
  expect(await refused(() => call['talk.keep']({ place, talk: sampleTalk() }))).toBe('talk.place')
  expect(await refused(() => call['talk.open']({ place, id: 'talk-1' }))).toBe('talk.place')
  expect(await refused(() => call['talk.export']({ place, ids: null }))).toBe('talk.place')
})

test('a conversation is renamed, removed and brought back', async () => {
  const { call } = opened()
  const { place } = await call['talk.conversations']({})
  await call['talk.keep']({ place, talk: sampleTalk() })
  const at = { place, id: 'talk-1' }
  expect(await call['talk.rename']({ ...at, name: 'Other' })).toMatchObject({ name: 'Other' })
  await call['talk.remove'](at)
  expect(await call['talk.conversations']({})).toMatchObject({ conversations: [] })
  expect(await call['talk.restore'](at)).toMatchObject({ name: 'Other' })
})

test('what is exported can be listed in the mixture at once', async () => {
  const { folder, exported, granted, call } = opened()
  const { place } = await call['talk.conversations']({})
  await call['talk.keep']({ place, talk: sampleTalk() })
  await call['talk.keep']({ place, talk: sampleTalk({ id: 'half', exchanges: [sampleExchange('one', [])] }) })
  const path = join(folder, 'mine.jsonl')
  expect(await call['talk.export']({ place, ids: null })).toEqual({
    path,
    conversations: 1,
    unfinished: 0,
    left_out: [{ id: 'half', name: 'First words', reason: expect.stringContaining('turn 1') as string }],
    entry: { task: 'CustomJSON', filepath: path },
  })
  expect(readFileSync(path, 'utf8')).toBe(
    '[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello!"}]\n',
  )
  expect(() => granted.require(path)).not.toThrow()
  expect((await failureOf(() => call['talk.export']({ place, ids: ['half'] }))).code).toBe(
    'talk.not-exported',
  )
  const parts = [{ type: 'python' as const, text: '1+1' }]
  const calculated = sampleTalk({
    id: 'c',
    exchanges: [sampleExchange('one', [sampleTake([sampleAnswer({ content: parts })])])],
  })
  await call['talk.keep']({ place, talk: calculated })
  expect(await call['talk.export']({ place, ids: ['c'] })).toMatchObject({
    entry: { task: 'Conversations', source: path, format: 'nanochat' },
  })
  truncateSync(join(place, 'talk-1.talk'), 400) // its first line is whole, what was said is not
  const others = await call['talk.export']({ place, ids: null })
  expect(others).toMatchObject({ conversations: 1 })
  expect(others?.left_out.map(({ id }) => id).sort()).toEqual(['half', 'talk-1'])
  expect((await failureOf(() => call['talk.export']({ place, ids: ['talk-1'] }))).code).toBe(
    'talk.unreadable',
  )
  exported.path = null // the dialog is cancelled
  expect(await call['talk.export']({ place, ids: ['c'] })).toBeNull()
})
