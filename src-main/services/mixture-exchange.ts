/**
 * A mixture as a file: JSON as in a config, or Python as in the reference's script. A file that cannot be imported
 * exactly is refused as a whole, with all its faults.
 */
import { dirname, extname } from 'node:path'

import { readPythonMixture, type ReadLists } from '../data/exchange/read-python'
import { writePythonMixture } from '../data/exchange/write-python'
import type { MixtureConfig } from '../data/mixture.schema'
import { MidbenchError, type Issue } from '../errors'
import { readTextFile } from '../files/text-file'
import { parseJson, withAbsolutePaths } from '../config/config'
import { runConfig, type RunConfig } from '../config/config.schema'
import { configIssues } from '../config/config-issues'
import { reasonOf } from '../system-error'
import type { MixtureFormat } from './shell'

/**
 * The lists of a mixture's file, which may also be a config or a script; relative paths start from its folder and
 * become absolute.
 *
 * @param baseDir what a script's `base_dir` stands for
 * @throws MidbenchError `mixture.unreadable`, `config.not-json`, `config.invalid`, `mixture.python`
 */
export async function readMixtureFile(
  path: string,
  baseDir: string,
): Promise<ReadLists & { exclude?: RunConfig['exclude'] }> {
  const text = await readTextFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  const isPython = extname(path).toLowerCase() === '.py'
  const lists = isPython ? readPythonMixture(text, baseDir, path) : jsonLists(parseJson(text, path))
  const { exclude, ...listed } = 'exclude' in lists ? lists : { ...lists, exclude: undefined }
  const input = { mixture: { train: [], val: [], ...listed }, exclude }
  const parsed = runConfig.safeParse(input)
  if (!parsed.success) throw invalidMixture(path, configIssues(parsed.error, input))
  const absolute = withAbsolutePaths(parsed.data, dirname(path), baseDir).mixture
  return {
    ...('train' in lists ? { train: absolute.train } : {}),
    ...('train' in lists && exclude !== undefined ? { exclude: parsed.data.exclude } : {}),
    ...('val' in lists ? { val: absolute.val } : {}),
  }
}

/** The text of a mixture's file. @throws MidbenchError `mixture.no-python` */
export function mixtureText(format: MixtureFormat, config: RunConfig, dir: string, baseDir: string): string {
  const { mixture, exclude } = withAbsolutePaths(config, dir, baseDir)
  if (format === 'json') return jsonText(mixture, exclude)
  if (exclude.length > 0) throw cannotExclude(exclude.length)
  return writePythonMixture(mixture, baseDir)
}

function cannotExclude(count: number): MidbenchError {
  const amount = count === 1 ? 'one conversation' : `${String(count)} conversations`
  const message = `nanochat's script has no words for ${amount} that exclude takes out of mixture.train.`
  return new MidbenchError({
    code: 'mixture.no-python',
    message,
    remedy: 'Export it as JSON, which keeps everything, or take them back first.',
    issues: [{ path: 'exclude', message }],
  })
}

/** Writes one entry a line, as a person would; `exclude` only where there is something in it. */
function jsonText({ train, val }: MixtureConfig, exclude: RunConfig['exclude']): string {
  const list = (entries: MixtureConfig['val']): string =>
    entries.length === 0
      ? '[]'
      : `[\n${entries.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`
  const out = exclude.length === 0 ? '' : `,\n  "exclude": ${JSON.stringify(exclude)}`
  return `{\n  "train": ${list(train)},\n  "val": ${list(val)}${out}\n}\n`
}

/** Accepts a config, of which mixture and exclude are taken, a mixture, or a list of tasks for train. */
function jsonLists(input: unknown): object {
  if (Array.isArray(input)) return { train: input }
  if (typeof input !== 'object' || input === null) return { train: input }
  if (!('mixture' in input)) return input
  return { ...jsonLists(input.mixture), ...('exclude' in input ? { exclude: input.exclude } : {}) }
}

function invalidMixture(path: string, issues: Issue[]): MidbenchError {
  const [first] = issues
  const more = issues.length > 1 ? ` (the first of ${String(issues.length)} faults)` : ''
  return new MidbenchError({
    code: 'config.invalid',
    message: `${path}: ${first?.path ?? ''} ${first?.message ?? ''}${more}`,
    remedy: 'Correct the file; nothing was taken.',
    issues,
  })
}

function unreadable(path: string, cause: unknown): MidbenchError {
  if (cause instanceof MidbenchError) return cause
  return new MidbenchError(
    {
      code: 'mixture.unreadable',
      message: `${path} cannot be read: ${reasonOf(cause)}.`,
      remedy: 'Choose another file.',
    },
    { cause },
  )
}
