/** What a preflight says of where a run's figures go besides: whether each logger can be given them. */
import type { RunConfig } from '../config/config.schema'
import { lackingPackage, LOGGER_TITLES, type PythonPackage } from '../config/loggers.schema'
import type { Finding } from './preflight.schema'

/** @param lacking packages that are not installed; null where that is not known */
export function loggerFindings({ loggers }: RunConfig, lacking: readonly PythonPackage[] | null): Finding[] {
  if (lacking === null || loggers.length === 0) return []
  const missing = lacking.filter((name) => loggers.includes(name))
  const warnings = missing.map((name): Finding => ({
    level: 'warn',
    path: 'loggers',
    ...lackingPackage(name),
    install: name,
  }))
  const others = [...new Set(loggers)].filter((name) => !missing.some((one) => one === name))
  if (others.length === 0) return warnings
  const message = `The figures go to ${others.map((name) => LOGGER_TITLES[name]).join(' and ')} as well.`
  return [...warnings, { level: 'ok', path: 'loggers', message }]
}
