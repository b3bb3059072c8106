/**
 * The batch in sight as a file: a picture, or a table by token or by conversation. The window makes it; the main
 * process writes it where the person says.
 */
import { shallowRef, type ShallowRef } from 'vue'
import { call } from '../api/client'
import type { BatchModel } from '../packing/batch-model'
import { batchPicture, type PictureOptions } from '../packing/picture'
import { conversationTable, tokenTable } from '../packing/table'
import { useNotices } from './use-notices'

export interface ExportSource extends PictureOptions {
  model: BatchModel
}

/** Makes a name valid as a file name everywhere: `my run, 2` -> `my run- 2`. */
const fileName = (name: string): string => name.replace(/[^\w. -]+/g, '-').slice(0, 80)

export interface UseExportReturn {
  /** A file is being made or written. */
  exporting: ShallowRef<boolean>
  exportPicture: () => Promise<void>
  exportTokens: () => Promise<void>
  exportConversations: () => Promise<void>
}

/** @param source what is in sight; null where there is no batch */
export function useExport(source: () => ExportSource | null): UseExportReturn {
  const { attempt, tell } = useNotices()
  const exporting = shallowRef(false)

  async function write(
    kind: 'png' | 'csv',
    of: string,
    make: (from: ExportSource) => string | Promise<Uint8Array>,
  ): Promise<void> {
    const from = source()
    if (!from || exporting.value) return
    const { split, batch } = from.model.batch
    const whose = from.run === null ? '' : `${fileName(from.run)} `
    exporting.value = true
    await attempt('The batch was not exported', async () => {
      const made = await make(from)
      const content = typeof made === 'string' ? new TextEncoder().encode(made) : made
      const saved = await call('packing.export', {
        kind,
        name: `${whose}${split} batch ${batch}${of}.${kind}`,
        content,
      })
      if (saved) tell(`Written: ${saved.path}`)
    })
    exporting.value = false
  }

  return {
    exporting,
    exportPicture: () => write('png', '', (from) => batchPicture(from.model, from)),
    exportTokens: () => write('csv', ' tokens', ({ model, taskNames }) => tokenTable(model, taskNames)),
    exportConversations: () =>
      write('csv', ' conversations', ({ model, taskNames }) => conversationTable(model, taskNames)),
  }
}
