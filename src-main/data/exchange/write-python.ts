/**
 * Writes a mixture as the reference's script lists it, a repeated task as so many lines. What the script has no word for
 * (local parquet files, a word list of one's own) is refused, since it would read something else there.
 */
import { isAbsolute, join, relative } from 'node:path'
import { MidbenchError, type Issue } from '../../errors'
import type { MixtureConfig, MixtureEntry, SplitName } from '../mixture.schema'

/**
 * @param mixture with absolute paths
 * @param baseDir files below it are written as joined to base_dir
 * @throws MidbenchError `mixture.no-python` with an issue for each entry that has no counterpart
 */
export function writePythonMixture(mixture: MixtureConfig, baseDir: string): string {
  const issues = (['train', 'val'] as const).flatMap((split) => unwritable(mixture[split], split, baseDir))
  if (issues.length > 0) throw noCounterpart(issues)
  const lists = [list('train_dataset', mixture.train, baseDir)]
  if (mixture.val.length > 0) lists.push(list('val_dataset', mixture.val, baseDir))
  return `${lists.join('\n')}\n`
}

function list(name: string, entries: readonly MixtureEntry[], baseDir: string): string {
  const lines = entries.flatMap((entry) =>
    new Array<string>(entry.repeat ?? 1).fill(`    ${entry.task}(${callArguments(entry, baseDir)}),`),
  )
  return [`${name} = TaskMixture([`, ...lines, '])'].join('\n')
}

function callArguments(entry: MixtureEntry, baseDir: string): string {
  const { start, stop, step } = entry
  const slice = Object.entries({ start, stop, step }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${String(value)}`],
  )
  return [...ownArguments(entry, baseDir), ...slice].join(', ')
}

function ownArguments(entry: MixtureEntry, baseDir: string): string[] {
  switch (entry.task) {
    case 'SmolTalk':
      return [`split=${quoted(entry.split)}`]
    case 'MMLU':
    case 'GSM8K':
      return [`subset=${quoted(entry.subset)}`, `split=${quoted(entry.split)}`]
    case 'SimpleSpelling':
    case 'SpellingBee':
      return [`size=${String(entry.size)}`, `split=${quoted(entry.split)}`]
    case 'CustomJSON':
      return [`filepath=${pathArgument(entry.filepath, baseDir)}`]
  }
}

function pathArgument(path: string, baseDir: string): string {
  const below = relative(baseDir, path)
  const inside = below !== '' && !below.startsWith('..') && !isAbsolute(below)
  return inside ? `os.path.join(base_dir, ${quoted(below)})` : quoted(path)
}

/** Every JSON string is a Python string of the same characters. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

const NO_WORD = {
  data_files: 'the script reads the hub, and cannot be told of local parquet files',
  word_list: 'the script reads words_alpha.txt in base_dir, and cannot be told of another word list',
} as const

function unwritable(entries: readonly MixtureEntry[], split: SplitName, baseDir: string): Issue[] {
  return entries.flatMap((entry, index) => {
    const fault = noWordFor(entry, baseDir)
    if (fault === null) return []
    return [{ path: `mixture.${split}.${String(index)}.${fault}`, message: NO_WORD[fault] }]
  })
}

function noWordFor(entry: MixtureEntry, baseDir: string): keyof typeof NO_WORD | null {
  if ('data_files' in entry && entry.data_files !== undefined) return 'data_files'
  const words = 'word_list' in entry ? entry.word_list : undefined
  return words === undefined || words === join(baseDir, 'words_alpha.txt') ? null : 'word_list'
}

function noCounterpart(issues: Issue[]): MidbenchError {
  const [first] = issues
  return new MidbenchError({
    code: 'mixture.no-python',
    message: `nanochat's script has no words for all of this mixture: ${first?.path ?? ''}: ${first?.message ?? ''}`,
    remedy: 'Export it as JSON, which keeps everything, or take those files out first.',
    issues,
  })
}
