/**
 * Which value every option of a run has: the given one; else, in recipe sft, the base checkpoint's; else the recipe's
 * default. Pure, so that the window can say the same as the run. Resolving a complete config gives it back unchanged.
 */
import { z } from 'zod'

import {
  DEFAULTS,
  type GivenConfig,
  type OptionName,
  type OptionValues,
  type RunConfig,
  takes,
} from './config.schema'
import { DEFAULT_MIXTURES, INHERITED } from './recipes.schema'

/** What a base checkpoint's files say of the options that may be inherited: the value as it is there, and the file. */
export const baseSettings = z.record(z.string(), z.object({ value: z.unknown(), file: z.string() }))
export type BaseSettings = z.infer<typeof baseSettings>

export interface ResolvedConfig {
  config: RunConfig
  /** The values that would hold if no option was given. */
  inherited: OptionValues
  /** For the values of `inherited` that a file of the base says: the file. The others are the recipe's defaults. */
  files: Partial<Record<OptionName, string>>
  /** What the base's files say that cannot be taken, as sentences. */
  notes: string[]
}

const INHERITED_NAMES = Object.keys(INHERITED) as (keyof typeof INHERITED)[]

/**
 * @param given where the recipe has no mixture of its own, one with a mixture
 * @param base null where there is no base checkpoint, or where its files cannot be read
 */
export function resolveConfig(given: GivenConfig, base: BaseSettings | null): ResolvedConfig {
  const { recipe = 'mid', mixture, exclude = [], ...options } = given
  const { values, files, notes } = recipe === 'sft' ? fromBase(base) : fromBase(null)
  const inherited = { ...DEFAULTS[recipe], ...values }
  const config = {
    recipe,
    ...inherited,
    ...withoutUndefined(options),
    mixture: mixture ?? DEFAULT_MIXTURES[recipe] ?? { train: [], val: [] },
    exclude,
  }
  return { config, inherited, files, notes }
}

/** The options that are given. */
export function givenOptions(given: GivenConfig): OptionName[] {
  const { recipe: _, mixture: __, exclude: ___, ...options } = given
  return Object.keys(withoutUndefined(options)) as OptionName[]
}

/** The values that a run began with for what its recipe inherits and the config does not give. */
export function inheritedOf(began: RunConfig, given: GivenConfig): Partial<OptionValues> {
  if (began.recipe !== 'sft' || given.recipe !== 'sft') return {}
  const names = INHERITED_NAMES.filter((name) => given[name] === undefined)
  return Object.fromEntries(names.map((name) => [name, began[name]]))
}

function fromBase(base: BaseSettings | null): Pick<ResolvedConfig, 'files' | 'notes'> & {
  values: Partial<OptionValues>
} {
  const values: Record<string, unknown> = {}
  const files: ResolvedConfig['files'] = {}
  const notes: string[] = []
  for (const name of INHERITED_NAMES) {
    const { value = null, file = '' } = base?.[name] ?? {}
    if (value === null) continue
    if (takes(name, value)) {
      values[name] = value
      files[name] = file
    } else {
      notes.push(`${file} has ${name} ${JSON.stringify(value)}, which is no value of it: the default holds.`)
    }
  }
  return { values, files, notes }
}

function withoutUndefined<Values extends object>(
  values: Values,
): { [Key in keyof Values]: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
