/** Checks a config as it is typed: what its schema refuses, then what its options mean together and on this machine. */
import type { CallOutput } from '../ipc/contract'
import { runConfig, type RunConfig } from '../runs/config.schema'
import { configIssues } from '../runs/config-issues'
import { preflight, type PreflightFacts } from '../runs/preflight'

/** Options that a run's speed depends on. */
const SPEED_OPTIONS = [
  'model_tag',
  'max_seq_len',
  'device_batch_size',
  'dtype',
  'engine',
  'device_type',
] as const

/** Tokens a second of the newest run whose options were these; null where there was none. */
export function speedOfRunsLike(
  config: RunConfig,
  runs: readonly { config: RunConfig; tokPerSec: number }[],
): number | null {
  const alike = runs.find((run) => SPEED_OPTIONS.every((name) => run.config[name] === config[name]))
  return alike?.tokPerSec ?? null
}

/**
 * @param config anything: a config, or what has been typed of one
 * @param gather facts of the machine and the data that the checks need
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
