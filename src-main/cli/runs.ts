/**
 * `runs`: the runs of this machine, in the terminal: lists, shows, renames, removes and restores them. Removing moves what the
 * run wrote to the trash; only emptying the trash deletes.
 */
import { resolve } from 'node:path'

import { byteSize } from '../byte-size'
import { writeExport } from '../files/exported'
import { dataCacheDir, dataDir } from '../native/paths'
import { EXPORT_FORMATS, exportedRun, metricsFill, metricsText } from '../runs/metrics-export'
import { openRunStore } from '../runs/open-store'
import { RunManager } from '../runs/run-manager'
import { MidbenchError } from '../errors'
import { runLabels, type RunDetail, type RunSummary } from '../config/run.schema'
import { openChosenTrainer } from '../runs/trainer-host'
import type { Removal, TrashEntry } from '../runs/trash.schema'
import type { Command, CommandIo, CommandValues } from './command'
import { table } from './table'
import { optionalChoice, optionalString, usageError } from './usage'

const json = { type: 'boolean' } as const
/** Others, such as `checkpoints`, are for programs; these are what a person looks for first. */
const SHOWN = ['id', 'name', 'state', 'step', 'total_steps', 'best_val_bpb', 'device', 'dir'] as const

/** Does something with the runs in the person's data, and prints the result; nothing where that is undefined. */
function runsCommand<Result>(
  { name, usage, ...rest }: Pick<Command, 'name' | 'usage' | 'summary' | 'positionals' | 'options'>,
  work: (runs: RunManager, values: CommandValues, io: CommandIo) => Result | Promise<Result>,
  lines: (result: Result) => string[],
): Command {
  return {
    ...rest,
    name,
    usage,
    async run(values, io) {
      const { store, notes } = await openRunStore(dataDir())
      for (const note of notes) io.stderr(note)
      const cacheDir = dataCacheDir()
      const runs = new RunManager({ store, dataDir: dataDir(), cacheDir, openTrainer: openChosenTrainer })
      try {
        const result = await work(runs, values, io)
        const isJson = values['json'] === true && result !== undefined
        for (const line of isJson ? [JSON.stringify(result)] : lines(result)) io.stdout(line)
        return 0
      } finally {
        await runs.close()
        store.close()
      }
    },
  }
}

/** @throws MidbenchError `run.name` */
function nameOf(values: CommandValues): string {
  const name = runLabels.shape.name.safeParse(values['NAME'])
  if (name.success) return name.data
  const message = 'A name has between 1 and 200 characters that can be seen.'
  throw new MidbenchError({ code: 'run.name', message })
}

const idOf = (values: CommandValues): string => String(values['ID'])

const list = (name: string): Command =>
  runsCommand(
    { name, usage: `${name} [--json]`, summary: 'every run, the newest first', options: { json } },
    (runs) => runs.list(),
    listLines,
  )

const show = runsCommand(
  {
    name: 'runs show',
    usage: 'runs show ID [--json]',
    summary: 'one run: its figures, its folder, its options',
    positionals: ['ID'],
    options: { json },
  },
  (runs, values) => runs.get(idOf(values)),
  detailLines,
)

const remove = runsCommand(
  {
    name: 'runs remove',
    usage: 'runs remove ID [--json]',
    summary: 'moves what a run wrote to the trash; anything else in its folder stays',
    positionals: ['ID'],
    options: { json },
  },
  (runs, values) => runs.remove(idOf(values)),
  removalLines,
)

const rename = runsCommand(
  {
    name: 'runs rename',
    usage: 'runs rename ID NAME [--json]',
    summary: 'gives a run another name; its folder and result keep theirs',
    positionals: ['ID', 'NAME'],
    options: { json },
  },
  (runs, values) => runs.labelling.set(idOf(values), { name: nameOf(values) }),
  ({ id, name }) => [`${id} is now called ${name}`],
)

const EXPORT_USAGE = 'runs export ID --format csv|json [--out F] [--json]'

const exportMetrics = runsCommand(
  {
    name: 'runs export',
    usage: EXPORT_USAGE,
    summary: 'everything that was measured of a run, as a table or as JSON; to stdout without --out',
    positionals: ['ID'],
    options: { format: { type: 'string' }, out: { type: 'string' }, json },
  },
  async (runs, values, io) => {
    const format = optionalChoice(values, 'format', EXPORT_FORMATS)
    if (format === null) throw usageError('--format is missing.', `Usage: midbench ${EXPORT_USAGE}`)
    const exported = [await exportedRun(runs, idOf(values))]
    const out = optionalString(values, 'out')
    if (out === null) {
      for (const piece of metricsText(exported, format)) io.write(piece)
      return undefined
    }
    await writeExport(resolve(out), metricsFill(exported, format, io.signal))
    return { path: resolve(out) }
  },
  (written) => (written === undefined ? [] : [written.path]),
)

const restore = runsCommand(
  {
    name: 'runs restore',
    usage: 'runs restore ID [--json]',
    summary: 'puts a removed run back where it was',
    positionals: ['ID'],
    options: { json },
  },
  (runs, values) => runs.restore(idOf(values)),
  ({ name, dir }) => [`${name} is back in ${dir}`],
)

const trash = runsCommand(
  {
    name: 'runs trash',
    usage: 'runs trash [--empty] [--json]',
    summary: 'what was removed; --empty deletes it for good',
    options: { empty: { type: 'boolean' }, json },
  },
  async ({ removal }, values) => {
    const entries = await removal.list()
    const emptied = values['empty'] === true
    if (emptied) await removal.empty()
    return { emptied, runs: entries }
  },
  ({ emptied, runs }) => [
    ...trashLines(runs),
    ...(emptied && runs.length > 0 ? ['Deleted: they cannot be brought back.'] : []),
  ],
)

export const runsCommands: readonly Command[] = [
  list('runs'),
  list('runs list'),
  show,
  rename,
  exportMetrics,
  remove,
  restore,
  trash,
]

function listLines(runs: readonly RunSummary[]): string[] {
  if (runs.length === 0) return ['There are no runs yet.']
  const rows = runs.map(({ id, name, state, step, total_steps, best_val_bpb }) => [
    id,
    name,
    state,
    `${String(step)}/${total_steps === null ? '?' : String(total_steps)}`,
    best_val_bpb === null ? '' : best_val_bpb.toFixed(4),
  ])
  return table(['id', 'name', 'state', 'steps', 'best bpb'], rows)
}

function detailLines(run: RunDetail): string[] {
  const facts = SHOWN.map((name) => `${name.padEnd(18)} ${run[name] === null ? 'none' : String(run[name])}`)
  const options = Object.entries(run.config).filter(([name]) => name !== 'mixture')
  const error =
    run.error === null ? [] : ['', run.error.message, ...(run.error.remedy ? [run.error.remedy] : [])]
  return [
    ...facts,
    ...error,
    '',
    ...options.map(
      ([name, value]) => `${name.padEnd(18)} ${value === null ? 'none' : JSON.stringify(value)}`,
    ),
  ]
}

function removalLines({ id, name, dir, kept }: Removal): string[] {
  const stays = kept.length === 0 ? [] : [`In ${dir} stays what the run did not write: ${kept.join(', ')}`]
  return [`${name} is in the trash; midbench runs restore ${id} brings it back.`, ...stays]
}

function trashLines(runs: readonly TrashEntry[]): string[] {
  if (runs.length === 0) return ['The trash is empty.']
  const rows = runs.map(({ id, name, removed_at, bytes }) => [
    id,
    name,
    new Date(removed_at).toISOString().slice(0, 16).replace('T', ' '),
    byteSize(bytes),
  ])
  const whole = byteSize(runs.reduce((sum, { bytes }) => sum + bytes, 0))
  return [...table(['id', 'name', 'removed (UTC)', 'size'], rows), '', `${whole} in all`]
}
