/**
 * Finds files by a pattern, like shells and Python's datasets: `*` and `?` within a name, `[0-9]` for one of several
 * characters, `**` for any folders between. Files come in natural order (train-2 before train-10), the same on every
 * machine, since the order of files is the order of training.
 */
import { readdir, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

import { exists } from '../../files/durable'
import { codeOf } from '../../system-error'

const WILDCARD = /[*?[]/

function isPattern(path: string): boolean {
  return WILDCARD.test(path)
}

/**
 * The files of a pattern in natural order; none where nothing matches. A name that exists exactly as written is taken
 * literally, so folders with brackets in their names can be used.
 *
 * @param pattern an absolute path
 * @throws the file system's error for a folder that may not be read
 */
export async function filesOf(pattern: string): Promise<string[]> {
  if (!isPattern(pattern) || (await exists(pattern))) return [pattern]
  const names = pattern.split(sep).filter((name) => name !== '')
  let found: string[] = [sep]
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1
    const next = await Promise.all(found.map((folder) => matchesIn(folder, name, isLast)))
    found = next.flat()
  }
  const files = await Promise.all(
    [...new Set(found)].map(async (path) => ((await isFolder(path)) ? [] : [path])),
  )
  return files.flat().sort(naturalOrder)
}

/** What one name of a pattern matches in a folder: files for the last name, else folders. */
async function matchesIn(folder: string, name: string, isLast: boolean): Promise<string[]> {
  if (name === '**') return isLast ? filesBelow(folder) : foldersBelow(folder)
  const literal = join(folder, name)
  if (!isPattern(name) || (await exists(literal))) return (await exists(literal)) ? [literal] : []
  const wanted = nameExpression(name)
  const entries = await entriesOf(folder)
  return entries.filter((entry) => wanted.test(entry.name)).map((entry) => join(folder, entry.name))
}

/** A link to a folder counts as one. A link that leads nowhere counts as a file, so that reading it names it. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** The folder and all folders within it; links are not followed, since they may form a circle. */
async function foldersBelow(folder: string): Promise<string[]> {
  const below = (await entriesOf(folder)).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
  )
  const deeper = await Promise.all(below.map((entry) => foldersBelow(join(folder, entry.name))))
  return [folder, ...deeper.flat()]
}

async function filesBelow(folder: string): Promise<string[]> {
  const folders = await foldersBelow(folder)
  return (await Promise.all(folders.map((each) => matchesIn(each, '*', true)))).flat()
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** As in shells, a wildcard does not match the dot of a hidden file. */
function nameExpression(name: string): RegExp {
  const parts = name.match(/\[[!^]?\]?[^\]]*\]|[\s\S]/g) ?? []
  const text = parts.map((part) => {
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 1)
      return `[${part
        .slice(1, -1)
        .replace(/^[!^]/, '^')
        .replace(/[\\\]]/g, '\\$&')}]`
    return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${name.startsWith('.') ? '' : '(?!\\.)'}${text.join('')}$`, 'su')
}

/** Compares runs of digits by value, all else by code unit; independent of language and version. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [piecesOf(a), piecesOf(b)]
  for (const [index, piece] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const order = comparePieces(piece, other)
    if (order !== 0) return order
  }
  return left.length - right.length || compareText(a, b)
}

function piecesOf(text: string): string[] {
  return text.match(/\d+|\D+/g) ?? []
}

function comparePieces(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareText(a, b)
  const [left, right] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')]
  return left.length - right.length || compareText(left, right)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
