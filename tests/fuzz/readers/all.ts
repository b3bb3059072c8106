/** Every reader that is attacked. */
import { checkpointReaders } from './checkpoints'
import { dataReaders } from './data'
import type { Reader } from './reader'
import { runReaders } from './runs'

export const readers: readonly Reader[] = [...checkpointReaders, ...dataReaders, ...runReaders]
