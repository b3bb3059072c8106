/**
 * Reads a config: JSON in, a checked {@link RunConfig} out, or an error that names every wrong field and what would be
 * right. It also holds the rules that span fields, and resolves the config's paths.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import * as z from 'zod'

import { MOST_BATCH_TOKENS, MOST_TASKS } from '../bounds.schema'
import { withFilesChanged, type MixtureEntry } from '../data/mixture.schema'
import { looksLikeDataset } from '../data/source-name.schema'
import { type Issue, MidbenchError } from '../errors'
import { requireShallow } from '../files/json-text'
import { readTextFile } from '../files/text-file'
import { reasonOf } from '../system-error'
import { microBatchTokens } from './batches'
import { type GivenConfig, givenConfig, type RunConfig } from './config.schema'
import { configIssues } from './config-issues'
import { DEFAULT_MIXTURES } from './recipes.schema'
import { type BaseSettings, resolveConfig, type ResolvedConfig } from './resolve'

export interface LoadedConfig {
  config: RunConfig
  /** The file, absolute. */
  path: string
  /** The file's folder: relative paths start from it. */
  dir: string
  /** The nanochat folder, absolute. */
  baseDir: string
}

/** A config as its file gives it, and with the values that it leaves out. */
export interface ReadConfig extends LoadedConfig, ResolvedConfig {
  given: GivenConfig
}

/**
 * Which rules that span fields a config must keep: all of them; only those of the data, for commands that do not train;
 * or none yet, where some of its values are still to come (`train --resume`).
 */
export type Rules = 'all' | 'fields' | 'none'

/** What the files of a config's base checkpoint say of its options; null where there are none. */
export type ReadBase = (given: GivenConfig, baseDir: string) => Promise<BaseSettings | null>

/**
 * Checks a config of any origin that inherits nothing from a base, and fills in the recipe's defaults.
 *
 * @param where the config's name in the error: usually its file
 * @throws MidbenchError `config.invalid` with one issue a fault
 */
export function parseConfig(input: unknown, where: string, rules: Rules = 'all'): RunConfig {
  return requireRules(resolveConfig(parseGiven(input, where), null).config, rules, where)
}

/**
 * Checks the fields of a config, and leaves out what it leaves out.
 *
 * @throws MidbenchError `config.invalid`
 */
export function parseGiven(input: unknown, where: string): GivenConfig {
  const long = longMixtures(input)
  if (long.length > 0) throw invalidConfig(where, long)
  const parsed = givenConfig.safeParse(input)
  if (!parsed.success) throw invalidConfig(where, configIssues(parsed.error, input))
  const { recipe = 'mid', mixture } = parsed.data
  if (mixture !== undefined || DEFAULT_MIXTURES[recipe] !== null) return parsed.data
  throw invalidConfig(where, [
    { path: 'mixture', message: 'is missing', hint: 'it must be an object in braces' },
  ])
}

/** @throws MidbenchError `config.invalid` naming the rules that the config breaks */
export function requireRules(config: RunConfig, rules: Rules, where: string): RunConfig {
  if (rules === 'none') return config
  const fields = [...emptyMixture(config), ...batchMemory(config), ...excludeIssues(config)]
  const issues = rules === 'all' && fields.length === 0 ? crossFieldIssues(config) : fields
  if (issues.length > 0) throw invalidConfig(where, issues)
  return config
}

/** Finds lists that are too long before their entries are read: each entry costs time, and the text of its faults. */
function longMixtures(input: unknown): Issue[] {
  const { data } = mixtureLists.safeParse(input)
  return (['train', 'val'] as const).flatMap((split) => {
    const { length } = data?.mixture[split] ?? []
    const message = `has ${length.toLocaleString('en-US')} entries; it must have at most ${MOST_TASKS.toLocaleString('en-US')}`
    return length > MOST_TASKS ? [{ path: `mixture.${split}`, message }] : []
  })
}
const mixtureLists = z.object({
  mixture: z.object({
    train: z.array(z.unknown()).catch([]),
    val: z.array(z.unknown()).catch([]),
  }),
})

export interface Reading {
  /** @default all */
  rules?: Rules
  /** Reads what the config may inherit. @default nothing is inherited */
  readBase?: ReadBase
  /** Options that stand in for the file's, or are added; their paths start where the person stands. @default none */
  set?: Readonly<Record<string, unknown>>
}

/**
 * Reads and checks a config file.
 *
 * @throws MidbenchError `config.missing`, `config.not-json` or `config.invalid`
 */
export async function loadConfig(
  path: string,
  { rules = 'all', readBase = () => Promise.resolve(null), set = {} }: Reading = {},
): Promise<ReadConfig> {
  const absolute = resolve(path)
  const given = withSet(parseJson(await readText(absolute), absolute), set, absolute)
  const dir = dirname(absolute)
  const baseDir = baseDirOf(given, dir)
  const resolved = resolveConfig(given, given.recipe === 'sft' ? await readBase(given, baseDir) : null)
  requireRules(resolved.config, rules, absolute)
  return { ...resolved, given, path: absolute, dir, baseDir }
}

/** @throws MidbenchError `config.invalid` */
function withSet(file: unknown, set: Readonly<Record<string, unknown>>, path: string): GivenConfig {
  const names = Object.keys(set)
  if (names.length === 0 || typeof file !== 'object' || Array.isArray(file)) return parseGiven(file, path)
  const given = parseGiven({ ...file, ...set }, `${path} with what was set`)
  const here = withAbsolutePaths(given, process.cwd(), baseDirOf(given, process.cwd()))
  return { ...given, ...Object.fromEntries(Object.entries(here).filter(([name]) => names.includes(name))) }
}

/** The nanochat folder of a config: its own, else the given one, else NANOCHAT_BASE_DIR, else ~/.cache/nanochat. */
export function baseDirOf(
  config: Pick<GivenConfig, 'base_dir'>,
  dir: string,
  fallback?: string | null,
): string {
  if (config.base_dir) return resolve(dir, expandHome(config.base_dir))
  const set = fallback ?? process.env['NANOCHAT_BASE_DIR']
  return set ? resolve(expandHome(set)) : join(homedir(), '.cache', 'nanochat')
}

/** Faults that only several fields together show (docs/REFERENCE.md §5). `worldSize` is the number of ranks. */
export function crossFieldIssues(config: RunConfig, worldSize = config.world_size): Issue[] {
  return [
    ...emptyMixture(config),
    ...batchMemory(config),
    ...batchIssues(config, worldSize),
    ...rankIssues(config),
    ...excludeIssues(config),
  ]
}

function emptyMixture({ mixture }: RunConfig): Issue[] {
  if (mixture.train.length > 0) return []
  return [{ path: 'mixture.train', message: 'is []', hint: 'it must be a list that is not empty' }]
}

/** Entries that `exclude` names and mixture.train does not have, each once; rows are checked when data is opened. */
function excludeIssues({ exclude, mixture: { train } }: RunConfig): Issue[] {
  const named = new Set<number>()
  return exclude.flatMap(([entry], index) => {
    if (entry < train.length || named.has(entry) || named.size === MOST_NAMED) return []
    named.add(entry)
    const there = train.length === 1 ? 'one entry' : `${String(train.length)} entries`
    return [
      {
        path: `exclude.${String(index)}`,
        message: `names entry ${String(entry)}, and mixture.train has ${there}, counted from 0`,
        hint: 'it must be [entry, row] with an entry of mixture.train',
      },
    ]
  })
}
const MOST_NAMED = 10

/** The number of rows and their length may each be valid while their product fills the memory. */
function batchMemory(config: RunConfig): Issue[] {
  const { device_batch_size: rows, max_seq_len: length } = config
  const micro = microBatchTokens(config)
  if (micro <= MOST_BATCH_TOKENS) return []
  return [
    {
      path: 'device_batch_size',
      message: `is ${String(rows)}, which with max_seq_len ${String(length)} makes a micro-batch of ${String(micro)} tokens`,
      hint: `it must be at most ${String(Math.floor(MOST_BATCH_TOKENS / length))}: a micro-batch of ${String(MOST_BATCH_TOKENS)} tokens takes 320 MiB before a model has seen it`,
    },
  ]
}

function batchIssues(config: RunConfig, worldSize: number): Issue[] {
  const micro = microBatchTokens(config) * worldSize
  if (config.total_batch_size % micro === 0) return []
  const below = Math.floor(config.total_batch_size / micro) * micro
  const right = below === 0 ? String(micro) : `${String(below)} or ${String(below + micro)}`
  const ranks = worldSize === 1 ? '' : ` × ${String(worldSize)} ranks`
  return [
    {
      path: 'total_batch_size',
      message:
        `is ${String(config.total_batch_size)}, which is not a multiple of the ${String(micro)} tokens of one ` +
        `micro-batch (device_batch_size ${String(config.device_batch_size)} × max_seq_len ${String(config.max_seq_len)}${ranks})`,
      hint: `the nearest that would do: ${right}`,
    },
  ]
}

function rankIssues({ world_size: ranks, hosts, engine }: RunConfig): Issue[] {
  const issues: Issue[] = []
  if (ranks > 1 && engine === 'eager') {
    const message = `is "eager", and world_size is ${String(ranks)}: only the compiled graph trains on several ranks`
    issues.push({ path: 'engine', message, hint: 'set engine to "graph", or world_size to 1' })
  }
  if (hosts.length > 0 && hosts.length !== ranks) {
    const message = `names ${String(hosts.length)}, and world_size is ${String(ranks)}`
    issues.push({ path: 'hosts', message, hint: 'it must name each rank, in their order, or nothing' })
  }
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index)
  if (twice !== undefined) {
    issues.push({
      path: 'hosts',
      message: `names ${twice} twice`,
      hint: 'each rank must have a port of its own',
    })
  }
  return issues
}

/**
 * The same config with every path absolute: a run stores this, so that it can be read from anywhere. The name of a data
 * set of the hub stays as it is.
 */
export function withAbsolutePaths<Config extends GivenConfig>(
  config: Config,
  dir: string,
  baseDir: string,
): Config {
  const absolute = (path: string): string => resolve(dir, expandHome(path))
  const placed = (path: string): string => {
    const isDataset = looksLikeDataset(path) && !existsSync(absolute(path))
    return isDataset ? path : absolute(path)
  }
  const located = (entry: MixtureEntry): MixtureEntry =>
    withFilesChanged(entry, entry.task === 'Conversations' ? placed : absolute)
  const { mixture } = config
  if (mixture === undefined) return { ...config, base_dir: baseDir }
  const { train, val } = mixture
  return { ...config, base_dir: baseDir, mixture: { train: train.map(located), val: val.map(located) } }
}

/**
 * Parses JSON; an error names line and column where V8 gives the position.
 *
 * @throws MidbenchError `config.not-json`, `json.too-deep`
 */
export function parseJson(text: string, where: string): unknown {
  const value = parseText(text, where)
  requireShallow(value, where)
  return value
}

function parseText(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MidbenchError(
      {
        code: 'config.not-json',
        message: `${where} is not JSON: ${reason}${lineOf(reason, text)}.`,
        remedy: 'Mend that place; JSON has double quotes, no comments, and no comma after the last entry.',
      },
      { cause },
    )
  }
}

function lineOf(reason: string, text: string): string {
  const position = /at position (\d+)/.exec(reason)?.[1]
  if (position === undefined || reason.includes('(line')) return ''
  const before = text.slice(0, Number(position)).split('\n')
  return ` (line ${String(before.length)} column ${String((before.at(-1)?.length ?? 0) + 1)})`
}

async function readText(path: string): Promise<string> {
  try {
    return await readTextFile(path)
  } catch (cause) {
    if (cause instanceof MidbenchError) throw cause
    throw unreadableConfig(
      path,
      cause,
      'Give the path of a config file; resources/starter/preset.json is one.',
    )
  }
}

/** The error for a config file that the system does not let be read. */
export function unreadableConfig(path: string, cause: unknown, remedy: string): MidbenchError {
  const message = `The config ${path} cannot be read: ${reasonOf(cause)}.`
  return new MidbenchError({ code: 'config.missing', message, remedy }, { cause })
}

function invalidConfig(where: string, issues: Issue[]): MidbenchError {
  const count = issues.length === 1 ? 'One fault' : `${String(issues.length)} faults`
  return new MidbenchError({ code: 'config.invalid', message: `${count} in ${where}.`, issues })
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
