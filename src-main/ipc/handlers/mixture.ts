/** What a mixture holds: its tasks, its lengths, its conversations. Answers come from the window's data thread. */
import type { DataAccess } from '../../app/data-access'
import type { Jobs } from '../../app/jobs'
import type { TaskInfo } from '../../data/mixture'
import type { SplitSummary } from '../contract'
import type { Handlers } from '../serve'

type MixtureCalls = Extract<keyof Handlers, `mixture.${string}`>

export function mixtureHandlers(access: DataAccess, jobs: Jobs): Pick<Handlers, MixtureCalls> {
  return {
    'mixture.describe': async ({ config, dir }) => {
      const { data } = await access.of(config, dir)
      return {
        train: splitSummary(data.trainConversations, data.tasks.train),
        val: splitSummary(data.valConversations, data.tasks.val),
      }
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
    // Opened by itself: an entry can be right beside one that is not.
    'mixture.probe': async ({ config, dir, entry }) => {
      const { data } = await access.of({ ...config, mixture: { train: [entry], val: [] } }, dir)
      return { rows: data.trainConversations, source: data.tasks.train[0]?.source ?? '' }
    },
  }
}

function splitSummary(rows: number, tasks: readonly TaskInfo[]): SplitSummary {
  return {
    rows,
    tasks: tasks.map(({ index, entry, name, label, source, length }) => ({
      index,
      entry,
      name,
      label,
      source,
      rows: length,
    })),
  }
}
