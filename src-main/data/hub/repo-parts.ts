/**
 * Which files of a dataset repository are which subset and split. The hub's own conversion to parquet says it in its
 * folders (`subset/split/0000.parquet`); in the repository itself it is told by names, as Hugging Face's tools do: a
 * split's name in a file's or folder's name, else train; a subset by the first folder. Pure.
 */
import { naturalOrder } from '../files/pattern'
import { isDataName } from '../files/data-name'

/** Files of one subset and split. */
export interface RepoPart {
  subset: string
  split: string
  /** Within the repository, in natural order. */
  paths: string[]
}

/** A split's name as a word of a file's or folder's name. */
const SPLITS: readonly [RegExp, string][] = [
  [/(^|[^a-z])(train|training)([^a-z]|$)/, 'train'],
  [/(^|[^a-z])(validation|valid|val|dev)([^a-z]|$)/, 'validation'],
  [/(^|[^a-z])(test|testing|eval|evaluation)([^a-z]|$)/, 'test'],
]
/** `train_sft-00000-of-00003-a3ecf92756993583.parquet`: the hub's own names for the files of a split. */
const SHARD = /^(.+)-\d{5}-of-\d{5}(-[0-9a-f]+)?\.parquet$/
const DEFAULT = 'default'

/** The parts of the hub's conversion; a split that it converted in part only (`partial-train`) is none. */
export function convertedParts(paths: readonly string[]): RepoPart[] {
  return grouped(
    paths.flatMap((path) => {
      const [, subset, split] = /^([^/]+)\/([^/]+)\/[^/]+\.parquet$/.exec(path) ?? []
      return subset === undefined || split === undefined || split.startsWith('partial-')
        ? []
        : [{ path, subset, split }]
    }),
  )
}

/** The parts of a repository as it was uploaded. */
export function uploadedParts(paths: readonly string[]): RepoPart[] {
  const data = paths.filter((path) => isDataName(path.slice(path.lastIndexOf('/') + 1)))
  const parquet = data.filter((path) => path.endsWith('.parquet'))
  return grouped((parquet.length > 0 ? parquet : data).map((path) => ({ path, ...placeOf(path) })))
}

/**
 * The part that is asked for; where nothing is asked, the subset `default` and the split train, or the only ones.
 *
 * @returns the part, or why there is none, with what there is
 */
export function partOf(
  parts: readonly RepoPart[],
  asked: { subset?: string | undefined; split?: string | undefined },
): RepoPart | { fault: string } {
  const subsets = [...new Set(parts.map(({ subset }) => subset))]
  const subset = asked.subset ?? only(subsets, DEFAULT)
  if (subset === undefined) return { fault: `name a subset, one of ${subsets.join(', ')}` }
  const of = parts.filter((part) => part.subset === subset)
  if (of.length === 0) return { fault: `there is no subset ${subset}, only ${subsets.join(', ')}` }
  const splits = of.map(({ split }) => split)
  const split = asked.split ?? only(splits, 'train')
  if (split === undefined) return { fault: `name a split, one of ${splits.join(', ')}` }
  return (
    of.find((part) => part.split === split) ?? {
      fault: `there is no split ${split}, only ${splits.join(', ')}`,
    }
  )
}

/** Whether the names prove that every file is there: all `NAME-…-of-N` of one name. Other names prove nothing. */
export function isComplete({ paths }: RepoPart): boolean {
  const shards = paths.map((path) => /^(.*)-\d+-of-(\d+)/.exec(path))
  const [first] = shards
  if (!first || Number(first[2]) !== paths.length) return false
  return shards.every((shard) => shard?.[1] === first[1] && shard?.[2] === first[2])
}

function only(names: readonly string[], usual: string): string | undefined {
  return names.includes(usual) ? usual : names.length === 1 ? names[0] : undefined
}

function placeOf(path: string): { subset: string; split: string } {
  const names = path.split('/')
  const file = names.at(-1) ?? ''
  const [, shard] = SHARD.exec(file) ?? []
  const folders = names.slice(0, -1)
  const named = [...folders, file.replace(/\..*$/, '')].map(splitIn)
  const subset = folders.find((name, at) => name !== 'data' && named[at] === undefined)
  return {
    subset: subset ?? DEFAULT,
    split: shard ?? named.findLast((each) => each !== undefined) ?? 'train',
  }
}

function splitIn(name: string): string | undefined {
  return SPLITS.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1]
}

function grouped(files: readonly { path: string; subset: string; split: string }[]): RepoPart[] {
  const parts: RepoPart[] = []
  for (const { path, subset, split } of [...files].sort((a, b) => naturalOrder(a.path, b.path))) {
    const known = parts.find((part) => part.subset === subset && part.split === split)
    if (known === undefined) parts.push({ subset, split, paths: [path] })
    else known.paths.push(path)
  }
  return parts
}
