/** A look at one file of nanochat's own lines, with what a test wants otherwise. */
import type { Look } from '../../../../src-renderer/api/types'

export function sampleLook(over: Partial<Look> = {}): Look {
  return {
    files: [{ path: '/d/chats.jsonl', bytes: 10, kind: 'JSON lines' }],
    fileCount: 1,
    bytes: 10,
    format: 'nanochat',
    about: 'a list of messages a line',
    columns: [],
    samples: [],
    tally: null,
    ...over,
  }
}
