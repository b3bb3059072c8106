/**
 * Logs a run to event files in its folder, which TensorBoard shows: `tensorboard --logdir FOLDER`. Figures are scalars;
 * the options, and the answers to the run's prompts, are texts.
 *
 * Where a run goes on, TensorBoard drops the steps that are made again. Costs: 0.1 ms a step, some 1.5 kB on the disk.
 */
import type { SampleMetric } from '../../../config/aside-metrics.schema'
import { writeReason } from '../../../files/write-reason'
import type { FigureRow } from '../figure-rows'
import type { LoggedRun, RunLogger, SayOfLogger } from '../run-logger'
import { EventFile } from './event-file'

export function openTensorboard(run: LoggedRun, say: SayOfLogger): RunLogger {
  const file = new EventFile(run.dir, (error) => {
    say('warn', `TensorBoard gets no more of this run: its file cannot be written: ${writeReason(error)}.`)
  })
  const at = Date.now()
  file.add({ at, step: 0, content: { type: 'version' } })
  if (run.step > 0) file.add({ at, step: run.step + 1, content: { type: 'start' } })
  const options = { ...run.config, device: run.device }
  file.add({ at, step: run.step, content: { type: 'text', tag: 'options', text: jsonText(options) } })
  return {
    figures({ kind, at, step, figures, totals }: FigureRow) {
      // A step's own row has the totals: a second value at the same step would be drawn as well.
      const values = kind === 'step' ? { ...totals, ...figures } : figures
      file.add({ at, step, content: { type: 'scalars', values } })
    },
    answers(sample) {
      const text = answersText(sample)
      file.add({ at: Date.now(), step: sample.step, content: { type: 'text', tag: 'samples', text } })
    },
    saved() {
      file.sync()
    },
    end: () => file.close(),
  }
}

/** As Markdown that keeps its spaces. */
function jsonText(value: object): string {
  return indented(JSON.stringify(value, null, 2))
}

function answersText({ answers }: SampleMetric): string {
  return answers
    .map(({ prompt, answer, cut }) => `${indented(prompt)}\n\n→\n\n${indented(answer)}${cut ? ' …' : ''}`)
    .join('\n\n---\n\n')
}

/** Markdown's block of code, in which nothing that a model says is markup. */
function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}
