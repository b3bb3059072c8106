/**
 * Writes a mixture as the reference's script lists it, with one line for each repeat of a task. What the script cannot
 * express (local parquet files, a custom word list) is refused, since it would read something else there.
 */
import { isAbsolute, join, relative } from 'node:path'
import { MidbenchError, type Issue } from '../../errors'
import { kindOf, namedFiles, type MixtureConfig, type MixtureEntry, type SplitName } from '../mixture.schema'

/**
 * @param mixture with absolute paths
 * @param baseDir files below it are written as joined to base_dir
 * @throws MidbenchError `mixture.no-python` with an issue for each entry without a counterpart
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
  const values = new Map<string, unknown>(Object.entries(entry))
  const { python, files } = kindOf(entry)
  const given = [...(python?.parameters ?? []), 'start', 'stop', 'step'].flatMap((key) => {
    const value = values.get(key)
    if (value === undefined) return []
    const isPath = key === files.key && typeof value === 'string'
    return [`${key}=${isPath ? pathArgument(value, baseDir) : JSON.stringify(value)}`]
  })
  return given.join(', ')
}

/** Every JSON string is a Python string of the same characters. */
function pathArgument(path: string, baseDir: string): string {
  const below = relative(baseDir, path)
  const inside = below !== '' && !below.startsWith('..') && !isAbsolute(below)
  return inside ? `os.path.join(base_dir, ${JSON.stringify(below)})` : JSON.stringify(path)
}

function unwritable(entries: readonly MixtureEntry[], split: SplitName, baseDir: string): Issue[] {
  return entries.flatMap((entry, index) => {
    const message = noWordFor(entry, baseDir)
    if (message === null) return []
    return [{ path: `mixture.${split}.${String(index)}.${kindOf(entry).files.key}`, message }]
  })
}

/** Why the script cannot be told which files an entry names; null where it can, or reads those files anyway. */
function noWordFor(entry: MixtureEntry, baseDir: string): string | null {
  const { python, files } = kindOf(entry)
  if (python === null) return `nanochat has no task ${entry.task}`
  const named = namedFiles(entry)
  if (named.length === 0 || files.standard === null || python.parameters.includes(files.key)) return null
  if (files.standard === 'hub') return 'the script reads the hub, and cannot be told of local parquet files'
  const { inBaseDir } = files.standard
  if (named[0] === join(baseDir, inBaseDir)) return null
  return `the script reads ${inBaseDir} in base_dir, and cannot be told of another file`
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
