import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'

import { JsonFile } from '../../../../src-main/files/kept-json'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

const schema = z.object({ count: z.int() })

function fileIn(folder = temporaryFolder()): {
  file: JsonFile<{ count: number }>
  path: string
  folder: string
} {
  const path = join(folder, 'sub', 'value.json')
  return { file: new JsonFile(path, schema), path, folder: join(folder, 'sub') }
}

describe('JsonFile', () => {
  it('is nothing, and no problem, before it is first written', () => {
    expect(fileIn().file.read()).toEqual({ value: null, problem: null })
  })

  it('gives back what was written, and leaves nothing beside it', async () => {
    const { file, folder } = fileIn()
    await file.write({ count: 3 })
    expect(file.read()).toEqual({ value: { count: 3 }, problem: null })
    expect(readdirSync(folder)).toEqual(['value.json'])
  })

  it('ends with the last of many quick changes', async () => {
    const { file } = fileIn()
    const writes = Array.from({ length: 50 }, (_, count) => file.write({ count }))
    await Promise.all(writes)
    expect(file.read().value).toEqual({ count: 49 })
    await file.write({ count: 50 })
    expect(file.read().value).toEqual({ count: 50 })
  })

  it('keeps what cannot be written, says why, and writes it once it can', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { file, folder, path } = fileIn()
    writeFileSync(folder, 'in the way of its folder')
    expect(await failureOf(() => file.write({ count: 3 }))).toMatchObject({
      code: 'file.unwritable',
      message: `${path} cannot be written: a file stands where its folder belongs.`,
    })
    rmSync(folder)
    vi.advanceTimersByTime(3000)
    vi.useRealTimers()
    await vi.waitFor(() => {
      expect(file.read().value).toEqual({ count: 3 })
    })
  })

  it.each([
    ['no JSON', '{ "count": '],
    ['not what it should hold', '{ "count": "three" }'],
    ['empty', ''],
  ])('moves a file aside that is %s, says so, and starts anew', async (_, text) => {
    const { file, path, folder } = fileIn()
    mkdirSync(folder)
    writeFileSync(path, text)
    const { value, problem } = file.read()
    expect(value).toBeNull()
    expect(problem).toContain(path)
    const [aside = ''] = readdirSync(folder)
    expect(problem).toContain(aside)
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(text)
    expect(existsSync(path)).toBe(false)
    await file.write({ count: 1 })
    expect(file.read()).toEqual({ value: { count: 1 }, problem: null })
  })

  it('says what is in the way of reading', () => {
    const { file, path } = fileIn()
    mkdirSync(path, { recursive: true })
    expect(file.read()).toMatchObject({ value: null, problem: expect.stringContaining('it is a folder') })
  })

  it('fails a write that cannot be made, and takes the next one', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'sub'), 'a file where the folder would be')
    await expect(fileIn(folder).file.write({ count: 1 })).rejects.toThrow(
      'a file stands where its folder belongs',
    )
    const { file } = fileIn()
    await file.write({ count: 2 })
    expect(file.read().value).toEqual({ count: 2 })
  })
})
