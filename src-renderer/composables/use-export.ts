/** The batch in sight as a file: a picture, or a table by token or by conversation. */
import type { ShallowRef } from 'vue'
import type { BatchModel } from '../packing/batch-model'
import { batchPicture, type PictureOptions } from '../packing/picture'
import { conversationTable, tokenTable } from '../packing/table'
import { useFileExport } from './use-file-export'

export interface ExportSource extends PictureOptions {
  model: BatchModel
}

export interface UseExportReturn {
  /** A file is being made or written. */
  exporting: ShallowRef<boolean>
  exportPicture: () => Promise<void>
  exportTokens: () => Promise<void>
  exportConversations: () => Promise<void>
}

/** @param source what is in sight; null where there is no batch */
export function useExport(source: () => ExportSource | null): UseExportReturn {
  const { exporting, save } = useFileExport('The batch was not exported')

  async function write(
    kind: 'png' | 'csv',
    of: string,
    make: (from: ExportSource) => string | Promise<Uint8Array>,
  ): Promise<void> {
    const from = source()
    if (!from) return
    const { split, batch } = from.model.batch
    const whose = from.run === null ? '' : `${from.run} `
    await save(kind, `${whose}${split} batch ${batch}${of}`, () => make(from))
  }

  return {
    exporting,
    exportPicture: () => write('png', '', (from) => batchPicture(from.model, from)),
    exportTokens: () => write('csv', ' tokens', ({ model, taskNames }) => tokenTable(model, taskNames)),
    exportConversations: () =>
      write('csv', ' conversations', ({ model, taskNames }) => conversationTable(model, taskNames)),
  }
}
