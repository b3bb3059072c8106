/** Talking to models, and the conversations that are kept with the project. */
import { exportFile } from '../../services/export-file'
import type { GrantedPaths } from '../../services/granted-paths'
import type { Jobs } from '../../services/jobs'
import type { KeptTalks } from '../../services/kept-talks'
import type { PathDialogs } from '../../services/shell'
import type { Talk } from '../../services/talk'
import type { MixtureEntry } from '../../data/mixture.schema'
import type { Handlers } from '../serve'

type TalkCalls = Extract<keyof Handlers, `talk.${string}`>

export interface TalkServices {
  talk: Talk
  keptTalks: KeptTalks
  jobs: Jobs
  dialogs: Pick<PathDialogs, 'saveTalks'>
  granted: GrantedPaths
}

export function talkHandlers({
  talk,
  keptTalks,
  jobs,
  dialogs,
  granted,
}: TalkServices): Pick<Handlers, TalkCalls> {
  return {
    'talk.models': (input) => jobs.run(input.job, (context) => talk.list(input, context)),
    'talk.answer': (input) => jobs.run(input.job, (context) => talk.answer(input, context)),
    'talk.prompt': (input) => jobs.run(input.job, (context) => talk.prompt(input, context)),
    'talk.conversations': () => keptTalks.list(),
    'talk.open': ({ place, id }) => keptTalks.open(place, id),
    'talk.keep': ({ place, talk: kept }) => keptTalks.keep(place, kept),
    'talk.rename': ({ place, id, name }) => keptTalks.rename(place, id, name),
    'talk.remove': async ({ place, id }) => {
      await keptTalks.remove(place, id)
      return {}
    },
    'talk.restore': ({ place, id }) => keptTalks.restore(place, id),
    'talk.export': async ({ place, ids }) => {
      const { text, task, ...exported } = await keptTalks.exported(place, ids)
      const chosen = await dialogs.saveTalks('conversations.jsonl')
      if (chosen === null) return null
      const { path } = await exportFile(chosen, 'jsonl', text)
      granted.grant(path) // with the ending that it got
      return { path, ...exported, entry: entryOf(task, path) }
    },
  }
}

/** The entry of a mixture that reads what was exported. */
function entryOf(task: 'CustomJSON' | 'Conversations', path: string): MixtureEntry {
  return task === 'CustomJSON' ? { task, filepath: path } : { task, source: path, format: 'nanochat' }
}
