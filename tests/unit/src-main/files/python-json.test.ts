import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readJsonFile } from '../../../../src-main/files/python-json'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

const schema = z.object({ step: z.int(), bpb: z.number().nullable(), text: z.string() })

function file(text: string): string {
  const path = join(temporaryFolder(), 'meta.json')
  writeFileSync(path, text)
  return path
}

it('reads what Python writes for infinities as null, and leaves texts alone', async () => {
  const text = '{"step": 1, "bpb": Infinity, "text": "NaN, -Infinity and \\"NaN\\""}'
  expect(await readJsonFile(file(text), schema)).toEqual({
    step: 1,
    bpb: null,
    text: 'NaN, -Infinity and "NaN"',
  })
  expect(await readJsonFile(file('{"step": 1, "bpb": -Infinity, "text": ""}'), schema)).toMatchObject({
    bpb: null,
  })
})

it('names the file and the field that is wrong', async () => {
  const path = file('{"step": 1.5, "bpb": 1, "text": "t"}')
  await expect(readJsonFile(path, schema)).rejects.toMatchObject({
    code: 'checkpoint.json',
    message: `${path}: step is 1.5; it must be a whole number.`,
    issues: [{ path: 'step', message: 'is 1.5; it must be a whole number' }],
  })
})

it('refuses the name that objects drop, however deep it lies', async () => {
  const text = '{"step": 1, "bpb": 1, "text": "__proto__", "user_config": {"__proto__": {"depth": 4}}}'
  await expect(readJsonFile(file(text), schema)).rejects.toMatchObject({
    code: 'checkpoint.json',
    message: containing('it has the name __proto__'),
  })
  expect(await readJsonFile(file(text.replace('{"__proto__"', '{"proto"')), schema)).toMatchObject({
    step: 1,
  })
})

it('says that a cut file is not JSON', async () => {
  await expect(readJsonFile(file('{"step": 1,'), schema)).rejects.toMatchObject({
    code: 'checkpoint.json',
    message: containing('not JSON'),
  })
})

it('reads and refuses texts of any length and depth', async () => {
  const long = JSON.stringify('\\'.repeat(3_000_000))
  expect(await readJsonFile(file(`{"step": 1, "bpb": NaN, "text": ${long}}`), schema)).toMatchObject({
    bpb: null,
  })
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  await expect(readJsonFile(file(`{"step": ${deep}, "bpb": 1, "text": ""}`), schema)).rejects.toMatchObject({
    code: 'json.too-deep',
    message: containing('meta.json has lists or objects within one another'),
  })
})
