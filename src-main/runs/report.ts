/**
 * The section "Midtraining" of nanochat's report: `report/midtraining.md` under the nanochat folder, in the layout that
 * nanochat's own report generator picks up.
 */
import { join } from 'node:path'

import type { RunConfig } from './config.schema'

export interface ReportFigures {
  /** Optimizer steps. */
  steps: number
  /** null where no evaluation was made. */
  minimumValBpb: number | null
}

/** Where the section lies. */
export function reportFile(baseDir: string): string {
  return join(baseDir, 'report', 'midtraining.md')
}

/** The section's text. The mixture is left out of the options, as the seed has no such option. */
export function reportSection(config: RunConfig, figures: ReportFigures, now = new Date()): string {
  const options = Object.entries(config).filter(([name]) => name !== 'mixture')
  const results: [string, unknown][] = [
    ['Number of iterations', figures.steps],
    ['DDP world size', 1],
    ...(figures.minimumValBpb === null
      ? []
      : [['Minimum validation bpb', figures.minimumValBpb.toFixed(4)] satisfies [string, unknown]]),
  ]
  const lines = [...options, ...results].map(([name, value]) => `- ${name}: ${shown(value)}`)
  return [`## Midtraining`, `timestamp: ${timestamp(now)}`, '', ...lines, '', ''].join('\n')
}

/** As Python writes it: None, True, and thousands separated from 10,000 on. */
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
