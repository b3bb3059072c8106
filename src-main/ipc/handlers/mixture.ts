/**
 * What a mixture holds (tasks, lengths, conversations), answered by the window's data thread; also importing and
 * exporting mixtures.
 */
import type { DataAccess } from '../../services/data-access'
import { exportFile } from '../../services/export-file'
import type { GrantedPaths } from '../../services/granted-paths'
import type { Jobs } from '../../services/jobs'
import { mixtureText, readMixtureFile } from '../../services/mixture-exchange'
import type { PathDialogs } from '../../services/shell'
import { existsSync } from 'node:fs'

import { fromConfig, type DataLocations } from '../../data/locations'
import { namedFiles, type MixtureEntry } from '../../data/mixture.schema'
import { badRows } from '../../data/formats/tally.schema'
import { looksLikeDataset } from '../../data/source-name.schema'
import type { TaskInfo } from '../../data/mixture'
import type { CallOptions } from '../../threads/calls'
import type { CallOutput, SplitSummary } from '../../contract/contract'
import type { Handlers } from '../serve'

type MixtureCalls = Extract<keyof Handlers, `mixture.${string}`>

const ENDINGS = { json: 'json', python: 'py' } as const

// eslint-disable-next-line max-lines-per-function -- a table: each call is a short function of its own
export function mixtureHandlers(
  access: DataAccess,
  jobs: Jobs,
  dialogs: Pick<PathDialogs, 'openMixture' | 'saveMixture'>,
  granted: GrantedPaths,
): Pick<Handlers, MixtureCalls> {
  return {
    'mixture.describe': ({ config, dir, job }) => {
      const describe = async (context: CallOptions): Promise<CallOutput<'mixture.describe'>> => {
        const { data } = await access.of(config, dir, context)
        return {
          train: splitSummary(data.trainConversations, data.tasks.train),
          val: splitSummary(data.valConversations, data.tasks.val),
        }
      }
      return job === undefined ? describe({}) : jobs.run(job, describe)
    },
    'mixture.lengths': ({ config, dir, split, job }) =>
      jobs.run(job, async (context) => {
        const { client } = await access.of(config, dir, context)
        return client.taskLengths(split, context)
      }),
    'mixture.conversation': async ({ config, dir, split, at }) => {
      const { client } = await access.of(config, dir)
      return client.conversation(split, at)
    },
    'mixture.search': ({ config, dir, split, task, text, job }) =>
      jobs.run(job, async (context) => {
        const { client } = await access.of(config, dir, context)
        return client.search(split, task, text, context)
      }),
    'mixture.checkFile': ({ path, job }) => {
      granted.require(path)
      return jobs.run(job, (context) => access.checkLines(path, context))
    },
    'mixture.look': ({ config, dir, entry, counts, job }) => {
      const locations = access.locations(config, dir)
      requireGranted(entry, locations, granted)
      return jobs.run(job, (context) => access.look({ entry, locations, counts }, context))
    },
    'mixture.folder': ({ config, dir }) => access.folder(config, dir),
    'mixture.import': async ({ config, dir }) => {
      const path = await dialogs.openMixture()
      if (path === null) return null
      return { path, ...(await readMixtureFile(path, access.locations(config, dir).baseDir)) }
    },
    'mixture.export': async ({ config, dir, format }) => {
      const text = mixtureText(format, config, dir, access.locations(config, dir).baseDir)
      const chosen = await dialogs.saveMixture(format)
      return chosen === null ? null : exportFile(chosen, ENDINGS[format], text)
    },
  }
}

/** The page may look at what a person chose, and at data sets of the hub. */
function requireGranted(entry: MixtureEntry, locations: DataLocations, granted: GrantedPaths): void {
  for (const named of namedFiles(entry)) {
    const path = fromConfig(named, locations)
    if (!looksLikeDataset(named) || existsSync(path)) granted.requireWithin(path)
  }
}

function splitSummary(rows: number, tasks: readonly TaskInfo[]): SplitSummary {
  return {
    rows,
    tasks: tasks.map(({ index, entry, name, label, source, place, skipped, length, excluded }) => ({
      index,
      entry,
      name,
      label,
      source,
      place,
      left_out: skipped && badRows(skipped),
      rows: length,
      excluded,
    })),
  }
}
