/**
 * The reference's defaults, read off the contract's own schema: the window keeps no second list of them.
 */
import { calls } from '../../src-main/contract/contract'
import type { RunConfig } from './types'

/** Options with a field in Train; the others are edited in Mixture. */
export type OptionName = Exclude<keyof RunConfig, 'mixture' | 'exclude'>

const schema = calls['project.edit'].input.shape.config

/** A config with nothing but defaults. */
export const DEFAULTS: Readonly<Pick<RunConfig, OptionName>> = schema.parse({
  mixture: { train: [], val: [] },
})

/** Parses a whole config as the main process would. */
export function parseConfig(value: unknown): RunConfig | null {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : null
}
