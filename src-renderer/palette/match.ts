/**
 * What the palette finds: named commands by the words typed, and places in the data by number ("step 120",
 * "conversation 48213", "batch 7").
 */

export interface Command {
  id: string
  /** What the list says. */
  title: string
  /** Group shown at the right: "place", "run", "task". */
  group: string
  /** Words by which it is found too. */
  words?: string
  keys?: string
  run: () => void
}

export function command(id: string, title: string, group: string, run: () => void, keys?: string): Command {
  return keys ? { id, title, group, run, keys } : { id, title, group, run }
}

export type Jump = { to: 'step' | 'conversation' | 'batch'; number: number }

/** Reads "step 120" and its like; thousands may be grouped. Null for any other text. */
export function jumpOf(query: string): Jump | null {
  const found = /^\s*(s|step|c|conv|conversation|b|batch)\s*#?\s*(\d[\d,]*)\s*$/i.exec(query)
  const word = found?.[1]?.toLowerCase()
  const digits = found?.[2]
  if (!word || !digits) return null
  const number = Number(digits.replaceAll(',', ''))
  if (!Number.isSafeInteger(number)) return null
  if (word.startsWith('s')) return { to: 'step', number }
  return { to: word.startsWith('c') ? 'conversation' : 'batch', number }
}

/** How well a title answers the words typed. 0 is not at all; matches at the start of words count most. */
function score(title: string, query: string): number {
  const text = title.toLowerCase()
  let total = 1
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word)
    if (at === -1) return 0
    total += at === 0 ? 3 : /\W/.test(text[at - 1] ?? ' ') ? 2 : 1
  }
  return total
}

/** Title and group as they are shown come first; what is found by further words alone comes last. */
function scoreOf({ title, group, words = '' }: Command, query: string): number {
  const shown = score(`${title} ${group}`, query)
  return shown > 0 ? shown + 1 : score(`${title} ${group} ${words}`, query) && 1
}

/** The commands that answer the query, best first; all of them, in order, where nothing is typed. */
export function search(commands: readonly Command[], query: string, limit = 12): Command[] {
  return commands
    .map((command, order) => ({ command, order, score: scoreOf(command, query) }))
    .filter((candidate) => candidate.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .slice(0, limit)
    .map(({ command }) => command)
}
