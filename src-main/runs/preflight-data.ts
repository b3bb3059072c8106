/** What in its data stops a run: an entry, a file, a slice or a tokenizer that cannot be read, or an empty mixture. */
import { countingText, type ByteCounting } from '../byte-counting'
import { MidbenchError } from '../errors'
import type { RunConfig } from '../config/config.schema'
import { badRows, reasonsText, type Tally } from '../data/formats/tally.schema'
import type { OpenedData } from '../packing/data-calls'
import type { DataIdentity } from '../packing/data-identity.schema'
import type { Finding } from './preflight.schema'

/** The data as it was last opened: the error, or how many conversations there are. */
export type DataState =
  | MidbenchError
  | {
      train: number
      val: number
      /** How the tokenizer's token_bytes.pt counts. */
      counting?: ByteCounting | null
      /** The entries of which rows are left out, since they cannot be converted. */
      leftOut?: LeftOut[]
      /** By which a branch knows whether it goes on with its parent's data. */
      identity?: DataIdentity
    }

interface LeftOut {
  /** `mixture.train.2` */
  path: string
  label: string
  /** Of all rows, how many were left out, by reason. */
  skipped: Tally
}

/** Data that is missing on this machine but can be downloaded. */
export interface LackingData {
  /** The first entry that needs it: `mixture.train.2`. */
  path: string
  label: string
  /** The folder that it is downloaded to. */
  dir: string
  /** Why a copy that is here is not used; null where there is none. */
  unusable: string | null
}

/** What a preflight has to know of opened data. */
export function stateOf(opened: OpenedData): DataState {
  const { trainConversations: train, valConversations: val, counting, tasks, identity } = opened
  const leftOut = (['train', 'val'] as const).flatMap((split) =>
    tasks[split].flatMap(({ entry, label, skipped }, index): LeftOut[] => {
      const isRepeat = tasks[split].findIndex((task) => task.entry === entry) < index
      const path = `mixture.${split}.${String(entry)}`
      return skipped === undefined || isRepeat ? [] : [{ path, label, skipped }]
    }),
  )
  return { train, val, counting, leftOut, identity }
}

/** @param lacking entries already reported as still to be downloaded */
export function dataFindings(
  config: RunConfig,
  data: DataState | null,
  lacking: readonly { path: string }[],
): Finding[] {
  if (data === null) return []
  if (!(data instanceof MidbenchError)) {
    return [...emptyFindings(config, data), ...countingFindings(data), ...leftOutFindings(data)]
  }
  const { message, remedy, issues = [] } = data
  if (issues.length === 0) return [block('base_dir', message, remedy)]
  const told = lacking.map(({ path }) => path)
  return issues
    .filter(({ path }) => !told.some((each) => path === each || path.startsWith(`${each}.`)))
    .map((issue) => block(issue.path, issue.message, issue.hint ?? remedy))
}

function emptyFindings(config: RunConfig, { train, val }: { train: number; val: number }): Finding[] {
  const remedy = 'Widen its slices, or add a task.'
  const findings: Finding[] = []
  if (train === 0)
    findings.push(block('mixture.train', 'The mixture has no conversation to train on.', remedy))
  if (val === 0 && config.mixture.val.length > 0 && config.eval_every !== -1) {
    findings.push(block('mixture.val', 'The mixture has no conversation to evaluate on.', remedy))
  }
  return findings
}

/** As the entry asks for, and yet to be seen before the run. */
function leftOutFindings({ leftOut = [] }: { leftOut?: LeftOut[] }): Finding[] {
  return leftOut.map(({ path, label, skipped }) => {
    const [bad, rows] = [badRows(skipped), skipped.rows].map((count) => count.toLocaleString('en-US'))
    const message = `${label}: ${bad ?? ''} of ${rows ?? ''} rows are left out: ${reasonsText(skipped)}.`
    return { level: 'warn', path, message, remedy: 'Correct these rows, or go on without them.' }
  })
}

/** Both ways are well: which one it is tells with which older figures bits per byte may be compared. */
function countingFindings({ counting = null }: { counting?: ByteCounting | null }): Finding[] {
  const message = counting === null ? null : countingText(counting)
  return message === null ? [] : [{ level: 'ok', path: 'base_dir', message }]
}

function block(path: string, message: string, remedy?: string): Finding {
  return { level: 'block', path, message, ...(remedy === undefined ? {} : { remedy }) }
}
