/**
 * Mean training loss of each task's targets in a step, and how many there were: over all micro-batches of the step, from
 * before the update. A target belongs to the task in whose conversation it lies; padding to none, and targets of -1 do
 * not count. Rows from before 29 November 2026 did not measure it.
 *
 * Where every target counts, the tasks' losses weighted by their targets are the step's loss. Where some are ignored they
 * need not be, since the step's micro-batches weigh the same whatever they hold.
 */
import { byTask, type ToldFigure } from './figure.schema'

export const lossByTask = {
  schema: byTask,
  printed: true,
  line: {
    chart: {
      title: 'Training loss by task',
      unit: 'nats a token, EMA',
      place: 'small',
      digits: 'two',
    },
    label: 'loss',
    compared: 'nats a token, EMA',
  },
} as const satisfies ToldFigure
