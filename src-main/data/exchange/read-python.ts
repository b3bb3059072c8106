/**
 * Reads a mixture from Python in the form of the reference's script: `train_dataset = TaskMixture([...])`, likewise
 * `val_…`, from a whole script or from such a list alone. Nothing is run: what only running would tell is refused, with
 * its line; so are arguments that a task does not take, and a mixture that cannot be read whole. Every fault is listed.
 */
import { MidbenchError, type Issue } from '../../errors'
import { firstFault } from '../../schema-faults'
import { shownText } from '../../shown'
import { kindNamed, mixtureEntry, TASK_KINDS, type MixtureEntry, type SplitName } from '../mixture.schema'
import { PythonFault, PythonReader, type PythonCall, type PythonValue } from './python-reader'
import { pythonTokens, type PythonToken } from './python-tokens'

export type ReadLists = Partial<Record<SplitName, MixtureEntry[]>>

/** Names that a script gives its two lists; other names that begin so are the script's own (`train_loader`). */
const LIST_NAME = /^(train|val)(_(dataset|ds|data|mixture|tasks))?$/
const SLICE = ['start', 'stop', 'step']

/**
 * @param baseDir the value of `base_dir`
 * @param where the file, for messages
 * @returns the lists found; a task listed n times in a row becomes one entry with `repeat: n`
 * @throws MidbenchError `mixture.python` with an issue `line 12` for each fault
 */
export function readPythonMixture(source: string, baseDir: string, where: string): ReadLists {
  const names = new Map<string, PythonValue>([['base_dir', baseDir]])
  const issues: Issue[] = []
  const lists: ReadLists = {}
  for (const { target, tokens } of statements(pythonTokens(source))) {
    const list = listTokens(tokens)
    if (list === null) {
      const lost = unreadList(target, tokens)
      if (lost !== undefined) issues.push(notAList(lost))
      else if (target !== null) assign(target, tokens, names)
      continue
    }
    const split = splitOf(target)
    if (split === null) issues.push(notASplit(target ?? '', list))
    else if (lists[split] !== undefined) issues.push(secondList(split, list))
    else lists[split] = readList(new PythonReader(list, names), list.length < tokens.length, issues)
  }
  if (lists.train === undefined && lists.val === undefined && issues.length === 0) {
    issues.push({ path: 'line 1', message: 'there is no TaskMixture([...]) here, and no list of tasks' })
  }
  if (issues.length > 0) throw refused(where, issues)
  return lists
}

interface Statement {
  /** The assigned name; null where nothing is assigned. */
  target: string | null
  tokens: PythonToken[]
}

function statements(tokens: readonly PythonToken[]): Statement[] {
  const result: Statement[] = []
  let current: PythonToken[] = []
  const end = (): void => {
    const [first, second, third] = current
    const assigns = first?.kind === 'name' && second?.text === '=' && third?.text !== '='
    const statement = { target: assigns ? first.text : null, tokens: assigns ? current.slice(2) : current }
    if (current.length > 0) result.push(statement)
    current = []
  }
  for (const token of tokens) {
    if (token.kind === 'newline' || (token.kind === 'op' && token.text === ';')) end()
    else current.push(token)
  }
  end()
  return result
}

/** The tokens from a list's opening bracket on, where a statement is a mixture; else null. */
function listTokens(tokens: readonly PythonToken[]): readonly PythonToken[] | null {
  const [first, second, third] = tokens
  if (first?.text === 'TaskMixture' && second?.text === '(' && third?.text === '[') return tokens.slice(2)
  return first?.text === '[' && isTask(second) ? tokens : null
}

/** The beginning of a mixture in a statement that cannot be read as one: it would be lost silently. */
function unreadList(target: string | null, tokens: readonly PythonToken[]): PythonToken | undefined {
  if (target !== null && LIST_NAME.test(target)) return tokens[0]
  return tokens.find(
    (token, at) =>
      (isTask(token) || token.text === 'TaskMixture') &&
      tokens[at + 1]?.text === '(' &&
      tokens[at - 1]?.text !== 'class',
  )
}

function isTask(token: PythonToken | undefined): boolean {
  return token?.kind === 'name' && kindNamed(token.text) !== undefined
}

/** Remembers a name's value; forgets it where the value cannot be read. */
function assign(target: string, tokens: readonly PythonToken[], names: Map<string, PythonValue>): void {
  const text = tokens.map((token) => token.text).join('')
  if (target === 'base_dir' && text === 'get_base_dir()') return
  try {
    const reader = new PythonReader(tokens, names)
    const value = reader.value()
    if (reader.done) names.set(target, value)
    else names.delete(target)
  } catch (fault) {
    if (!(fault instanceof PythonFault)) throw fault
    names.delete(target)
  }
}

/** A list without an assignment is the train list. */
function splitOf(target: string | null): SplitName | null {
  if (target === null || target.startsWith('train')) return 'train'
  return target.startsWith('val') ? 'val' : null
}

/** @param inCall whether the list is TaskMixture's argument */
function readList(reader: PythonReader, inCall: boolean, issues: Issue[]): MixtureEntry[] {
  const entries: MixtureEntry[] = []
  const before = issues.length
  reader.take('[')
  while (!reader.take(']')) {
    const from = reader.mark()
    try {
      addEntry(entries, entryOf(reader.call()))
      if (reader.take(']')) break
      reader.expect(',', 'between tasks')
    } catch (fault) {
      if (!(fault instanceof PythonFault)) throw fault
      issues.push(fault.toIssue())
      reader.skipElement(from)
      reader.take(',')
      if (reader.done) break
    }
  }
  if (issues.length === before) expectEnd(reader, inCall, issues)
  return entries
}

/** Refuses what would change a list after its end: `[…] * 2`, or the other list, where a bracket is missing. */
function expectEnd(reader: PythonReader, inCall: boolean, issues: Issue[]): void {
  try {
    if (inCall) {
      reader.take(',')
      reader.expect(')', 'after the list of tasks')
    }
    if (!reader.done) reader.expect('the end of the line', 'after the list of tasks')
  } catch (fault) {
    if (!(fault instanceof PythonFault)) throw fault
    issues.push(fault.toIssue())
  }
}

/** @throws PythonFault */
function entryOf(call: PythonCall): MixtureEntry {
  const { name, line } = call
  const python = kindNamed(name)?.python
  if (python === undefined || python === null) {
    const known = TASK_KINDS.filter((kind) => kind.python !== null)
      .map(({ entry }) => entry.shape.task.value)
      .join(', ')
    throw new PythonFault(line, `${shownText(name)} is no task that Midbench has: ${known}`)
  }
  const options = { task: name, ...python.defaults, ...optionsOf(call, python.parameters) }
  const parsed = mixtureEntry.safeParse(options)
  if (parsed.success) return parsed.data
  throw new PythonFault(line, `${name}: ${firstFault(parsed.error, options)}`)
}

/**
 * The values that a call gives its parameters, without None. @throws PythonFault for an argument that the task does not
 * take
 */
function optionsOf(
  { name, line, positional, named }: PythonCall,
  parameters: readonly string[],
): Record<string, PythonValue> {
  if (positional.length > parameters.length) {
    throw new PythonFault(line, `${name} takes ${String(parameters.length)} arguments without a name at most`)
  }
  const options = new Map(positional.map((value, index) => [parameters[index] ?? '', value]))
  for (const [key, value] of named) {
    if (!parameters.includes(key) && !SLICE.includes(key)) {
      throw new PythonFault(
        line,
        `${name} takes no ${shownText(key)}, only ${[...parameters, ...SLICE].join(', ')}`,
      )
    }
    if (options.has(key)) throw new PythonFault(line, `${shownText(key)} is given twice`)
    options.set(key, value)
  }
  return Object.fromEntries([...options].filter(([, value]) => value !== null))
}

/** Appends an entry, or adds to the count of the last one where both are the same. */
function addEntry(entries: MixtureEntry[], entry: MixtureEntry): void {
  const last = entries.at(-1)
  const { repeat = 1, ...data } = last ?? {}
  if (last !== undefined && JSON.stringify(data) === JSON.stringify(entry)) {
    entries[entries.length - 1] = { ...entry, repeat: repeat + 1 }
  } else entries.push(entry)
}

function notAList({ line }: PythonToken): Issue {
  const message =
    'the tasks here cannot be read: they must stand as train_dataset = TaskMixture([…]), or as such a list alone'
  return { path: `line ${String(line)}`, message }
}

function notASplit(target: string, list: readonly PythonToken[]): Issue {
  const message = `${shownText(target)} is neither train nor val: name the list train_dataset or val_dataset`
  return { path: `line ${String(list[0]?.line ?? 1)}`, message }
}

function secondList(split: SplitName, list: readonly PythonToken[]): Issue {
  const message = `this is a second list for ${split}: leave one`
  return { path: `line ${String(list[0]?.line ?? 1)}`, message }
}

function refused(where: string, issues: Issue[]): MidbenchError {
  const [first] = issues
  const more = issues.length > 1 ? ` (the first of ${String(issues.length)} faults)` : ''
  return new MidbenchError({
    code: 'mixture.python',
    message: `${where}, ${first?.path ?? ''}: ${first?.message ?? ''}${more}`,
    remedy: 'Correct those lines; nothing was taken.',
    issues,
  })
}
