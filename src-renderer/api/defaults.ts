/**
 * The options and their defaults by recipe, read off the contract: the window keeps no second list of them.
 */
import { calls } from '../../src-main/contract/contract'
import type { GivenConfig } from './types'

export { DEFAULTS, type OptionName } from '../../src-main/contract/contract'

const schema = calls['project.edit'].input.shape.config

/** Parses what is given of a config as the main process would. */
export function parseGiven(value: unknown): GivenConfig | null {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : null
}
