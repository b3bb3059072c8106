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

export interface UseExportReturn {
  /** A file is being made or written. */
  exporting: ShallowRef<boolean>
  exportPicture: () => Promise<void>
  exportTokens: () => Promise<void>
  exportConversations: () => Promise<void>
  exportVectors: () => Promise<void>
  exportPage: () => Promise<void>
  exportJson: () => Promise<void>
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

  return {
    exporting,
    exportPicture: () => write('png', '', (from) => batchPicture(from.model, from)),
    exportTokens: () => write('csv', ' tokens', ({ model, taskNames }) => tokenTable(model, taskNames)),
    exportConversations: () =>
      write('csv', ' conversations', ({ model, taskNames }) => conversationTable(model, taskNames)),
    exportVectors: () => write('svg', '', (from) => svgFile(drawingOf(from, from.element))),
    exportPage: () =>
      write('html', '', (from) =>
        inLight((light) => batchPage(from.model, from.taskNames, drawingOf(from, light))),
      ),
    exportJson: () => write('json', '', ({ model, taskNames }) => batchJson(model, taskNames)),
  }
}
