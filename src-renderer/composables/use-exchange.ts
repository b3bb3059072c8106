/**
 * Imports and exports the mixture: JSON, or Python as nanochat's script lists it. A file with faults is not taken at
 * all.
 */
import { createSharedComposable } from '@vueuse/core'
import { shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import { count } from '../format/number'
import { fileName } from '../format/units'
import { useMixtureEditor } from './use-mixture-editor'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

export const useExchange = createSharedComposable(() => {
  const { project } = useProject()
  const { replaceAll } = useMixtureEditor()
  const { tell } = useNotices()
  /** Why the last file was not taken or written, until dismissed. */
  const refusal = shallowRef<{ title: string; error: CallError } | null>(null)

  async function importFile(): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    refusal.value = null
    try {
      const found = await call('mixture.import', { config, dir })
      if (!found) return
      const { path, exclude, ...lists } = found
      replaceAll(lists, exclude ? { exclude } : {})
      const amounts = [lists.train, lists.val].map((list) => list?.length ?? 0)
      tell(`${fileName(path)}: ${count((amounts[0] ?? 0) + (amounts[1] ?? 0), 'entry', 'entries')} imported`)
    } catch (error) {
      refusal.value = { title: 'The mixture was not imported', error: toCallError(error) }
    }
  }

  async function exportFile(format: 'json' | 'python'): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    refusal.value = null
    try {
      const written = await call('mixture.export', { config, dir, format })
      if (written) tell(`Written: ${written.path}`)
    } catch (error) {
      refusal.value = { title: 'The mixture was not exported', error: toCallError(error) }
    }
  }

  return { refusal, importFile, exportFile, dismiss: () => (refusal.value = null) }
})
