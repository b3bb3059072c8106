/** The models that can be asked: how they are told apart, which are asked unless a person chooses, and their words. */
import type { ModelRef, ModelView } from '../api/types'
import { fixed, integer } from '../format/number'

/** The key of a model within the list. A run is one model, whatever it has saved last. */
export function modelKey(model: ModelRef): string {
  if (model.of === 'base') return 'base'
  return model.of === 'run' ? `run ${model.runId}` : `checkpoint ${model.dir} ${model.step}`
}

export function findModel(models: readonly ModelView[], model: ModelRef): ModelView | null {
  const key = modelKey(model)
  return models.find((each) => modelKey(each.model) === key) ?? null
}

/** The model that is asked where nobody has chosen: the first that was taught to chat, else the first that can be asked. */
export function firstToAsk(models: readonly ModelView[]): ModelRef | null {
  const ready = models.filter(({ refusal }) => refusal === null)
  return (ready.find(({ chats }) => chats === 'yes') ?? ready[0])?.model ?? null
}

/** The model to put beside another: the base beside what came of it, else the first other one. */
export function firstBeside(models: readonly ModelView[], beside: ModelRef): ModelRef | null {
  const others = models.filter(
    ({ model, refusal }) => refusal === null && modelKey(model) !== modelKey(beside),
  )
  return (others.find(({ model }) => model.of === 'base') ?? others[0])?.model ?? null
}

const KINDS: Record<ModelView['place'], string> = {
  base: 'base',
  mid: 'result',
  sft: 'result',
  rl: 'result',
  other: 'checkpoint',
  run: 'run',
}

/** What it is and how far it is: "run, step 120, 1.0421 bpb". */
export function aboutModel({ place, step, val_bpb, changing }: ModelView): string {
  const kind = changing ? 'run in training, last save' : KINDS[place]
  return `${kind}, step ${integer(step)}${val_bpb === null ? '' : `, ${fixed(val_bpb, 4)} bpb`}`
}
