/**
 * What the formats that are lists of messages share: which column holds the list, and how its messages become ours.
 * Keys that say nothing of the text (ids, scores, names) are left out; whatever would change what is read or trained
 * (tools, images, reasoning, weights) makes the row one that cannot be converted.
 */
import type { Conversation } from '../conversation.schema'
import { dueRole } from '../tasks/alternation'
import { shownValue } from '../../shown'
import { ConversionFault } from './conversion-fault'
import { isObject, isPresent, type Columns } from './format'
import { contentOf } from './content'
import { LOST_COLUMNS, refuseLost } from './lost'

/** The keys of a message. */
export interface ChatKeys {
  readonly role: 'role' | 'from'
  readonly content: 'content' | 'value'
}

type Role = Conversation['messages'][number]['role']
type Message = Conversation['messages'][number]

/** Usual names of the column of messages, the likeliest first. */
const USUAL = ['messages', 'conversations', 'conversation', 'dialogue', 'dialog', 'chat']
/** Columns of a row that come before its messages. */
const SYSTEM = ['system', 'system_prompt']

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bard: 'assistant',
  bing: 'assistant',
  model: 'assistant',
  ai: 'assistant',
}
const TOOL_ROLES = ['tool', 'function', 'function_call', 'function_response', 'observation', 'ipython']

/** Columns that must be read of a row besides its messages: they may hold what would be lost. */
export const SIDE_COLUMNS: readonly string[] = [...SYSTEM, ...LOST_COLUMNS]

/** The columns that hold a list of messages with these keys. */
export function findChat(row: unknown, asked: Columns, { role }: ChatKeys): Columns[] {
  if (Array.isArray(row)) return asked.messages === undefined && isChat(row, role) ? [{}] : []
  if (!isObject(row)) return []
  const lists = Object.keys(row).filter((key) => isChat(row[key], role))
  const usual = USUAL.find((name) => lists.includes(name))
  const wanted = asked.messages ?? usual
  const chosen = wanted === undefined ? lists : lists.filter((name) => name === wanted)
  return chosen.map((messages) => ({ messages, system: asked.system ?? SYSTEM.find((key) => key in row) }))
}

/** Whether a value is a list of messages. */
export function isChat(value: unknown, role: ChatKeys['role']): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => isObject(each) && role in each)
}

/**
 * The conversation of a row.
 *
 * @param partsStay whether the assistant's parts stay as they are; else parts of text are put together
 * @throws ConversionFault
 */
export function convertChat(
  row: unknown,
  columns: Columns,
  keys: ChatKeys,
  partsStay: boolean,
): Conversation {
  const list = listOf(row, columns)
  if (isObject(row)) refuseLost(row, null)
  const messages = list.map((each, index) => convertMessage(each, index, keys, partsStay))
  const system = systemOf(row, columns)
  if (system !== null) messages.unshift({ role: 'system', content: system })
  checkTurns(messages, messages.length - list.length)
  return { messages }
}

function listOf(row: unknown, { messages }: Columns): readonly unknown[] {
  const list = messages === undefined || !isObject(row) ? row : row[messages]
  if (Array.isArray(list)) return list
  const what = messages === undefined ? 'it' : messages
  throw new ConversionFault('other-format', `${what} is ${shownKind(list)}; it must be a list of messages`)
}

function convertMessage(value: unknown, index: number, keys: ChatKeys, partsStay: boolean): Message {
  if (!isObject(value) || !(keys.role in value)) {
    const message = `it is ${shownKind(value)}; it must be an object with ${keys.role} and ${keys.content}`
    throw new ConversionFault('other-format', message, index)
  }
  const role = roleOf(value[keys.role], index)
  refuseLost(value, index)
  if (isUntrained(value)) {
    throw new ConversionFault('weight', 'it is marked as not to be trained on', index)
  }
  return { role, content: contentOf(value[keys.content], role, index, partsStay) }
}

function roleOf(value: unknown, index: number): Role {
  const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (TOOL_ROLES.includes(name)) {
    throw new ConversionFault('tool-calls', `its role is ${shownValue(value)}: a tool's`, index)
  }
  const role = Object.hasOwn(ROLES, name) ? ROLES[name] : undefined
  if (role !== undefined) return role
  throw new ConversionFault('role', `the role is ${shownValue(value)}`, index)
}

/** OpenAI's `weight: 0` and others' `train: false`. */
function isUntrained({ weight, train }: Readonly<Record<string, unknown>>): boolean {
  return weight === 0 || weight === 0n || train === false
}

/** What comes before a row's messages: each row is asked, since rows of one file may have different keys. */
function systemOf(row: unknown, columns: Columns): string | null {
  if (!isObject(row)) return null
  const names = columns.system === undefined ? SYSTEM : [columns.system, ...SYSTEM]
  const value = names.map((name) => row[name]).find(isPresent)
  if (value === undefined) return null
  if (typeof value === 'string') return value
  throw new ConversionFault('content', `the system message is ${shownKind(value)}; it must be a text`)
}

/** @param before messages put before those of the list */
function checkTurns(messages: readonly Message[], before: number): void {
  const first = messages[0]?.role === 'system' ? 1 : 0
  messages.slice(first).forEach(({ role }, turn) => {
    const due = dueRole(turn)
    if (role === due) return
    const reason = `the role is ${role} where ${due} is due`
    throw new ConversionFault('turns', reason, first + turn - before)
  })
  if (messages.length - first === 0) throw new ConversionFault('empty', 'there are no messages')
  if (messages.at(-1)?.role === 'assistant') return
  throw new ConversionFault('last', 'the last message is the user’s', messages.length - 1 - before)
}

function shownKind(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'an object' : shownValue(value, 40)
}
