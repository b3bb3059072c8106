/** What a search for duplicates found, as the window counts and names it. */
import type { DuplicateKind, DuplicatePair, Findings, MixtureEntry, PairsOf, RunConfig } from '../api/types'
import { count, percent } from '../format/number'
import { duration } from '../format/units'
import { entryName } from './entry'

/** The kinds that are counted by entry of train, with their titles and what they mean. */
export const KINDS: readonly {
  kind: Exclude<DuplicateKind, 'val-test'>
  title: string
  about: (findings: Findings) => string
}[] = [
  {
    kind: 'exact',
    title: 'exact',
    about: () => 'The same words as an earlier conversation, whatever their case and punctuation',
  },
  {
    kind: 'near',
    title: 'near',
    about: ({ near_from: from }) =>
      `At least ${percent(from)} % of all runs of five words shared with an earlier conversation`,
  },
  { kind: 'val', title: 'val', about: () => 'The same, or nearly the same, as a conversation of val' },
  {
    kind: 'test',
    title: 'tests',
    about: () => 'Holds 13 words in a row of a test’s question, or all of a short one as a message',
  },
]

/** One line over the list: what is listed. */
export function listTitle(
  { kind, entry, test }: PairsOf,
  findings: Findings,
  mixture: RunConfig['mixture'],
): string {
  const list = kind === 'val-test' ? mixture.val : mixture.train
  const of = list[entry ?? -1]
  const where = of ? ` of ${entryName(of)}` : ''
  const label = findings.tests[test ?? -1]?.label ?? 'a test'
  const titles: Record<DuplicateKind, string> = {
    exact: `Exact duplicates${where}`,
    near: `Near duplicates${where}`,
    val: `Train conversations${where} that val has too`,
    test: `Train conversations${where} that overlap ${label}`,
    'val-test': `Val conversations${where} that overlap ${label}`,
  }
  return titles[kind]
}

/** How much of it is the same: "same words", "91.2 % shared", "40.0 % of the question". */
export function shareText(kind: DuplicateKind, share: number): string {
  if (kind === 'test' || kind === 'val-test') return `${percent(share)} %`
  return share === 1 ? 'same words' : `${percent(share)} %`
}

/** "GSM8K main test row 12" of what a conversation is like. */
export function placeText(
  place: DuplicatePair['other'],
  findings: Findings,
  mixture: RunConfig['mixture'],
): string {
  if (place.of === 'test') return findings.tests[place.entry]?.label ?? 'test'
  const entry: MixtureEntry | undefined = mixture[place.of][place.entry]
  return entry ? entryName(entry) : place.of
}

/** What was looked at, in one line. */
export function searchedText({ train, val, listed_again: again, seconds }: Findings): string {
  const parts = [
    `${count(train, 'conversation')} of train`,
    ...(val > 0 ? [`${count(val, 'conversation')} of val`] : []),
  ]
  const twice =
    again > 0
      ? `; ${count(again, 'row')} that another entry lists too ${again === 1 ? 'was' : 'were'} looked at once`
      : ''
  return `${parts.join(' and ')} compared in ${duration(seconds)}${twice}`
}
