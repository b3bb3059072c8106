/** Opens what a run asks its model at some steps; a run that asks nothing loads nothing for it. */
import { rm } from 'node:fs/promises'

import { measureTimes, sampleTimes } from '../../config/asides'
import { TASK_DATA_FIRST } from '../../config/recipes.schema'
import { listMeasurements } from '../../evaluation/kept-measurements'
import { loadTokenizer } from '../../tokenizer/tokenizer'
import { tokenizerDirOf } from '../../tokenizer-folder'
import type { OpenRun } from '../announcement'
import type { Aside } from '../loop-options'
import type { TrainJob } from '../trainer-calls'
import type { AsideContext } from './asking'
import { CurrentModel } from './current-model'
import { Measurer } from './measurer'
import { Sampler } from './sampler'

export async function openAsides(
  { runId, runDir, locations }: TrainJob,
  { config, engine, device, start }: OpenRun,
  context: AsideContext,
): Promise<Aside[]> {
  await forgetAfter(runDir, start.state.step)
  const [samples, measures] = [sampleTimes(config), measureTimes(config)]
  if (samples === null && measures === null) return []
  const tokenizer = await loadTokenizer(tokenizerDirOf(locations.baseDir))
  const model = new CurrentModel({ engine, device, model: start.model })
  const asides: Aside[] = []
  if (samples !== null) {
    asides.push(new Sampler(samples.every, config.sample_prompts, tokenizer, model, context))
  }
  if (measures !== null) {
    const { measure_tasks: tasks, measure_max_problems: problems } = config
    const { baseDir, configDir, cacheDir } = locations
    const places = { baseDir, configDir, cacheDir, taskDataFirst: TASK_DATA_FIRST[config.recipe] }
    const data = { ...places, entries: config.mixture.val }
    const options = { ...measures, tasks, most: problems === -1 ? null : problems, data, runId, runDir }
    asides.push(new Measurer(options, tokenizer, model, context))
  }
  return asides
}

/** Deletes measurements of steps that a resumed run makes again: of the same weights only if nothing was changed. */
async function forgetAfter(runDir: string, step: number): Promise<void> {
  for (const folder of await listMeasurements(runDir)) {
    if (Number(/\d+$/.exec(folder)?.[0]) > step) await rm(folder, { recursive: true, force: true })
  }
}
