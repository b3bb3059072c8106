import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { whyUnwritable } from '../../../../src-main/checkpoint/try-folder'
import { ownerTag, thisThread } from '../../../../src-main/files/process-identity'
import { temporaryFolder } from '../../../support/temporary-folder'

test('a folder that takes files, there or still to be made, is left as it was', async () => {
  const dir = temporaryFolder()
  expect(await whyUnwritable(dir)).toBeNull()
  expect(await whyUnwritable(join(dir, 'not', 'there', 'yet'))).toBeNull()
  expect(readdirSync(dir)).toEqual([])
})

test('what a killed try left is cleared away', async () => {
  const dir = temporaryFolder()
  mkdirSync(join(dir, `.midbench-try.part-${ownerTag({ ...thisThread(), pid: 2 ** 30 })}-00112233aabb`))
  expect(await whyUnwritable(dir)).toBeNull()
  expect(readdirSync(dir)).toEqual([])
})

test('a file in the way is named, at whatever height', async () => {
  const dir = temporaryFolder()
  writeFileSync(join(dir, 'mid_checkpoints'), '')
  for (const asked of ['mid_checkpoints', 'mid_checkpoints/d4/deeper']) {
    const reason = await whyUnwritable(join(dir, asked))
    expect(reason).toBe(`${join(dir, 'mid_checkpoints')} is a file where a folder belongs`)
  }
})

test('a link that leads nowhere is no folder', async () => {
  const dir = temporaryFolder()
  symlinkSync(join(dir, 'gone'), join(dir, 'link'))
  expect(await whyUnwritable(join(dir, 'link'))).toContain(`${join(dir, 'link')} takes no file`)
  mkdirSync(join(dir, 'gone'))
  expect(await whyUnwritable(join(dir, 'link'))).toBeNull()
})

// The mode bits of these do not stop root: only trying does.
test.each(['/proc', '/sys/kernel'])('%s takes no file, whoever asks', async (place) => {
  expect(await whyUnwritable(join(place, 'mid_checkpoints'))).toContain(`${place} takes no file: `)
})
