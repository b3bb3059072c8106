/**
 * The README of an exported checkpoint: what the model is, how it was made, of which data, and what was measured of it.
 * It goes to other people, so that of a path only the last name is said.
 */
import { basename, isAbsolute } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import type { CheckpointMeta } from '../checkpoint/checkpoint.schema'
import { RECIPE_TITLES } from '../config/recipes.schema'
import type { RunConfig } from '../config/config.schema'
import type { MixtureEntry } from '../data/mixture.schema'
import { figuresOf } from '../evaluation/chatcore'
import type { MeasuredScore } from '../evaluation/measurements.schema'
import { variantOf } from '../model/variants/variant'
import type { Ancestor, Lineage } from './lineage'

export interface CardFacts {
  name: string
  meta: CheckpointMeta
  parameters: number
  /** Formats of the tensors: `float32`. */
  dtypes: readonly string[]
  /** Options of the run that made it; null where none is known. */
  config: RunConfig | null
  /** Where that is a branch: who made the steps before its own. */
  before: Lineage
  scores: readonly MeasuredScore[]
}

/** Options that say where things lay on one machine, what was kept beside the training, or what is shown elsewhere. */
const LEFT_OUT = [
  'base_dir',
  'mixture',
  'exclude',
  'run',
  'dry_run',
  'output_tag',
  'hosts',
  'loggers',
  'record_losses',
]

/** The whole README, in Markdown with the front matter that the hub reads. */
export function modelCard(facts: CardFacts): string {
  const sections = [head(facts), howMade(facts), dataOf(facts), measuredOf(facts), files(facts.meta)]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function head({ name, meta, parameters, dtypes }: CardFacts): string {
  const { model_config: config } = meta
  const count = parameters.toLocaleString('en-US')
  return [
    '---',
    'tags:',
    '  - nanochat',
    'pipeline_tag: text-generation',
    '---',
    '',
    `# ${oneLine(name)}, step ${String(meta.step)}`,
    '',
    `A language model of nanochat's form (${variantOf(config).label}) with ${count} parameters: ${String(config.n_layer)} layers of width ${String(config.n_embd)}, ${String(config.n_head)} heads, a context of ${String(config.sequence_len)} tokens and a vocabulary of ${String(config.vocab_size)}. Stored as ${dtypes.join(' and ')}.`,
  ].join('\n')
}

function howMade({ meta, config, before }: CardFacts): string {
  const options = Object.entries(config ?? meta.user_config ?? {}).filter(
    ([key, value]) => !LEFT_OUT.includes(key) && value !== null && value !== '',
  )
  const said = config === null ? [] : [`Trained with Midbench, recipe ${RECIPE_TITLES[config.recipe]}.`]
  const tokens =
    config === null || !before.isWhole
      ? ''
      : `, ${tokensOf(before.runs, meta.step, config).toLocaleString('en-US')} tokens`
  const bpb = Number.isFinite(meta.val_bpb)
    ? [`Validation: ${Number(meta.val_bpb).toFixed(4)} bits a byte.`]
    : []
  const lines = [...said, `${meta.step.toLocaleString('en-US')} optimizer steps${tokens}.`, ...bpb]
  const table =
    options.length === 0 ? [] : ['', ...markdownTable(['option', 'value'], options.map(optionCells))]
  return ['## How it was made', '', lines.join(' '), ...lineage(before), ...table].join('\n')
}

function tokensOf(before: readonly Ancestor[], step: number, config: RunConfig): number {
  const parts = [...before, { step, config }]
  return parts.reduce((sum, part, at) => {
    const own = part.step - (parts[at - 1]?.step ?? 0)
    return sum + own * part.config.total_batch_size
  }, 0)
}

/** Which runs made the first steps, and what each that went on did otherwise. The options below are the last one's. */
function lineage({ runs, isWhole }: Lineage): string[] {
  if (runs.length === 0) return []
  const items = runs.map(({ name, step, changes }) => {
    const said = changes.filter((change) => !LEFT_OUT.includes(change.split(' ', 1)[0] ?? ''))
    const others = said.length === 0 ? 'nothing changed' : said.join(', ')
    return `- Up to step ${step.toLocaleString('en-US')}: ${oneLine(name)}. A branch goes on from there with ${others}.`
  })
  const unknown = isWhole ? [] : ['- What came before those is not known any more.']
  return ['', ...unknown, ...items, '', 'The options of the last branch:']
}

function optionCells([name, value]: [string, unknown]): string[] {
  return [`\`${name}\``, `\`${typeof value === 'string' ? value : JSON.stringify(shareable(value))}\``]
}

function dataOf({ config, before: { runs: before } }: CardFacts): string {
  if (config === null) return ''
  const earlier = before.flatMap(({ config: then, step }, at) => {
    const next = before[at + 1]?.config ?? config
    if (step === 0 || isDeepStrictEqual(then.mixture.train, next.mixture.train)) return []
    return mixtureRows(`train up to step ${step.toLocaleString('en-US')}`, then.mixture.train)
  })
  const { train, val } = config.mixture
  const splits = [...earlier, ...mixtureRows('train', train), ...mixtureRows('val', val)]
  const excluded = config.exclude.length
  const without = excluded === 0 ? [] : ['', `${String(excluded)} conversations of train were passed over.`]
  return ['## Data', '', ...markdownTable(['mixture', 'task', 'rows'], splits), ...without].join('\n')
}

const mixtureRows = (name: string, entries: readonly MixtureEntry[]): string[][] =>
  entries.map((entry) => [name, entry.task, entryText(entry)])

/** `split train, stop 1000, data_files a.parquet`. */
function entryText(entry: MixtureEntry): string {
  const parts = Object.entries(entry).filter(([key, value]) => key !== 'task' && value !== undefined)
  return parts.map(([key, value]) => `${key} ${textOf(shareable(value))}`).join(', ')
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(' ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Options as others may see them: of a path on this machine, its last name. */
export function shareableOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([key]) => key !== 'hosts') // names of a person's machines
      .map(([key, value]) => [key, shareable(value)]),
  )
}

function shareable(value: unknown): unknown {
  if (typeof value === 'string') return isAbsolute(value) ? basename(value) : value
  if (Array.isArray(value)) return value.map(shareable)
  if (typeof value !== 'object' || value === null) return value
  return shareableOptions({ ...value })
}

function measuredOf({ scores }: CardFacts): string {
  const rows = scores.flatMap(({ task, dtype, right, total, problems }) => {
    const { accuracy, low, high } = figuresOf({ right, total })
    if (accuracy === null) return []
    const asked = total < problems ? `${String(total)}, of ${String(problems)} begun` : String(total)
    return [[task, percent(accuracy), `${percent(low)} to ${percent(high)}`, String(right), asked, dtype]]
  })
  if (rows.length === 0) return ''
  const names = ['task', 'accuracy, %', '95 % interval', 'right', 'questions', 'computed in']
  return ['## Measured', '', 'By the first questions of each test.', '', ...markdownTable(names, rows)].join(
    '\n',
  )
}

const percent = (share: number): string => (100 * share).toFixed(1)

function files({ step }: CheckpointMeta): string {
  return `## Files

- \`model.safetensors\`: the tensors under nanochat's own names, as its \`GPT\` loads them. The rows of embedding and head are padded to a multiple of 64; those beyond the vocabulary mean nothing.
- \`config.json\`: what the model computes. Its \`model_config\` is what nanochat's \`GPTConfig\` takes.
- \`tokenizer.json\`: byte-level BPE for Hugging Face's \`tokenizers\`. \`tokenizer/\` holds the same as nanochat keeps it.
- \`meta_${String(step).padStart(6, '0')}.json\`: nanochat's own notes, without the paths of the machine it was made on.

\`\`\`python
import json
from nanochat.gpt import GPT, GPTConfig
from safetensors.torch import load_file
from tokenizers import Tokenizer

config = json.load(open("config.json"))
model = GPT(GPTConfig(**config["model_config"]))
model.init_weights()  # the rotary table, which no file holds
model.load_state_dict(load_file("model.safetensors"), strict=True)
ids = Tokenizer.from_file("tokenizer.json").encode("The capital of France").ids
\`\`\``
}

function markdownTable(names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(names), line(names.map(() => '---')), ...rows.map(line)]
}

const cell = (text: string): string => oneLine(text).replaceAll('|', String.raw`\|`)
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
