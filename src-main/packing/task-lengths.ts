/** Length statistics by task, as the Mixture view shows them, from known lengths in one pass. */
import type { SupervisionTable } from './supervision-table'
import type { TaskLengths } from './conversations.schema'

/** What is known of each conversation of a split, in mixture order. */
export interface LengthTable {
  /** [n] number of ids of each conversation. */
  lengths: Int32Array
  /** What is supervised of each. */
  supervision: SupervisionTable
  /** [n] number of ids that rendering cut off, not in `lengths`. */
  cut: Int32Array
  /** [n] index of its task. */
  tasks: Uint16Array
}

const MOST_BINS = 64

/**
 * @param table what is known of each conversation
 * @param taskCount number of tasks in the mixture
 * @param capacity ids a row, T + 1
 */
export function taskLengths(table: LengthTable, taskCount: number, capacity: number): TaskLengths[] {
  const longest = table.lengths.reduce((max, length) => Math.max(max, length), 0)
  const binWidth = 2 ** Math.max(0, Math.ceil(Math.log2((longest + 1) / MOST_BINS)))
  const binCount = Math.floor(longest / binWidth) + 1
  const perTask = Array.from({ length: taskCount }, (_, index) => emptyTask(index, binWidth, binCount))
  table.lengths.forEach((length, c) => {
    const task = perTask[table.tasks[c] ?? 0]
    if (!task) return
    const bin = Math.floor(length / binWidth)
    task.conversations++
    task.tokens += length
    task.supervised += table.supervision.counts[c] ?? 0
    task.supervised_cut_by_rendering += table.supervision.cut[c] ?? 0
    task.max = Math.max(task.max, length)
    task.bins[bin] = (task.bins[bin] ?? 0) + 1
    if (length > capacity) task.longer_than_row++
    const cut = table.cut[c] ?? 0
    if (cut > 0) task.conversations_cut_by_rendering++
    task.tokens_cut_by_rendering += cut
  })
  for (const task of perTask) task.mean = task.conversations === 0 ? 0 : task.tokens / task.conversations
  return perTask
}

function emptyTask(index: number, binWidth: number, binCount: number): TaskLengths {
  return {
    index,
    conversations: 0,
    tokens: 0,
    supervised: 0,
    mean: 0,
    max: 0,
    longer_than_row: 0,
    conversations_cut_by_rendering: 0,
    tokens_cut_by_rendering: 0,
    supervised_cut_by_rendering: 0,
    bin_width: binWidth,
    bins: new Array<number>(binCount).fill(0),
  }
}
