import { expect, it } from 'vitest'

import { GrantedPaths } from '../../../../src-main/services/granted-paths'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import { smallConfig } from '../../../support/small-project'

const allows = (granted: GrantedPaths, path: string): boolean => {
  try {
    granted.require(path)
    return true
  } catch {
    return false
  }
}

it('allows what was chosen, however it is written, and nothing beside it', () => {
  const granted = new GrantedPaths()
  granted.grant('/home/me/data/mine.jsonl')
  expect(allows(granted, '/home/me/data/mine.jsonl')).toBe(true)
  expect(allows(granted, '/home/me/data/../data/mine.jsonl')).toBe(true)
  expect(
    ['/home/me/data', '/home/me/data/mine.jsonl.bak', '/etc/passwd'].some((path) => allows(granted, path)),
  ).toBe(false)
})

it('allows what lies in a folder that was chosen, where that is asked for', () => {
  const granted = new GrantedPaths()
  granted.grant('/home/me/chats')
  const within = (path: string) => (): void => granted.requireWithin(path)
  for (const path of ['/home/me/chats', '/home/me/chats/a.jsonl', '/home/me/chats/x/*.jsonl']) {
    expect(within(path)).not.toThrow()
  }
  for (const path of ['/home/me/chats-2/a.jsonl', '/home/me', '/home/me/chats/../secret']) {
    expect(within(path)).toThrow('was not chosen by you')
  }
  expect(allows(granted, '/home/me/chats/a.jsonl')).toBe(false)
})

it('allows the files of an opened project, its paths from its folder', () => {
  const granted = new GrantedPaths()
  const mixture: RunConfig['mixture'] = {
    train: [
      { task: 'CustomJSON', filepath: 'a.jsonl' },
      { task: 'SimpleSpelling', split: 'train', size: 10, word_list: 'lists/words.txt' },
    ],
    val: [{ task: 'GSM8K', subset: 'main', split: 'train', data_files: ['one.parquet'] }],
  }
  const config = smallConfig({ mixture })
  granted.grantProject({ path: '/project/p.json', dir: '/project', config })
  for (const name of ['p.json', 'a.jsonl', 'lists/words.txt', 'one.parquet']) {
    expect(allows(granted, `/project/${name}`)).toBe(true)
  }
  expect(allows(granted, '/project/b.jsonl')).toBe(false)
})
