/**
 * The section "Midtraining" of nanochat's report: `report/midtraining.md` under the nanochat folder, in the layout that
 * nanochat's own report generator picks up.
 *
 * A report names its run and never overwrites another run's: where one exists already, the new one is named after its
 * result, `midtraining-d4-2.md`.
 */
import { link, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import { saving } from '../checkpoint/unwritable'
import type { RunConfig } from '../config/config.schema'
import { makeFile } from '../files/durable'
import { codeOf } from '../system-error'

/** The key of the line that names the run. */
const RUN_LINE = 'Midbench run'

export interface ReportFigures {
  /** Optimizer steps. */
  steps: number
  /** null where no evaluation was made. */
  minimumValBpb: number | null
  /** The last answers to the run's prompts, and the last measurement; null where there are none. */
  sample: SampleMetric | null
  measure: MeasureMetric | null
}

/** Where the search for a free name gives up: nobody has so many reports of one result. */
const MOST_TRIED = 10_000

/** Whether a run's nanochat has a report: that of recipe sft has none any more. */
export function hasReport({ recipe }: Pick<RunConfig, 'recipe'>): boolean {
  return recipe === 'mid'
}

/** The folder that reports lie in. */
export function reportFolder(baseDir: string): string {
  return join(baseDir, 'report')
}

/**
 * Writes a run's report, or replaces the one that it wrote before.
 *
 * @param tag the tag of its result
 * @returns the report's path
 * @throws MidbenchError `checkpoint.write`
 */
export async function writeReport(
  baseDir: string,
  { runId, tag, text }: { runId: string; tag: string; text: string },
): Promise<string> {
  const folder = reportFolder(baseDir)
  const whole = `${text.trimEnd()}\n- ${RUN_LINE}: ${runId}\n\n`
  for (const name of reportNames(tag)) {
    const file = join(folder, name)
    const there = await readFile(file, 'utf8').catch(() => null)
    if (there?.split('\n').includes(`- ${RUN_LINE}: ${runId}`)) {
      await saving(file, () => makeFile(file, whole))
      return file
    }
    if (there === null && (await writeNew(folder, file, runId, whole))) return file
  }
  throw new Error(`${folder} holds ${String(MOST_TRIED)} reports of ${tag}.`)
}

function* reportNames(tag: string): Generator<string> {
  yield 'midtraining.md'
  yield `midtraining-${tag}.md`
  for (let number = 2; number < MOST_TRIED; number++) yield `midtraining-${tag}-${String(number)}.md`
}

/** Writes a whole file, unless one exists by then. @returns whether it was written */
async function writeNew(folder: string, file: string, runId: string, text: string): Promise<boolean> {
  const beside = join(folder, `.${runId}.md`)
  return saving(file, async () => {
    await makeFile(beside, text)
    try {
      return await linkUnlessTaken(beside, file)
    } finally {
      await rm(beside, { force: true })
    }
  })
}

/** Like a rename, but never over an existing file. */
async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The section's text. The mixture is left out of the options, as the seed has no such option. */
export function reportSection(config: RunConfig, figures: ReportFigures, now = new Date()): string {
  const options = Object.entries(config).filter(([name]) => name !== 'mixture' && name !== 'exclude')
  const results: [string, unknown][] = [
    ['Number of iterations', figures.steps],
    ['DDP world size', config.world_size],
    ...(figures.minimumValBpb === null
      ? []
      : [['Minimum validation bpb', figures.minimumValBpb.toFixed(4)] satisfies [string, unknown]]),
  ]
  const lines = [...options, ...results, ...measured(figures)].map(
    ([name, value]) => `- ${name}: ${shown(value)}`,
  )
  const section = [`## Midtraining`, `timestamp: ${timestamp(now)}`, '', ...lines, '', ...answers(figures)]
  return [...section, ''].join('\n')
}

/** Accuracies, named as in the reference's own report of its chat_eval. */
function measured({ measure }: ReportFigures): [string, unknown][] {
  if (measure === null) return []
  const asked = measure.tasks.filter(({ total }) => total > 0)
  const tasks = asked.map(({ task, right, total }): [string, unknown] => [
    task,
    `${(right / total).toFixed(4)} (${String(right)} of ${String(total)})`,
  ])
  const { chatcore } = measure
  return chatcore === null ? tasks : [...tasks, ['ChatCORE metric', chatcore.toFixed(4)]]
}

function answers({ sample }: ReportFigures): string[] {
  if (sample === null) return []
  const lines = sample.answers.map(
    ({ prompt, answer }, i) => `${String(i + 1)}. ${JSON.stringify(prompt)} -> ${JSON.stringify(answer)}`,
  )
  return [`### Answers at step ${String(sample.step)}`, '', ...lines, '']
}

/** The value as Python prints it: None, True, and thousands separators from 10,000 on. */
function shown(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value)
  if (!Number.isInteger(value)) return value.toFixed(4)
  return value >= 10_000 ? value.toLocaleString('en-US') : String(value)
}

/** Local time, `2026-01-13 22:45:27`. */
function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':')}`
}
