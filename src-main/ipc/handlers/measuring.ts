/** Measuring models, and looking through what was measured. The checkpoint thread reads what is kept. */
import type { DataAccess } from '../../services/data-access'
import type { Jobs } from '../../services/jobs'
import { downloadTask, pythonHere, taskOffers } from '../../services/measured-data'
import type { MeasuringServices } from '../../services/measuring'
import type { Handlers } from '../serve'

type MeasuringCalls = Extract<keyof Handlers, `measuring.${string}`>

export function measuringHandlers(
  { queue, kept }: MeasuringServices,
  data: Pick<DataAccess, 'locations'>,
  jobs: Jobs,
): Pick<Handlers, MeasuringCalls> {
  return {
    'measuring.tasks': ({ config, dir }) => taskOffers(config.mixture, data.locations(config, dir)),
    'measuring.python': () => pythonHere(),
    'measuring.download': ({ config, dir, task, job }) =>
      jobs.run(job, async (context) => {
        await downloadTask(task, config.mixture, data.locations(config, dir), context)
        return {}
      }),
    'measuring.start': (asked) => queue.start(asked),
    'measuring.cancel': ({ id }) => {
      queue.cancel(id)
      return {}
    },
    'measuring.list': () => queue.list(),
    'measuring.kept': () => kept.list(),
    'measuring.rows': (asked) => kept.rows(asked),
    'measuring.lines': (asked) => kept.lines(asked),
    'measuring.question': (asked) => kept.question(asked),
  }
}
