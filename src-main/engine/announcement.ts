/** What a run reports once everything is open: the report `prepared`, and the first lines of its log. */
import { byteSize } from '../byte-size'
import { flopsPerToken, parameterCount } from '../model/flops'
import { parameterShapes } from '../model/parameters'
import { shareBytes, stateBytes } from '../optimizers/shares'
import type { OpenedData } from '../packing/data-calls'
import type { PackingFacts } from '../packing/packing-facts.schema'
import { askedSteps, gradAccumSteps, microBatchTokens } from '../config/batches'
import type { RunConfig } from '../config/config.schema'
import type { Device } from './device'
import type { RunStart } from './run-start'
import type { StepEngine } from './step-engine'
import type { Prepared } from './trainer-calls'

/** All that a run has opened. */
export interface OpenRun {
  config: RunConfig
  start: RunStart
  opened: OpenedData
  facts: PackingFacts
  device: Device
  engine: StepEngine
}

export function prepared({ config, start, facts, device, engine }: OpenRun): Prepared {
  const { vocab_size, n_layer, n_embd, n_head, n_kv_head } = start.model
  return {
    model: {
      ...start.base,
      parameters: parameterCount(start.model),
      flops_per_token: flopsPerToken(start.model),
      vocab_size,
      n_layer,
      n_embd,
      n_head,
      n_kv_head,
    },
    device: deviceText(device, engine.name),
    totalSteps: askedSteps(config) ?? facts.epoch_steps,
    facts,
    step: start.state.step,
  }
}

/** The last three lines are the seed's. */
export function firstLines({ config, start, opened, device, engine }: OpenRun): string[] {
  const { device_batch_size: rows, max_seq_len: length, total_batch_size: total } = config
  const { version } = device.tensorflow
  const micro = microBatchTokens(config)
  return [
    `${start.from}: ${count(parameterCount(start.model))} parameters, ${count(flopsPerToken(start.model))} FLOPs a token`,
    `TensorFlow ${version} on ${deviceText(device, engine.name)}; ${peakText(device)}`,
    ...stateLine(config, start),
    `${count(opened.trainConversations)} conversations to train on, ${count(opened.valConversations)} to evaluate on`,
    `Tokens / micro-batch / rank: ${String(rows)} x ${String(length)} = ${count(micro)}`,
    `Tokens / micro-batch: ${count(micro * config.world_size)}`,
    `Total batch size ${count(total)} => gradient accumulation steps: ${String(gradAccumSteps(config))}`,
  ]
}

/** What rank 0 keeps of the optimizers' state; the others keep as much, or less. */
function stateLine({ world_size: worldSize, shard_optimizer: shared }: RunConfig, start: RunStart): string[] {
  if (worldSize === 1) return []
  const shapes = parameterShapes(start.model)
  const all = byteSize(stateBytes(start.groups, shapes))
  if (!shared) return [`Each rank keeps all of the optimizer’s state, ${all}`]
  const own = shareBytes(start.groups, shapes, { rank: 0, worldSize })
  return [`Each rank keeps ${byteSize(own)} of the optimizer’s state of ${all}`]
}

/** "CPU, 2 threads, bfloat16, graph" */
function deviceText({ label, dtype }: Device, engine: string): string {
  return `${label}, ${dtype}, ${engine}`
}

function peakText({ peak, dtype }: Device): string {
  return peak.flops === null
    ? `MFU is not known, nor the peak that it is measured against: ${peak.unknown}`
    : `MFU against ${(peak.flops / 1e9).toFixed(0)} GFLOPS, this machine's ${dtype} matrix products at rest`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
