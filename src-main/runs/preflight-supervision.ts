/**
 * Weighs what a run with completion loss has to learn from: tasks whose supervised tokens are none or are lost, and
 * micro-batches without a target, which add nothing to their step. Conversations that are longer than a row and so take
 * up the buffer of best-fit pad are told of with any loss.
 */
import type { EntryFacts, PackingFacts } from '../packing/packing-facts.schema'
import type { RunConfig } from '../config/config.schema'
import type { Finding } from './preflight.schema'

/** A share lost of a task's supervised tokens that is warned about. */
const WEIGHTY = 0.05
/** The most tasks that are warned about one by one; the totals are always reported. */
const LISTED = 8

/** @param nameOf an entry's name for people */
export function supervisionFindings(
  config: RunConfig,
  facts: PackingFacts,
  nameOf: (entry: EntryFacts) => string,
): Finding[] {
  const waiting = waitingFindings(config, facts)
  if (facts.targets.loss === 'all') return waiting
  return [...waiting, ...targetFindings(facts), ...taskFindings(facts, nameOf)]
}

function targetFindings({ targets }: PackingFacts): Finding[] {
  const { micro_batches: all, without, with_few: few, first_step_without: first } = targets
  const little = few === 0 ? '' : `; ${count(few)} ${few === 1 ? 'has' : 'have'} few`
  if (without === 0) {
    const message = `Every one of ${count(all)} micro-batches has targets${little}.`
    return [{ level: 'ok', path: 'loss', message }]
  }
  return [
    {
      level: 'warn',
      path: 'loss',
      message:
        `${count(without)} of ${count(all)} micro-batches ${without === 1 ? 'has' : 'have'} no target, ` +
        `the first in step ${count(first ?? 1)}: nothing of the assistant’s is in ${without === 1 ? 'it' : 'them'}, ` +
        `and ${without === 1 ? 'it adds' : 'they add'} nothing to the update${little}.`,
      remedy: 'Raise device_batch_size or max_seq_len, or look in Packing at what those rows hold.',
    },
  ]
}

function taskFindings({ entries }: PackingFacts, nameOf: (entry: EntryFacts) => string): Finding[] {
  const silent = entries.filter((entry) => entry.tokens > 0 && given(entry) === 0)
  const losing = entries
    .filter((entry) => lost(entry) >= WEIGHTY * given(entry) && given(entry) > 0)
    .sort((a, b) => lost(b) / given(b) - lost(a) / given(a))
    .slice(0, LISTED)
  const sum = (amount: (entry: EntryFacts) => number): number =>
    entries.reduce((total, entry) => total + amount(entry), 0)
  const [all, used, gone] = [sum(given), sum((entry) => entry.supervised_used), sum(lost)]
  return [
    ...silent.map((entry): Finding => ({
      level: 'warn',
      path: `mixture.train.${String(entry.entry)}`,
      message: `${nameOf(entry)} supervises nothing: of its ${count(entry.tokens)} tokens none is the assistant’s.`,
      remedy: 'Take it out of the mixture, or set loss to "all".',
    })),
    ...losing.map((entry): Finding => ({
      level: 'warn',
      path: `mixture.train.${String(entry.entry)}`,
      message: `${nameOf(entry)} loses ${share(lost(entry), given(entry))} of its supervised tokens: ${causes(entry)}.`,
      remedy: 'Raise max_seq_len, or split its long conversations.',
    })),
    {
      level: 'ok',
      path: 'loss',
      message: `The tasks give ${count(all)} supervised tokens; ${count(used)} are trained on, ${count(gone)} (${share(gone, all)}) are cut off or never trained.`,
    },
  ]
}

/** A task's supervised tokens before rendering and packing take any away. */
function given(entry: EntryFacts): number {
  return entry.supervised + entry.supervised_cut_by_rendering
}

function lost(entry: EntryFacts): number {
  return entry.supervised_cropped + entry.supervised_cut_by_rendering + entry.supervised_never_trained
}

function causes(entry: EntryFacts): string {
  const amounts: [number, string][] = [
    [entry.supervised_cropped, 'cropped by packing'],
    [entry.supervised_cut_by_rendering, 'cut off by rendering'],
    [entry.supervised_never_trained, 'never trained'],
  ]
  return amounts
    .filter(([amount]) => amount > 0)
    .map(([amount, how]) => `${count(amount)} ${how}`)
    .join(', ')
}

function waitingFindings(config: RunConfig, { longer_than_row: longer, entries }: PackingFacts): Finding[] {
  if (config.packing !== 'bestfit-pad' || longer === 0) return []
  const longest = Math.max(...entries.map((entry) => entry.longest))
  const are = longer === 1 ? '1 conversation is' : `${count(longer)} conversations are`
  return [
    {
      level: 'warn',
      path: 'max_seq_len',
      message:
        `${are} longer than a row of ${count(config.max_seq_len + 1)} and ${longer === 1 ? 'fits' : 'fit'} in none: as in nanochat, ` +
        `best-fit pad leaves them in the buffer of ${count(config.buffer_size)}, and crops them only when it holds nothing else.`,
      remedy: `Set max_seq_len to ${String(longest - 1)} for rows that hold the longest, or shorten those conversations.`,
    },
  ]
}

function share(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)} %`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
