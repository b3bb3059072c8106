/** Beside the batch itself, as the Packing view shows it. */
import { expect, it } from 'vitest'

import { BatchFinder } from '../../../../src-main/packing/batch-finder'
import { viewLayout } from '../../../../src-main/packing/layout-view'
import type { CallContext } from '../../../../src-main/threads/calls'
import { BOS, optionsOf, sourceOf } from '../../../support/packing'

const lengths = Array.from({ length: 60 }, (_, i) => 1 + ((i * 37) % 17))
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined }

it.each(['bestfit-crop', 'bestfit-pad'] as const)(
  'has the spans and the padding of a batch (%s)',
  async (packing) => {
    const options = { ...optionsOf({ packing }), bosId: BOS }
    const source = { ...sourceOf(lengths), lengthOf: (c: number) => lengths[c] ?? 0 }
    const finder = new BatchFinder(source, options)
    for (const batch of [0, 7]) {
      const packed = await finder.find(batch, context)
      const view = viewLayout(await finder.layout(batch, context), options.seqLen, source)
      expect(view).toMatchObject({ batch, rows: 2, seq_len: 9 })
      expect(view.spans).toEqual(packed.spans)
      const ends = [0, 1].map((row) => {
        const last = packed.spans.filter((span) => span.row === row).at(-1)
        return (last?.offset ?? 0) + (last?.length ?? 0)
      })
      expect(view.pad_from).toEqual(ends)
    }
  },
)
