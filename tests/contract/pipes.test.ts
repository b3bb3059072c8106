/** Output through a real pipe: all of it reaches a slow reader, and a reader that leaves early is no fault. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { MOST_REPEATS } from '../../src-main/bounds.schema'
import type { RunConfig } from '../../src-main/config/config.schema'
import { HEADLESS } from '../support/command-line'
import { goldenConfig } from '../support/golden-run'
import { STARTER_DIR, smallConfig } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

const PROJECT = join(import.meta.dirname, '..', '..')
const COMMAND = `'${process.execPath}' '${HEADLESS}'`
const TOKENIZER = join(STARTER_DIR, 'tokenizer')
/** Characters; each is at least three of output. */
const LONG = 2_500_000
const TIMEOUT_MS = 120_000

/** Runs a pipeline in bash; `stages` are the exit codes of its stages. */
function pipeline(folder: string, text: string) {
  const script = `${text}; echo "\${PIPESTATUS[@]}" > '${join(folder, 'stages')}'`
  const env = { ...process.env, MIDBENCH_HOME: folder }
  const { stderr } = spawnSync('bash', ['-c', script], { cwd: PROJECT, env, encoding: 'utf8' })
  return { stages: readFileSync(join(folder, 'stages'), 'utf8').trim(), stderr }
}

/** What a reader gets that begins late and reads on until the end. */
function readSlowly(folder: string, args: string): string {
  const out = join(folder, 'out')
  const { stages, stderr } = pipeline(folder, `${COMMAND} ${args} | (sleep 1; cat) > '${out}'`)
  expect(stages, stderr).toBe('0 0')
  return readFileSync(out, 'utf8')
}

function longText(folder: string): string {
  const path = join(folder, 'text.txt')
  writeFileSync(path, '=\n'.repeat(LONG / 2))
  return path
}

function configFile(folder: string, options: Partial<RunConfig> = {}): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, JSON.stringify(smallConfig(options)))
  return path
}

/** A config of one conversation, whose answer is long. */
function longAnswer(folder: string): string {
  const filepath = join(folder, 'long.jsonl')
  const messages = [
    { role: 'user', content: 'Count.' },
    { role: 'assistant', content: '= '.repeat(LONG) },
  ]
  writeFileSync(filepath, `${JSON.stringify(messages)}\n`)
  return configFile(folder, { mixture: { train: [{ task: 'CustomJSON', filepath }], val: [] } })
}

const ids = z.strictObject({ ids: z.array(z.int()) })

describe('5 MB, or the most there can be, reach a slow reader whole', { timeout: TIMEOUT_MS }, () => {
  test('of encode', () => {
    const folder = temporaryFolder()
    const out = readSlowly(folder, `encode --tokenizer '${TOKENIZER}' --file '${longText(folder)}'`)
    expect(out.length).toBeGreaterThan(5e6)
    expect(ids.parse(JSON.parse(out)).ids.length).toBeGreaterThan(LONG / 4)
  })

  test('of encode --lines', () => {
    const folder = temporaryFolder()
    const path = join(folder, 'lines.txt')
    writeFileSync(path, '"a word and another"\n'.repeat(200_000))
    const out = readSlowly(folder, `encode --lines --tokenizer '${TOKENIZER}' --file '${path}'`)
    expect(out.length).toBeGreaterThan(5e6)
    expect(out.split('\n')).toHaveLength(200_001)
  })

  test('of render', () => {
    const folder = temporaryFolder()
    const out = readSlowly(folder, `render --config '${longAnswer(folder)}' --split train --index 0`)
    expect(out.length).toBeGreaterThan(5e6 - 1e5)
    expect(JSON.parse(out)).toHaveProperty('conversation')
  })

  test('of pack', () => {
    const folder = temporaryFolder()
    const config = configFile(folder, { device_batch_size: 512, max_seq_len: 2048 })
    const out = readSlowly(folder, `pack --config '${config}' --split train --batches 1 --first`)
    expect(out.length).toBeGreaterThan(5e6)
    expect(JSON.parse(out)).toHaveProperty('first')
  })

  test('of mixture', () => {
    const folder = temporaryFolder()
    const entry = { task: 'SimpleSpelling', split: 'train', size: 1, repeat: MOST_REPEATS } as const
    const word_list = join(STARTER_DIR, 'words.txt')
    const config = configFile(folder, {
      mixture: { train: Array.from({ length: 4 }, () => ({ ...entry, word_list })), val: [] },
    })
    const out = readSlowly(folder, `mixture --config '${config}'`)
    expect(out.length).toBeGreaterThan(4 * 65_536)
    expect(JSON.parse(out)).toHaveProperty('train.length', 4 * MOST_REPEATS)
  })
})

test(
  'a reader that leaves early ends the command, with 0 and without a word',
  () => {
    const folder = temporaryFolder()
    const command = `${COMMAND} encode --tokenizer '${TOKENIZER}' --file '${longText(folder)}'`
    const { stages, stderr } = pipeline(folder, `${command} | head -c 10 > '${join(folder, 'out')}'`)
    expect(readFileSync(join(folder, 'out'), 'utf8')).toMatch(/^\{"ids":\[\d+/)
    expect({ stages, stderr }).toEqual({ stages: '0 0', stderr: '' })
  },
  TIMEOUT_MS,
)

test(
  'a run whose reader leaves early is saved',
  () => {
    const folder = temporaryFolder()
    const path = join(folder, 'config.json')
    writeFileSync(path, JSON.stringify(goldenConfig({ num_iterations: 200 })))
    const train = `${COMMAND} train --config '${path}' --json`
    const left = pipeline(folder, `${train} | head -n 3 > /dev/null`)
    expect(left.stages, left.stderr).toBe('0 0')
    const resumed = pipeline(folder, `${train} --resume --stop-after 1 | tail -n 1`)
    expect(resumed.stages, resumed.stderr).toBe('0 0')
  },
  TIMEOUT_MS,
)

test(
  'exit codes pass through a pipe as they are',
  () => {
    const folder = temporaryFolder()
    expect(pipeline(folder, `${COMMAND} trian | cat`).stages).toBe('2 0')
    expect(pipeline(folder, `${COMMAND} mixture --config nowhere.json | cat`).stages).toBe('1 0')
  },
  TIMEOUT_MS,
)

describe('a path on the command line counts from where the person stands', { timeout: TIMEOUT_MS }, () => {
  test.each([
    ['npm run in a folder of the package', ['run', '--silent', 'midbench', '--'], join(PROJECT, 'resources')],
    ['npm --prefix', ['--prefix', PROJECT, 'run', '--silent', 'midbench', '--'], STARTER_DIR],
  ])('with %s', (_how, npm, cwd) => {
    const config = cwd === STARTER_DIR ? 'preset.json' : 'starter/preset.json'
    const env = { ...process.env, MIDBENCH_HOME: temporaryFolder(), npm_lifecycle_event: '', INIT_CWD: '' }
    const out = execFileSync('npm', [...npm, 'mixture', '--config', config], { cwd, env, encoding: 'utf8' })
    expect(JSON.parse(out)).toHaveProperty('train')
  })
})
