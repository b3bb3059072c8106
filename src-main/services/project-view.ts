/** A project as the window shows it, made of what is kept and of what its base checkpoint says. */
import { basename, dirname } from 'node:path'

import type { GivenConfig } from '../config/config.schema'
import type { Recipe } from '../config/recipes.schema'
import { type BaseSettings, resolveConfig } from '../config/resolve'
import type { Project } from '../contract/contract'
import type { KeptProject } from './project-shelf'

/** @param starters the starter project's config, by recipe */
export function shownProject(
  { id, path: own, draft, modified, config: given, branch }: KeptProject,
  base: BaseSettings | null,
  starters: Readonly<Record<Recipe, string>>,
): Project {
  const { config } = resolveConfig(given, base)
  const common = { id, modified, given, base, config, branch }
  if (draft !== null) return { ...common, ...draft, path: null, read_only: false }
  const path = own ?? starters[recipeOf(given)]
  const name = own === null ? 'Starter project' : basename(path, '.json')
  return { ...common, name, path, dir: dirname(path), read_only: own === null }
}

export function recipeOf({ recipe = 'mid' }: GivenConfig): Recipe {
  return recipe
}
