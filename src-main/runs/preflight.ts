/**
 * Checks a run before it starts: what would break it (a blocker), what is odd (a warning) and what is well (ok), each
 * with what to do about it. The checks are functions of the config and of facts gathered beforehand
 * (preflight-facts.ts), so they are cheap enough to run at every keystroke in the window.
 */
import { byteSize } from '../byte-size'
import { type Issue, MidbenchError } from '../errors'
import { variantOf } from '../model/variants/variant'
import type { PackingFacts } from '../packing/packing-facts.schema'
import { crossFieldIssues } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import type { PythonPackage } from '../config/loggers.schema'
import { NO_OPTIMIZER } from '../engine/warm-groups'
import { type BaseModel, derive, ranksHere } from './derive'
import { precisionDifference } from './differences'
import { asideFindings, type LackingTask } from './preflight-asides'
import { dataFindings, type DataState, type LackingData } from './preflight-data'
import { loggerFindings } from './preflight-loggers'
import { lossFindings } from './preflight-losses'
import { rankFindings } from './preflight-ranks'
import type { Derived, Finding } from './preflight.schema'
import { type ResultFacts, resultFindings } from './preflight-result'

/** What is known besides the config. A null is not known (yet), and no finding is made of it. */
export interface PreflightFacts {
  /** The base checkpoint, or why there is none to start from. */
  base: BaseModel | MidbenchError | null
  /** Size of the tokenizer's vocabulary. */
  vocabSize: number | null
  /** The data, as it was last opened. */
  data: DataState | null
  /** What the plans of the mixture say. */
  packing: PackingFacts | null
  /** Data that is missing on this machine but can be downloaded, with the first entry that needs it. */
  lacking: readonly LackingData[] | null
  /** The same of the tasks that the run is measured by. */
  lackingTasks: readonly LackingTask[] | null
  /** Python packages that the run's loggers need and that are not installed. */
  lackingPackages: readonly PythonPackage[] | null
  /** Tokens of a branch's steps or epoch that its parent has trained on; 0 for a run of its own. */
  tokensBefore: number
  /** Speed of the latest run like this one. */
  tokPerSec: number | null
  /** Free space on the disk of the run's folder. */
  freeDiskBytes: number | null
  /** The folder for the run's result; null also where the run writes none. */
  result: ResultFacts | null
  /** Memory that a run may take. */
  memoryBytes: number | null
  /** Whether the processor multiplies in bfloat16 itself. */
  bfloat16: boolean | null
  /** "CPU, 2 threads, float32, eager" */
  device: string | null
  /** Processors of this machine. */
  processors: number | null
}

export const nothingKnown: PreflightFacts = {
  base: null,
  vocabSize: null,
  data: null,
  packing: null,
  lacking: null,
  lackingTasks: null,
  lackingPackages: null,
  tokensBefore: 0,
  tokPerSec: null,
  freeDiskBytes: null,
  result: null,
  memoryBytes: null,
  bfloat16: null,
  device: null,
  processors: null,
}

export interface Preflight {
  /** Blockers first, then warnings, then passed checks. */
  findings: Finding[]
  derived: Derived
}

export function preflight(config: RunConfig, facts: PreflightFacts = nothingKnown): Preflight {
  const base = facts.base instanceof MidbenchError ? null : facts.base
  const derived = derive(config, {
    base,
    epochSteps: facts.packing?.epoch_steps ?? null,
    tokensBefore: facts.tokensBefore,
    tokPerSec: facts.tokPerSec,
  })
  const findings = [
    ...batchFindings(config, derived),
    ...engineFindings(config, facts),
    ...rankFindings(config, { processors: facts.processors, model: base?.config ?? null }),
    ...baseFindings(config, facts),
    ...warmStartFindings(config, base),
    ...horizonFindings(config, facts),
    ...evalFindings(config, derived, facts),
    ...asideFindings(config, { lacking: facts.lackingTasks, model: base?.config ?? null }),
    ...loggerFindings(config, facts.lackingPackages),
    ...lossFindings(config, facts.packing),
    ...lackingFindings(facts),
    ...dataFindings(config, facts.data, facts.lacking ?? []),
    ...resultFindings(config, facts.result),
    ...spaceFindings(config, derived, facts),
  ]
  const rank = { block: 0, warn: 1, ok: 2 }
  return { findings: findings.sort((a, b) => rank[a.level] - rank[b.level]), derived }
}

/** Throws where a blocker was found. @throws MidbenchError `run.blocked` with one issue a blocker */
export function refuseBlocked(findings: readonly Finding[]): void {
  const blockers = findings.filter((finding) => finding.level === 'block')
  if (blockers.length === 0) return
  const issues: Issue[] = blockers.map(({ path, message, remedy }) => ({ path, message, hint: remedy }))
  throw new MidbenchError({ code: 'run.blocked', message: 'The run cannot start as it is set up.', issues })
}

function batchFindings(config: RunConfig, derived: Derived): Finding[] {
  const faults = crossFieldIssues(config)
  if (faults.length > 0) return faults.map((issue) => block(issue.path, issue.message, issue.hint))
  const micro = `${count(config.device_batch_size)} × ${count(config.max_seq_len)} = ${count(derived.tokens_per_micro_batch)} tokens`
  const steps = derived.grad_accum_steps ?? 1
  const plural = steps === 1 ? 'one micro-batch' : `${count(steps)} micro-batches`
  return [ok('total_batch_size', `A step is ${plural} of ${micro}${each(config)}.`)]
}

function engineFindings(config: RunConfig, facts: PreflightFacts): Finding[] {
  if (config.engine === 'graph') return slowPrecision(config, facts)
  return precisionDifference(config, facts.device).map((text) =>
    warn('dtype', text, 'Set dtype to "float32" to say what is computed.'),
  )
}

/** Warns where bfloat16 was asked for on a processor without it: it works, but slowly. */
function slowPrecision({ dtype, device_type }: RunConfig, { bfloat16, device }: PreflightFacts): Finding[] {
  const onCpu = device_type !== 'cuda' && (device === null || device.startsWith('CPU'))
  if (dtype !== 'bfloat16' || bfloat16 !== false || !onCpu) return []
  const message =
    'This processor has no instructions for bfloat16: a step takes several times as long as in float32.'
  return [warn('dtype', message, 'Set dtype to "float32".')]
}

function baseFindings(config: RunConfig, { base, vocabSize }: PreflightFacts): Finding[] {
  if (base === null) return []
  if (base instanceof MidbenchError) return [block('model_tag', base.message, base.remedy)]
  const model = base.config
  const findings: Finding[] = []
  if (vocabSize !== null && vocabSize !== model.vocab_size) {
    findings.push(
      block(
        'model_tag',
        `The base checkpoint ${base.tag} has a vocabulary of ${count(model.vocab_size)}, the tokenizer one of ${count(vocabSize)}.`,
        'Use the tokenizer the base model was trained with: its folder lies in the same base_dir.',
      ),
    )
  }
  if (config.max_seq_len > model.sequence_len) {
    findings.push(
      warn(
        'max_seq_len',
        `Rows of ${count(config.max_seq_len)} are longer than the ${count(model.sequence_len)} that the base model has seen.`,
        `Set max_seq_len to ${String(model.sequence_len)} or less, unless you mean to lengthen its context.`,
      ),
    )
  }
  if (base.deviceBatchSize !== null && config.device_batch_size > base.deviceBatchSize) {
    findings.push(
      warn(
        'device_batch_size',
        `The base model was trained with device_batch_size ${count(base.deviceBatchSize)}; ${count(config.device_batch_size)} may not fit.`,
        `Set it to ${String(base.deviceBatchSize)} if memory runs out.`,
      ),
    )
  }
  for (const note of base.notes ?? []) findings.push(warn('model_tag', note))
  const { note } = variantOf(model)
  if (note !== undefined) findings.push(warn('model_tag', note, 'Compare its val bpb with upstream’s.'))
  const blocked = findings.some((finding) => finding.level === 'block')
  return blocked
    ? findings
    : [...findings, ok('model_tag', `Base checkpoint ${base.tag}, step ${count(base.step)}.`)]
}

function warmStartFindings({ load_optimizer: asked }: RunConfig, base: BaseModel | null): Finding[] {
  const optimizer = base?.optimizer
  if (!asked || base === null || optimizer === undefined) return []
  if (optimizer instanceof MidbenchError)
    return [block('load_optimizer', optimizer.message, optimizer.remedy)]
  const of = `the base checkpoint ${base.tag}, step ${count(base.step)}`
  if (optimizer === 'there') return [ok('load_optimizer', `Warm start with the optimizer file of ${of}.`)]
  return [
    warn(
      'load_optimizer',
      `There is no optimizer file of ${of}: ${NO_OPTIMIZER}.`,
      'Put its optim_*.pt beside its model, or set load_optimizer to false.',
    ),
  ]
}

function horizonFindings(config: RunConfig, { packing }: PreflightFacts): Finding[] {
  const epochSteps = packing?.epoch_steps ?? null
  if (config.save_every === -1) {
    const message = 'Nothing is saved before a pause, a stop or the end: a killed run starts anew.'
    return [
      ...repeatFinding(config, epochSteps),
      warn('save_every', message, 'Set save_every to a number of steps.'),
    ]
  }
  return repeatFinding(config, epochSteps)
}

function repeatFinding(config: RunConfig, epochSteps: number | null): Finding[] {
  if (epochSteps === null) return []
  if (epochSteps === 0) return [tooSmall(config)]
  const rounds = config.num_iterations / epochSteps
  if (rounds <= 1) return [ok('num_iterations', `One epoch is ${count(epochSteps)} steps.`)]
  return [
    warn(
      'num_iterations',
      `${count(config.num_iterations)} steps go round the mixture ${rounds.toFixed(1)} times (one epoch is ${count(epochSteps)} ${epochSteps === 1 ? 'step' : 'steps'}).`,
      'Set num_iterations to -1 for exactly one epoch.',
    ),
  ]
}

/** With too small a mixture, one epoch has no step; steps asked for go round the mixture, each more than once. */
function tooSmall({ num_iterations: steps }: RunConfig): Finding {
  const message = 'The mixture does not fill one step'
  const remedy = 'Lower total_batch_size or add conversations.'
  if (steps === -1) return block('total_batch_size', `${message}.`, remedy)
  return warn(
    'total_batch_size',
    `${message}: each of the ${count(steps)} goes round it more than once.`,
    remedy,
  )
}

function evalFindings(config: RunConfig, derived: Derived, { packing }: PreflightFacts): Finding[] {
  if (config.eval_every === -1) return [warn('eval_every', 'No validation: the run will have no bpb.')]
  if (config.mixture.val.length === 0) {
    const remedy = 'Add a task to mixture.val, or set eval_every to -1.'
    return [block('mixture.val', 'There is nothing to evaluate on: mixture.val is empty.', remedy)]
  }
  const tokens = derived.tokens_per_micro_batch * config.world_size // of a batch on each rank
  if (derived.eval_batches === 0) {
    const batch = config.world_size === 1 ? 'one batch' : 'one batch on each rank,'
    return [
      block(
        'eval_tokens',
        `${count(config.eval_tokens)} tokens are less than ${batch} of ${count(tokens)}: nothing would be evaluated.`,
        `Set eval_tokens to at least ${String(tokens)}, or eval_every to -1.`,
      ),
    ]
  }
  const valBatches = packing?.val_batches ?? null
  if (valBatches !== null && derived.eval_batches > valBatches) {
    return [
      warn(
        'eval_tokens',
        `An evaluation reads ${count(derived.eval_batches)} batches${each(config)}, and the val mixture fills ${count(valBatches)}: it is gone round again.`,
        `Set eval_tokens to ${String(valBatches * tokens)} or less.`,
      ),
    ]
  }
  return [ok('eval_tokens', `An evaluation reads ${count(derived.eval_batches)} batches${each(config)}.`)]
}

function each({ world_size: ranks }: RunConfig): string {
  return ranks === 1 ? '' : ' on each rank'
}

function lackingFindings({ lacking }: PreflightFacts): Finding[] {
  return (lacking ?? []).map(({ path, label, dir, unusable }) => {
    const remedy = `Download it in Mixture, to ${dir}, or name local files.`
    const why = unusable === null ? '' : `: ${unusable}`
    return block(path, `${label} is not on this machine${why}.`, remedy)
  })
}

function spaceFindings(config: RunConfig, derived: Derived, facts: PreflightFacts): Finding[] {
  const findings: Finding[] = []
  const { disk_bytes: disk, memory_bytes: memory } = derived
  if (disk !== null && facts.freeDiskBytes !== null) {
    const what = config.record_losses.length === 0 ? 'The checkpoints' : 'The checkpoints and recorded losses'
    const free = `${byteSize(disk)} of disk, of ${byteSize(facts.freeDiskBytes)} that are free`
    findings.push(
      disk > facts.freeDiskBytes
        ? block('save_every', `${what} need ${free}.`, 'Free some space, or name another folder for the run.')
        : ok('save_every', `${what} take up to ${free}.`),
    )
  }
  if (memory !== null && facts.memoryBytes !== null) {
    const ranks = ranksHere(config)
    const who = ranks === 1 ? 'A step takes' : `A step of ${count(ranks)} ranks takes`
    const need = `${who} about ${byteSize(memory)} of memory; a run may take ${byteSize(facts.memoryBytes)} here.`
    const room = Math.floor(facts.memoryBytes / (memory / ranks))
    const less = config.shard_optimizer ? 'Lower world_size. ' : `Set world_size to ${String(room)} or less. `
    const fewer = ranks === 1 || room === 0 ? '' : less
    const remedy = `${fewer}${config.device_batch_size > 1 ? 'Lower device_batch_size or max_seq_len.' : 'Lower max_seq_len.'}`
    const fits = memory <= facts.memoryBytes
    findings.push(fits ? ok('device_batch_size', need) : warn('device_batch_size', need, remedy))
  }
  return findings
}

function ok(path: string, message: string): Finding {
  return { level: 'ok', path, message }
}

function warn(path: string, message: string, remedy?: string): Finding {
  return { level: 'warn', path, message, ...(remedy === undefined ? {} : { remedy }) }
}

function block(path: string, message: string, remedy?: string): Finding {
  return { level: 'block', path, message, ...(remedy === undefined ? {} : { remedy }) }
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
