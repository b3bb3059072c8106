/**
 * Opens the task an entry of a mixture names. A new task is a file beside this one, a case here and an entry in
 * mixture.schema.ts.
 */
import type { DatasetSplit } from '../hub/dataset-split'
import type { TaskContext } from '../locations'
import type { MixtureEntry } from '../mixture.schema'
import { customJson } from '../tasks/custom-json'
import { gsm8k, gsm8kSplit } from '../tasks/gsm8k'
import { mmlu, mmluSplit } from '../tasks/mmlu'
import { smolTalk, smolTalkSplit } from '../tasks/smoltalk'
import { simpleSpelling, spellingBee } from '../tasks/spelling'
import type { Task } from './task'

/** @throws MidbenchError as {@link TaskKind.open} says. */
export function openTask(entry: MixtureEntry, context: TaskContext): Promise<Task> {
  switch (entry.task) {
    case 'SmolTalk':
      return smolTalk.open(entry, context)
    case 'MMLU':
      return mmlu.open(entry, context)
    case 'GSM8K':
      return gsm8k.open(entry, context)
    case 'CustomJSON':
      return customJson.open(entry, context)
    case 'SimpleSpelling':
      return simpleSpelling.open(entry, context)
    case 'SpellingBee':
      return spellingBee.open(entry, context)
  }
}

/** One line for people: `MMLU auxiliary_train train`. */
export function taskLabel(entry: MixtureEntry): string {
  switch (entry.task) {
    case 'SmolTalk':
      return smolTalk.label(entry)
    case 'MMLU':
      return mmlu.label(entry)
    case 'GSM8K':
      return gsm8k.label(entry)
    case 'CustomJSON':
      return customJson.label(entry)
    case 'SimpleSpelling':
      return simpleSpelling.label(entry)
    case 'SpellingBee':
      return spellingBee.label(entry)
  }
}

/** The split of a hub dataset that an entry reads where it names no files of its own. */
export function splitOf(entry: Extract<MixtureEntry, { task: 'SmolTalk' | 'MMLU' | 'GSM8K' }>): DatasetSplit {
  switch (entry.task) {
    case 'SmolTalk':
      return smolTalkSplit(entry)
    case 'MMLU':
      return mmluSplit(entry)
    case 'GSM8K':
      return gsm8kSplit(entry)
  }
}
