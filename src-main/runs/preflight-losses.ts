/**
 * Weighs what training loses of the data: by task, as a share of the task's own tokens, since a small task can lose
 * nearly all of itself in a number that looks small; and by conversation, for what the buffer or an incomplete step
 * leaves out.
 */
import { basename } from 'node:path'
import { kindOf, namedFiles } from '../data/mixture.schema'

import { lostShare, RENDERED_TOKENS } from '../packing/packing-facts'
import type { EntryFacts, PackingFacts } from '../packing/packing-facts.schema'
import type { RunConfig } from '../config/config.schema'
import type { Finding } from './preflight.schema'
import { supervisionFindings } from './preflight-supervision'

/** A share lost of a task's tokens, or of a mixture's conversations, that is warned about. */
const WEIGHTY = 0.05
/** The most tasks that are warned about one by one; their total is always reported. */
const LISTED = 8

/** @returns warnings for large losses, and passed checks that report the small ones */
export function lossFindings(config: RunConfig, facts: PackingFacts | null): Finding[] {
  if (facts === null) return []
  return [
    ...tokenFindings(config, facts),
    ...conversationFindings(config, facts),
    ...supervisionFindings(config, facts, (entry) => nameOf(entry, config)),
  ]
}

// ---------------------------------------------------------------- tokens

function tokenFindings(config: RunConfig, { entries, longer_than_row: longer }: PackingFacts): Finding[] {
  const weighty = entries
    .filter((entry) => lostShare(entry) >= WEIGHTY)
    .sort((a, b) => lostShare(b) - lostShare(a))
    .slice(0, LISTED)
  return [
    ...weighty.map((entry) => entryWarning(entry, config)),
    ok('max_seq_len', croppedText(entries, longer, config)),
    ...cutText(entries, config).map((text) => ok('mixture.train', text)),
  ]
}

function entryWarning(entry: EntryFacts, config: RunConfig): Finding {
  const { tokens_cropped: cropped, tokens_cut_by_rendering: cut } = entry
  const causes = [
    ...(cropped > 0 ? [cropCause(entry, config)] : []),
    ...(cut > 0 ? [`rendering cuts off ${cutAmount(entry)}`] : []),
  ]
  return {
    level: 'warn',
    path: `mixture.train.${String(entry.entry)}`,
    message: `${nameOf(entry, config)} loses ${percent(lostShare(entry))} of its tokens: ${causes.join('; ')}.`,
    remedy: [...(cropped > 0 ? [cropRemedy(entry, config)] : []), ...(cut > 0 ? [CUT_REMEDY] : [])].join(' '),
  }
}

function cropCause(entry: EntryFacts, { max_seq_len: length }: RunConfig): string {
  const { conversations, conversations_longer_than_row: longer, tokens_cropped: cropped } = entry
  const why =
    longer === 0
      ? 'to fill the rows, though each of its conversations fits in one'
      : `as ${count(longer)} of its ${conversationsText(conversations)} ${longer === 1 ? 'is' : 'are'} longer than a row of ${count(length + 1)}`
  return `packing crops ${count(cropped)}, ${why}`
}

function cropRemedy(entry: EntryFacts, { packing, max_seq_len: length }: RunConfig): string {
  if (entry.longest > length + 1) {
    return `Set max_seq_len to ${String(entry.longest - 1)} for rows that hold its longest conversation, or shorten those.`
  }
  return packing === 'bestfit-crop'
    ? 'Set packing to "bestfit-pad", which crops no conversation that fits in a row, or raise max_seq_len.'
    : 'Raise max_seq_len.'
}

const CUT_REMEDY = `Split what rendering cuts into conversations of at most ${count(RENDERED_TOKENS)} tokens.`

/** Says how much packing crops in all, and which task it crops most. */
function croppedText(entries: readonly EntryFacts[], longer: number, config: RunConfig): string {
  const used = sum(entries, (entry) => entry.tokens_used)
  const cropped = sum(entries, (entry) => entry.tokens_cropped)
  if (cropped === 0) return 'Packing crops nothing: every conversation that is trained is whole.'
  const share = (entry: EntryFacts): number =>
    entry.tokens_cropped / Math.max(1, entry.tokens_used + entry.tokens_cropped)
  const most = entries.reduce((a, b) => (share(b) > share(a) ? b : a))
  const rows =
    longer === 0
      ? 'every conversation fits in a row'
      : `${conversationsText(longer)} ${longer === 1 ? 'is' : 'are'} longer than a row`
  return (
    `Packing crops ${percent(cropped / (used + cropped))} of the tokens, ${count(cropped)} in an epoch` +
    ` (of a task at most ${percent(share(most))}: ${nameOf(most, config)}); ${rows}.`
  )
}

/** Says what rendering cuts, by task; empty where it cuts nothing. */
function cutText(entries: readonly EntryFacts[], config: RunConfig): string[] {
  const cut = entries.filter((entry) => entry.tokens_cut_by_rendering > 0)
  if (cut.length === 0) return []
  const tokens = sum(cut, (entry) => entry.tokens_cut_by_rendering)
  const byTask = cut.map((entry) => `${nameOf(entry, config)} ${cutAmount(entry)}`).join('; ')
  return [
    `Rendering keeps ${count(RENDERED_TOKENS)} tokens of a conversation, as the reference does, and cuts off ${count(tokens)}: ${byTask}.`,
  ]
}

function cutAmount({
  conversations_cut_by_rendering: cut,
  tokens_cut_by_rendering: tokens,
}: EntryFacts): string {
  return `${count(tokens)} tokens of ${conversationsText(cut)}`
}

// ---------------------------------------------------------------- conversations

function conversationFindings(
  config: RunConfig,
  { run, conversations, epoch_steps: epoch }: PackingFacts,
): Finding[] {
  if (run === null || run.conversations_never_trained + run.conversations_placed_again === 0) return []
  const { conversations_never_trained: never, conversations_placed_again: again } = run
  const isSmaller = conversations <= config.buffer_size
  const text =
    `Of ${conversationsText(conversations)} ${count(never)} ${never === 1 ? 'is' : 'are'} never trained` +
    (again === 0 ? '' : `, and ${count(again)} ${again === 1 ? 'is' : 'are'} trained again`)
  // With fewer steps than an epoch, leaving conversations out is what was asked for.
  const weighs = run.steps >= epoch && never / conversations >= WEIGHTY
  if (!weighs) return [ok('buffer_size', `${text}.`)]
  const why = isSmaller
    ? `: the buffer of ${count(config.buffer_size)} takes in the whole mixture and is filled up from a second pass`
    : ': they are left in the buffer, or in batches that do not fill a last step'
  const remedy = `Lower buffer_size, to ${String(Math.max(1, Math.floor(conversations * WEIGHTY)))} say, or add conversations.`
  return [{ level: 'warn', path: 'buffer_size', message: `${text}${why}.`, remedy }]
}

// ---------------------------------------------------------------- words

function ok(path: string, message: string): Finding {
  return { level: 'ok', path, message }
}

/** A path tells which entry it is; for a file the name is enough. */
function nameOf({ entry, name }: EntryFacts, { mixture }: RunConfig): string {
  const source = mixture.train[entry]
  if (!source || kindOf(source).files.standard !== null) return name
  return [source.task, ...namedFiles(source).map((path) => basename(path))].join(' ')
}

function sum(entries: readonly EntryFacts[], amount: (entry: EntryFacts) => number): number {
  return entries.reduce((total, entry) => total + amount(entry), 0)
}

function conversationsText(number: number): string {
  return `${count(number)} ${number === 1 ? 'conversation' : 'conversations'}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
