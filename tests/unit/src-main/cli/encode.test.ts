import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { command } from '../../../../src-main/cli/encode'
import { failureOf } from '../../../support/failure'
import { readGolden } from '../../../support/golden'
import { goldenTokenizerDir } from '../../../support/golden-mixture'
import { runCommand } from '../../../support/command'
import { temporaryFolder } from '../../../support/temporary-folder'

const texts = readGolden('encode.json', z.array(z.object({ text: z.string(), ids: z.array(z.int()) })))

function written(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'text')
  writeFileSync(path, content)
  return path
}

const args = (content: string | Uint8Array, ...more: string[]): string[] => [
  ...['--tokenizer', goldenTokenizerDir, '--file', written(content)],
  ...more,
]

it('encodes a file as one text', async () => {
  for (const { text, ids } of texts) {
    const { stdout } = await runCommand(command, args(text))
    expect(stdout).toEqual([JSON.stringify({ ids })])
  }
})

it('encodes one JSON string a line, whatever is in it', async () => {
  const lines = [...texts.map(({ text }) => text), 'a\u2028b', '\ud800']
  const { stdout } = await runCommand(
    command,
    args(lines.map((text) => JSON.stringify(text)).join('\n'), '--lines'),
  )
  expect(stdout.slice(0, texts.length)).toEqual(texts.map(({ ids }) => JSON.stringify({ ids })))
  expect(stdout).toHaveLength(lines.length)
})

it('refuses lines that are no JSON strings, by number, and bytes that are no UTF-8', async () => {
  for (const line of ['3', 'x', '']) {
    const failure = await failureOf(() => runCommand(command, args(`"a"\n${line}\n"b"`, '--lines')))
    expect(failure.message).toContain('Line 2')
  }
  expect((await failureOf(() => runCommand(command, args(Buffer.from([0xff]))))).code).toBe('encode.not-utf8')
})

it('asks for a tokenizer', async () => {
  expect((await failureOf(() => runCommand(command, []))).code).toBe('usage')
})
