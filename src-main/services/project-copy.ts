/** A project made of a run's options: it is a copy, so that working on it never changes what the run's folder says. */
import { basename, dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import type { GivenConfig, RunConfig } from '../config/config.schema'
import { type BaseSettings, givenOptions, resolveConfig } from '../config/resolve'
import { holdsRun, readRunFolder } from '../runs/run-folder'

/** Where a run computes and what it starts from: what its recipe inherits depends on them. */
const PLACE = ['base_dir', 'model_tag', 'model_step'] as const

/**
 * The fewest options that give all the options of a run: those that its recipe and its base would decide likewise are
 * left out, so that the window marks only what differs.
 *
 * @param readBase what the base of such options says
 */
export async function givenOf(
  config: RunConfig,
  readBase: (given: GivenConfig) => Promise<BaseSettings | null>,
): Promise<GivenConfig> {
  const { recipe, mixture, exclude } = config
  const place = Object.fromEntries(PLACE.map((name) => [name, config[name]]))
  const least: GivenConfig = { ...(recipe === 'mid' ? {} : { recipe }), ...place, mixture }
  if (exclude.length > 0) least.exclude = exclude
  const base = await readBase(least)
  const { config: without } = resolveConfig(least, base)
  const others = givenOptions(config).filter((name) => !isDeepStrictEqual(config[name], without[name]))
  const given = { ...least, ...Object.fromEntries(others.map((name) => [name, config[name]])) }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
}

/** The name of the run whose config a file is; null for any other file. */
export async function runOfConfig(path: string): Promise<string | null> {
  const dir = dirname(path)
  if (basename(path) !== 'config.json' || !(await holdsRun(dir))) return null
  return readRunFolder(dir).then(
    ({ identity }) => identity.name,
    () => basename(dir), // damaged, and still a run's folder
  )
}
