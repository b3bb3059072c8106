/** Checks a config as it is typed: what its schema refuses, then how its options fit together and on this machine. */
import { missingDownloads } from '../data/downloads'
import type { DataLocations } from '../data/locations'
import type { MixtureConfig } from '../data/mixture.schema'
import type { CallOutput } from '../contract/contract'
import { runConfig, type RunConfig } from '../config/config.schema'
import { configIssues } from '../config/config-issues'
import { preflight, type PreflightFacts } from '../runs/preflight'
import type { DataState, LackingData } from '../runs/preflight-data'
import type { Finding } from '../runs/preflight.schema'

/** Options that affect a run's speed. */
const SPEED_OPTIONS = [
  'model_tag',
  'max_seq_len',
  'device_batch_size',
  'dtype',
  'engine',
  'device_type',
  'world_size',
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
 * @param branched what a branch with that config is told; nothing for a run of its own
 */
export async function checkConfig(
  config: unknown,
  gather: (config: RunConfig) => Promise<PreflightFacts>,
  branched: (config: RunConfig, data: DataState | null) => Finding[] = () => [],
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
  const facts = await gather(parsed.data)
  const { findings: found, derived } = preflight(parsed.data, facts)
  const findings = [...branched(parsed.data, facts.data), ...found]
  return { valid: findings.every((finding) => finding.level !== 'block'), findings, derived }
}
