/**
 * Accuracies as people compare them: with an interval that says how much chance there is in them, and as ChatCORE, the
 * mean over tasks of what each gains over guessing (docs/REFERENCE.md §9).
 */

/** What was right of what was asked. */
export interface Score {
  right: number
  total: number
}

export interface Interval {
  low: number
  high: number
}

/** 97.5 % of a normal distribution lies below it. */
const Z = 1.959963984540054

/**
 * The 95 % interval of an accuracy (Wilson 1927), which holds for few questions too: 0 right of 20 gives 0 to 0.16.
 */
export function accuracyInterval({ right, total }: Score): Interval {
  if (total === 0) return { low: 0, high: 1 }
  const p = right / total
  const z2 = Z * Z
  const middle = (p + z2 / (2 * total)) / (1 + z2 / total)
  const half = (Z / (1 + z2 / total)) * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total * total))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

/** An accuracy of a task, and what guessing gives in it. */
export interface Measured extends Score {
  baseline: number
}

/**
 * The mean over tasks of (accuracy - baseline) / (1 - baseline): 0 for guessing, 1 for everything right; below 0 for worse
 * than guessing.
 *
 * @returns null without tasks, or where a task has no question
 */
export function chatCore(tasks: readonly Measured[]): number | null {
  if (tasks.length === 0 || tasks.some(({ total }) => total === 0)) return null
  const centred = tasks.map(({ right, total, baseline }) => (right / total - baseline) / (1 - baseline))
  return centred.reduce((sum, value) => sum + value, 0) / centred.length
}

/** ChatCORE of the tasks that were asked for, and the same over those of multiple choice. */
export interface ChatCores {
  chatcore: number | null
  chatcore_cat: number | null
}

/**
 * @param tasks without a question where one could not be measured: then there is none, since a mean over fewer would be
 *   taken for it
 */
export function chatCores(tasks: readonly Measured[]): ChatCores {
  return { chatcore: chatCore(tasks), chatcore_cat: chatCore(tasks.filter(({ baseline }) => baseline > 0)) }
}

/** A score with its accuracy and that accuracy's interval. */
export interface Figures extends Score, Interval {
  /** null where nothing was asked. */
  accuracy: number | null
}

export function figuresOf({ right, total }: Score): Figures {
  const accuracy = total === 0 ? null : right / total
  return { right, total, accuracy, ...accuracyInterval({ right, total }) }
}
