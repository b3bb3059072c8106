/** The batch in sight as a file: a picture, a page, its data, or a table by token or by conversation. */
import type { ShallowRef } from 'vue'
import type { BatchModel } from '../packing/batch-model'
import { batchDrawing } from '../packing/batch-drawing'
import { batchJson, batchPage } from '../packing/batch-file'
import { batchPicture, type PictureOptions } from '../packing/picture'
import { conversationTable, tokenTable } from '../packing/table'
import type { Drawing } from '../drawing/drawing'
import { svgFile } from '../drawing/svg'
import { inLight, readPalette } from '../theme/palette'
import { useFileExport } from './use-file-export'

export interface ExportSource extends PictureOptions {
  model: BatchModel
}

/** @param element where the colours are read */
function drawingOf({ model, ...options }: ExportSource, element: HTMLElement): Drawing {
  return batchDrawing(model, options, readPalette(element, options.colouring))
}

export type BatchFile = 'picture' | 'vectors' | 'page' | 'json' | 'tokens' | 'conversations'

export interface UseExportReturn {
  /** A file is being made or written. */
  exporting: ShallowRef<boolean>
  exportBatch: (what: BatchFile) => Promise<void>
}

/** @param source what is in sight; null where there is no batch */
export function useExport(source: () => ExportSource | null): UseExportReturn {
  const { exporting, save } = useFileExport('The batch was not exported')

  async function write(
    kind: 'png' | 'csv' | 'svg' | 'html' | 'json',
    of: string,
    make: (from: ExportSource) => string | Promise<Uint8Array>,
  ): Promise<void> {
    const from = source()
    if (!from) return
    const { split, batch } = from.model.batch
    const whose = from.run === null ? '' : `${from.run} `
    await save(kind, `${whose}${split} batch ${batch}${of}`, () => make(from))
  }

  const files: Record<BatchFile, () => Promise<void>> = {
    picture: () => write('png', '', (from) => batchPicture(from.model, from)),
    tokens: () => write('csv', ' tokens', ({ model, taskNames }) => tokenTable(model, taskNames)),
    conversations: () =>
      write('csv', ' conversations', ({ model, taskNames }) => conversationTable(model, taskNames)),
    vectors: () => write('svg', '', (from) => svgFile(drawingOf(from, from.element))),
    page: () =>
      write('html', '', (from) =>
        inLight((light) => batchPage(from.model, from.taskNames, drawingOf(from, light))),
      ),
    json: () => write('json', '', ({ model, taskNames }) => batchJson(model, taskNames)),
  }
  return { exporting, exportBatch: (what) => files[what]() }
}
