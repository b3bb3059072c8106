/** The project's recipe. Choosing another one is an edit that can be undone. */
import { computed, type WritableComputedRef } from 'vue'
import { givenOptions, RECIPE_TITLES, RECIPES } from '../../src-main/contract/contract'
import type { RunConfig } from '../api/types'
import { useProject } from './use-project'

type Recipe = RunConfig['recipe']

const choices = RECIPES.map((value) => ({ value, label: RECIPE_TITLES[value] }))

export interface UseRecipeReturn {
  recipe: WritableComputedRef<Recipe>
  choices: typeof choices
}

export function useRecipe(): UseRecipeReturn {
  const { given, resolved, edit } = useProject()

  /**
   * Options that were given as the old recipe has them anyway are no longer given, so that the new recipe's hold; the
   * mixture stays, since it is the person's work.
   */
  function choose(next: Recipe): void {
    if (given.value === null || resolved.value === null || next === resolved.value.config.recipe) return
    const { config, inherited } = resolved.value
    const idle = givenOptions(given.value).filter((name) => config[name] === inherited[name])
    const none = Object.fromEntries(idle.map((name) => [name, undefined]))
    edit({ ...none, recipe: next === 'mid' ? undefined : next, mixture: config.mixture })
  }

  const recipe = computed({ get: () => resolved.value?.config.recipe ?? 'mid', set: choose })
  return { recipe, choices }
}
