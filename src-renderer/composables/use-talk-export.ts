/** Writes conversations as training data: into a JSONL file, which the mixture then can list. */
import { call } from '../api/client'
import type { CallOutput } from '../../src-main/contract/contract'
import { count } from '../format/number'
import { fileName } from '../format/units'
import { useMixtureEditor } from './use-mixture-editor'
import { useNotices } from './use-notices'
import { useTalkShelf } from './use-talk-shelf'

type Written = NonNullable<CallOutput<'talk.export'>>

export interface UseTalkExportReturn {
  /** The conversation in sight, as it is now. */
  exportThis: () => Promise<void>
  /** All of the project's. */
  exportAll: () => Promise<void>
}

export function useTalkExport(): UseTalkExportReturn {
  const { place: at, current, keep } = useTalkShelf()
  const { attempt, tell, fail } = useNotices()
  const { entries, replaceAll } = useMixtureEditor()

  function add({ entry }: Written): void {
    replaceAll({ train: [...entries('train'), entry] })
    tell('The mixture of train lists the file')
  }

  async function write(which: 'this' | 'all'): Promise<void> {
    await keep()
    const place = at.value
    const ids = which === 'all' ? null : [current.value?.id ?? '']
    if (place === null) return
    const written = await attempt('The conversations were not exported', () =>
      call('talk.export', { place, ids }),
    )
    if (!written) return
    tell(saidOf(written), { label: 'Add to the mixture', run: () => add(written) })
    const [first] = written.left_out
    if (first)
      fail(
        `${count(written.left_out.length, 'conversation')} left out`,
        new Error(`${first.name}: ${first.reason}`),
      )
  }

  return { exportThis: () => write('this'), exportAll: () => write('all') }
}

function saidOf({ conversations, path, unfinished }: Written): string {
  const cut = unfinished > 0 ? `, ${count(unfinished, 'answer')} among them cut off` : ''
  return `${count(conversations, 'conversation')} in ${fileName(path)}${cut}`
}
