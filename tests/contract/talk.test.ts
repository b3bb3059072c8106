/** `generate`, `chat` and `measure` as others use them: names, flags, what is printed where, and what is refused. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { writeModelCheckpoint } from '../../src-main/checkpoint/nanochat-files'
import { tinyCheckpoint } from '../support/checkpoints'
import { type Finished, runCommandLine, startCommand } from '../support/command-line'
import { certain, farthest, talkCheckpoint } from '../support/generation'
import { goldenPath } from '../support/golden'
import { goldenMixture, goldenTokenizerDir } from '../support/golden-mixture'
import { goldenTalk } from '../support/golden-talk'
import { temporaryFolder } from '../support/temporary-folder'

/** Processes that load TensorFlow, on a machine that may be busy. */
const BUSY_MS = 180_000

const ids = z.array(z.int())
const answer = z.strictObject({
  prompt_ids: ids,
  first_logits_head: z.array(z.number()).length(16),
  ids,
  text: z.string(),
  stopped: z.enum(['end', 'bos', 'limit']),
  tok_per_sec: z.number().positive(),
})

function answerOf({ stdout }: Finished): z.infer<typeof answer> {
  expect(stdout).toHaveLength(1)
  return answer.parse(JSON.parse(stdout.join('')))
}

function generate(folder: string, ...args: string[]): Promise<Finished> {
  return runCommandLine(folder, ['generate', '--checkpoint', talkCheckpoint, ...args])
}

function measure(folder: string, ...args: string[]): Promise<Finished> {
  return runCommandLine(folder, ['measure', '--checkpoint', talkCheckpoint, ...args])
}

test(
  'ids are taken as they are, and the answer is the reference’s',
  async () => {
    const folder = temporaryFolder()
    const golden = goldenTalk.generate.find(({ task }) => task === 'MMLU')
    if (golden === undefined) throw new Error('the reference has an answer')
    const file = join(folder, 'ids.json')
    writeFileSync(file, JSON.stringify(golden.prompt))
    const finished = await generate(folder, '--ids', file, '--max-tokens', '16')
    expect(finished).toMatchObject({ code: 0, stderr: '' })
    const printed = answerOf(finished)
    expect(printed.prompt_ids).toEqual(golden.prompt)
    expect(farthest(printed.first_logits_head, golden.first_logits_head)).toBeLessThan(1e-3)
    const count = Math.min(certain(golden), printed.ids.length)
    expect(printed.ids.slice(0, count)).toEqual(golden.greedy.slice(0, count))
  },
  BUSY_MS,
)

test(
  'a prompt is a user’s turn, or raw; a base checkpoint and a long prompt are said',
  async () => {
    const folder = temporaryFolder()
    const drawing = ['--max-tokens', '6', '--temperature', '0.9', '--top-k', '5', '--seed', '7']
    const asked = await generate(folder, '--prompt', 'hello', ...drawing, '--dtype', 'bfloat16')
    expect(asked.stderr).toContain('never taught to chat')
    const turn = answerOf(asked)
    expect([turn.prompt_ids.slice(0, 2), turn.prompt_ids.slice(-2)]).toEqual([[714, 715], [716, 717]]) // prettier-ignore
    const raw = await generate(folder, '--prompt', 'hello '.repeat(1000), '--raw', '--tokenizer', goldenTokenizerDir, ...drawing) // prettier-ignore
    expect(raw.stderr).not.toContain('never taught to chat')
    expect(raw.stderr).toMatch(/reads the last 2554 ids, and the first \d+ are left out/)
    expect(answerOf(raw)).toMatchObject({ stopped: 'limit' })
    expect(answerOf(raw).prompt_ids).toHaveLength(2554)
  },
  BUSY_MS,
)

test(
  'a tokenizer of another vocabulary, and ids that are none, are refused',
  async () => {
    const folder = temporaryFolder()
    const dir = join(folder, 'base_checkpoints', 'd2')
    mkdirSync(dir, { recursive: true })
    await writeModelCheckpoint(dir, tinyCheckpoint(1))
    const args = ['generate', '--checkpoint', dir, '--tokenizer', goldenTokenizerDir, '--prompt', 'a']
    const other = await runCommandLine(folder, args)
    expect(other).toMatchObject({ code: 1, stdout: [] })
    expect(other.stderr).toContain('has a vocabulary of 70, the tokenizer one of 723')
    const file = join(folder, 'ids.json')
    writeFileSync(file, '["a"]')
    const words = await generate(folder, '--ids', file)
    expect(words).toMatchObject({ code: 1, stdout: [] })
    expect(words.stderr).toContain('is no JSON list of ids')
  },
  BUSY_MS,
)

test(
  'chat answers each line that is typed, until the input ends',
  async () => {
    const folder = temporaryFolder()
    const args = ['chat', '--checkpoint', talkCheckpoint, '--max-tokens', '5', '--temperature', '0']
    const chat = startCommand(folder, args, {}, process.execPath, true)
    chat.process.stdin?.end('hello\n\nand again\n')
    const { code, stdout, stderr } = await chat.finished
    expect(code).toBe(0)
    expect(stdout.join('').length).toBeGreaterThan(0)
    expect(stderr).toContain('never taught to chat')
  },
  BUSY_MS,
)

test(
  'Ctrl-C stops an answer that is coming, and what was said of it stays printed',
  async () => {
    const args = ['chat', '--checkpoint', talkCheckpoint, '--max-tokens', '2500', '--temperature', '0']
    const chat = startCommand(temporaryFolder(), args, {}, process.execPath, true)
    chat.process.stdin?.write('hello\n') // the input does not end: the chat would go on
    await new Promise((resolve) => chat.process.stdout?.once('data', resolve))
    chat.process.kill('SIGINT')
    const { code, stdout } = await chat.finished
    expect(code).toBe(130)
    expect(stdout.join('').length).toBeGreaterThan(0)
  },
  BUSY_MS,
)

test(
  'measure prints the reference’s figures, and a line a problem into a file',
  async () => {
    const folder = temporaryFolder()
    const config = join(folder, 'config.json')
    const mixture = { train: [{ task: 'SimpleSpelling', split: 'train', size: 10 }], val: goldenMixture.val }
    writeFileSync(config, JSON.stringify({ base_dir: goldenPath('nanochat_base'), mixture }))
    const details = join(folder, 'details.jsonl')
    const finished = await measure(folder, '--tasks', 'MMLU', '--config', config, '--details', details)
    const right = goldenTalk.categorical.filter((each) => each.right).length
    const total = goldenTalk.categorical.length
    const problem = z.object({ row: z.int(), answer: z.string(), right: z.boolean() })
    const [line = ''] = finished.stdout
    expect(JSON.parse(line)).toMatchObject({
      tasks: { MMLU: { right, total, accuracy: goldenTalk.categorical_accuracy } },
      chatcore: (goldenTalk.categorical_accuracy - 0.25) / 0.75,
    })
    const lines = readFileSync(details, 'utf8').trimEnd().split('\n')
    const problems = lines.map((text) => problem.parse(JSON.parse(text)))
    expect(problems.sort((one, other) => one.row - other.row)).toEqual(
      goldenTalk.categorical.map(({ row, answer, right }) => ({ row, answer, right })),
    )
  },
  BUSY_MS,
)

test(
  'measure refuses a task that it does not know, and a file that cannot be written',
  async () => {
    const folder = temporaryFolder()
    const unknown = await measure(folder, '--tasks', 'MMLU,Chess')
    expect([unknown.code, unknown.stdout]).toEqual([2, []])
    expect(unknown.stderr).toContain('Chess')
    const unwritable = await measure(folder, '--tasks', 'MMLU', '--details', join(folder, 'no', 'x.jsonl'))
    expect(unwritable.code).toBe(1)
    expect(unwritable.stderr).toContain('x.jsonl cannot be written')
  },
  BUSY_MS,
)
