/** What happened to a run besides its steps, as its charts mark it. */
import type { StepMetric } from '../api/types'
import type { RunRecordState } from '../composables/use-run-record'
import type { Mark } from '../charts/marks'
import type { RunAxes } from '../charts/x-axes'
import { count, fixed, integer } from '../format/number'
import { duration } from '../format/units'

/** Its evaluations, the prompts that it answered, the checkpoints that are kept, where it rested or branched off. */
export function marksOf({ steps, evals, samples, detail }: RunRecordState, axes: RunAxes): Mark[] {
  const mark = (kind: Mark['kind'], step: number, text: string): Mark => ({
    ...{ kind, step, text: `step ${integer(step)}: ${text}` },
    along: (x) => axes.along(x),
  })
  const fork = detail?.parent?.step ?? 0
  const rests = steps.flatMap((step, at) => {
    const before = steps[at - 1]
    if (step.resumed !== 1 || !before) return []
    if (before.step === fork) return [mark('branch', fork, branchOf(detail))]
    return [mark('pause', before.step, restOf(before, step)), mark('resume', step.step, 'resumed')]
  })
  return [
    ...evals.map(({ step, val_bpb: bpb }) =>
      mark('evaluation', step, `evaluated, ${fixed(bpb, 4)} bits a byte`),
    ),
    ...samples.map(({ step, answers }) =>
      mark('sample', step, `answered ${count(answers.length, 'prompt')}`),
    ),
    ...(detail?.checkpoints ?? []).map((step) => mark('save', step, 'checkpoint kept')),
    ...rests,
  ]
}

function branchOf(detail: RunRecordState['detail']): string {
  const { name = '', changes = [] } = detail?.parent ?? {}
  return `branched off ${name}${changes.length === 0 ? '' : `: ${changes.join(', ')}`}`
}

function restOf(before: StepMetric, after: StepMetric): string {
  if (before.ended_at === null || after.ended_at === null) return 'paused'
  return `paused for ${duration((after.ended_at - before.ended_at - after.dt_ms) / 1000)}`
}
