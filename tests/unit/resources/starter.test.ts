/** The starter project is whole: its preset opens, its tokenizer fits its model, its answers are right. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { baseRecipe } from '../../../src-main/checkpoint/checkpoint.schema'
import { readJsonFile } from '../../../src-main/files/python-json'
import { message, type Conversation } from '../../../src-main/data/conversation.schema'
import { openMixture, type Mixture } from '../../../src-main/data/mixture'
import type { SplitName } from '../../../src-main/data/mixture.schema'
import { loadConfig, type LoadedConfig } from '../../../src-main/config/config'
import { loadTokenizer, SPECIAL_NAMES, type Tokenizer } from '../../../src-main/tokenizer/tokenizer'
import { renderConversation } from '../../../src-main/tokenizer/render'

const starter = fileURLToPath(new URL('../../../resources/starter', import.meta.url))
let preset: LoadedConfig
let tokenizer: Tokenizer

beforeAll(async () => {
  preset = await loadConfig(join(starter, 'preset.json'))
  tokenizer = await loadTokenizer(join(starter, 'tokenizer'))
})

function readLines(name: string): string[] {
  return readFileSync(join(starter, name), 'utf8').trimEnd().split('\n')
}

function readConversations(name: string): z.infer<typeof message>[][] {
  return readLines(name).map((line) => z.array(message).parse(JSON.parse(line)))
}

describe('the tokenizer', () => {
  it('has 4,096 tokens, the last nine of them special, and fits the model of the recipe', async () => {
    const recipe = await readJsonFile(join(starter, 'base_recipe.json'), baseRecipe)
    expect(tokenizer.vocabSize).toBe(4096)
    expect(SPECIAL_NAMES.map((name) => tokenizer.specials[name])).toEqual(
      Array.from({ length: 9 }, (_, i) => 4087 + i),
    )
    expect(recipe.model_config).toMatchObject({ vocab_size: 4096, n_layer: 4 })
    expect(recipe.model_tag).toBe(preset.config.model_tag)
    expect(preset.config.max_seq_len).toBeLessThanOrEqual(recipe.model_config.sequence_len)
  })

  it('gives back any text', () => {
    for (const text of ['Spell the word: token', 'naïve 東京 🚀\n\n', '\u0000 \uffff']) {
      expect(tokenizer.decode(tokenizer.encodeOrdinary(text))).toBe(text)
    }
  })
})

describe('the preset for SFT', () => {
  it('trains the same base on the same mixture by what the assistant says, with nothing to warn of', async () => {
    const { config } = await loadConfig(join(starter, 'preset-sft.json'))
    expect(config).toMatchObject({ recipe: 'sft', loss: 'completion', packing: 'bestfit-pad' })
    expect(config.mixture).toEqual(preset.config.mixture)
    // The base is made on first use and has no optimizer file that a warm start could read.
    expect(config.load_optimizer).toBe(false)
    const shared = ['base_dir', 'model_tag', 'max_seq_len', 'total_batch_size', 'num_iterations'] as const
    for (const name of shared) expect(config[name]).toBe(preset.config[name])
  })
})

describe('the conversations', () => {
  it('are at least 300, all different, with none of the validation among them', () => {
    const asText = (name: string) => readConversations(name).map((each) => JSON.stringify(each))
    const [train, val] = [asText('conversations.jsonl'), asText('conversations-val.jsonl')]
    expect(train.length).toBeGreaterThanOrEqual(300)
    expect(val.length).toBeGreaterThanOrEqual(30)
    expect(new Set([...train, ...val]).size).toBe(train.length + val.length)
  })

  it('compute correctly', () => {
    const apply: Record<string, (a: number, b: number) => number> = {
      plus: (a, b) => a + b,
      minus: (a, b) => a - b,
      times: (a, b) => a * b,
      'divided by': (a, b) => a / b,
    }
    const sums = [...readLines('conversations.jsonl'), ...readLines('conversations-val.jsonl')]
      .join('\n')
      .matchAll(/(?<![\d,])([\d,]+) (plus|minus|times|divided by) ([\d,]+) is ([\d,]+\d)/g)
    let checked = 0
    for (const [text, a = '', operation = '', b = '', result = ''] of sums) {
      const number = (digits: string) => Number(digits.replaceAll(',', ''))
      // The one conversation in which somebody is mistaken, and corrected.
      if (text === '7 times 8 is 54') continue
      expect(apply[operation]?.(number(a), number(b)), text).toBe(number(result))
      checked += 1
    }
    expect(checked).toBeGreaterThan(50)
  })

  it('spell correctly', () => {
    let checked = 0
    for (const { content } of readConversations('conversations.jsonl').flat()) {
      const match = /^([a-z]+):([a-z](?:,[a-z])*)/.exec(typeof content === 'string' ? content : '')
      if (match === null) continue
      expect(match[2]?.replaceAll(',', '')).toBe(match[1])
      checked += 1
    }
    expect(checked).toBeGreaterThan(15)
  })
})

describe('the words', () => {
  it('are many, lower-case, short, in order and without a repetition', () => {
    const words = readLines('words.txt')
    expect(words.length).toBeGreaterThan(30_000)
    expect(words.every((word) => /^[a-z]{3,12}$/.test(word))).toBe(true)
    expect([...new Set(words)].sort()).toEqual(words)
  })
})

describe('the mixture', () => {
  const opened: Record<SplitName, Mixture | undefined> = { train: undefined, val: undefined }

  const cacheDir = mkdtempSync(join(tmpdir(), 'midbench-test-'))

  beforeAll(async () => {
    const locations = { baseDir: preset.baseDir, configDir: preset.dir, cacheDir }
    for (const split of ['train', 'val'] as const) {
      opened[split] = await openMixture(preset.config.mixture[split], locations, { split })
    }
  })

  afterAll(async () => {
    for (const mixture of Object.values(opened)) await mixture?.close()
    rmSync(cacheDir, { recursive: true, force: true })
  })

  it.each(['train', 'val'] as const)('renders every conversation of %s within a row', async (split) => {
    const mixture = opened[split]
    if (mixture === undefined) throw new Error('not opened')
    let tokens = 0
    for (let i = 0; i < mixture.length; i++) {
      const { ids } = renderConversation(tokenizer, await mixture.conversation(i))
      expect(ids.length).toBeLessThanOrEqual(preset.config.max_seq_len + 1)
      tokens += ids.length
    }
    const { num_iterations, total_batch_size, eval_tokens } = preset.config
    // One pass covers the run, so that nothing is seen more often than the mixture says.
    expect(tokens).toBeGreaterThanOrEqual(split === 'train' ? num_iterations * total_batch_size : eval_tokens)
  })

  it('has conversations with calculator calls, whose results are right', async () => {
    const calls = (await taskConversations('GSM8K')).flatMap(({ messages }) => {
      const parts = messages.at(-1)?.content
      return Array.isArray(parts) ? parts : []
    })
    let checked = 0
    for (const [i, { type, text }] of calls.entries()) {
      if (type !== 'python') continue
      const [first = '', ...rest] = text.split(/(?=[+*/-])/)
      const value = rest.reduce((sum, term) => {
        const operand = Number(term.slice(1))
        if (term.startsWith('+')) return sum + operand
        if (term.startsWith('-')) return sum - operand
        return term.startsWith('*') ? sum * operand : sum / operand
      }, Number(first))
      expect(calls[i + 1]).toEqual({ type: 'python_output', text: String(value) })
      checked += 1
    }
    expect(checked).toBeGreaterThan(200)
  })

  it('has conversations with a system message', async () => {
    const roles = (await taskConversations('SmolTalk')).map(({ messages }) => messages[0]?.role)
    expect(roles.length).toBeGreaterThan(20)
    expect(roles.every((role) => role === 'system')).toBe(true)
  })

  /** All conversations of the first task of that name. */
  async function taskConversations(name: string): Promise<Conversation[]> {
    const task = opened.train?.tasks.find((each) => each.name === name)
    if (opened.train === undefined || task === undefined) throw new Error(`no ${name}`)
    const conversations: Conversation[] = []
    for (let row = 0; row < task.length; row++) {
      conversations.push(await opened.train.taskConversation(task.index, row))
    }
    return conversations
  }
})
