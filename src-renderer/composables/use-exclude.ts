/**
 * The excluded conversations of the project. Each change is one edit, which Undo takes back, like any edit of the
 * mixture.
 */
import { computed, type ComputedRef } from 'vue'
import { MOST_EXCLUDED } from '../../src-main/contract/contract'
import { count, integer } from '../format/number'
import { givenExclude, pairKey, withExcluded, withTakenBack, type Exclude } from '../mixture/exclude'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

export interface UseExcludeReturn {
  /** All of them, in the config's order. */
  excluded: ComputedRef<Exclude>
  /** Whether all of some pairs are excluded; false for none. */
  isExcluded: (pairs: Exclude) => boolean
  exclude: (pairs: Exclude) => void
  takeBack: (pairs: Exclude) => void
}

export function useExclude(): UseExcludeReturn {
  const { config, edit, undo } = useProject()
  const { tell } = useNotices()
  const excluded = computed(() => config.value?.exclude ?? [])
  const keys = computed(() => new Set(excluded.value.map(pairKey)))

  /** Says what happened to many at once; one by one it shows where it was done. */
  function put(exclude: Exclude, what: string): void {
    if (!config.value) return
    const changed = Math.abs(exclude.length - excluded.value.length)
    if (changed === 0) return
    edit({ exclude: givenExclude(exclude) })
    if (changed > 1) tell(`${count(changed, 'conversation')} ${what}`, { label: 'Undo', run: undo })
  }

  return {
    excluded,
    isExcluded: (pairs) => pairs.length > 0 && pairs.every((pair) => keys.value.has(pairKey(pair))),
    exclude(pairs) {
      const all = withExcluded(excluded.value, pairs)
      if (all.length > MOST_EXCLUDED) {
        tell(
          `Not excluded: a config excludes at most ${integer(MOST_EXCLUDED)} conversations, and these would make ${integer(all.length)}`,
        )
      } else put(all, 'excluded')
    },
    takeBack: (pairs) => put(withTakenBack(excluded.value, pairs), 'taken back'),
  }
}
