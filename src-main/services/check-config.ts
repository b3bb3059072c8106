/** Checks a config as it is typed: what its schema refuses, then how its options fit together and on this machine. */
import { missingDownloads } from '../data/downloads'
import type { DataLocations } from '../data/locations'
import type { MixtureConfig } from '../data/mixture.schema'
import type { CallOutput } from '../contract/contract'
import { runConfig, type RunConfig } from '../config/config.schema'
import { configIssues } from '../config/config-issues'
import { preflight, type PreflightFacts } from '../runs/preflight'
import type { LackingData } from '../runs/preflight-data'

/** Options that affect a run's speed. */
const SPEED_OPTIONS = [
  'model_tag',
  'max_seq_len',
  'device_batch_size',
  'dtype',
  'engine',
  'device_type',
] as const

/** Tokens a second of the newest run with these options; null where there was none. */
export function speedOfRunsLike(
  config: RunConfig,
  runs: readonly { config: RunConfig; tokPerSec: number }[],
): number | null {
  const alike = runs.find((run) => SPEED_OPTIONS.every((name) => run.config[name] === config[name]))
  return alike?.tokPerSec ?? null
}

/** The mixture's data that is missing on this machine, each with the first entry that needs it. Makes no request. */
export async function lackingData(
  { train, val }: MixtureConfig,
  locations: DataLocations,
): Promise<LackingData[]> {
  const missing = await missingDownloads([...train, ...val], locations)
  return missing.map(({ label, dir, unusable, entries: [at = 0] }) => ({
    path: at < train.length ? `mixture.train.${String(at)}` : `mixture.val.${String(at - train.length)}`,
    label,
    dir,
    unusable,
  }))
}

/**
 * @param config anything: a config, or what is typed of one so far
 * @param gather gathers the facts of machine and data that the checks need
 */
export async function checkConfig(
  config: unknown,
  gather: (config: RunConfig) => Promise<PreflightFacts>,
): Promise<CallOutput<'project.check'>> {
  const parsed = runConfig.safeParse(config)
  if (!parsed.success) {
    const findings = configIssues(parsed.error, config).map(({ path, message, hint }) => ({
      level: 'block' as const,
      path,
      message,
      ...(hint === undefined ? {} : { remedy: hint }),
    }))
    return { valid: false, findings, derived: null }
  }
  const { findings, derived } = preflight(parsed.data, await gather(parsed.data))
  return { valid: findings.every((finding) => finding.level !== 'block'), findings, derived }
}
