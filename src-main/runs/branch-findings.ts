/** What a preflight says of a branch, in words: what it cannot have, and what it goes on with. */
import type { RunConfig } from '../config/config.schema'
import type { BranchRecord } from '../engine/branch-record.schema'
import type { LoopState } from '../engine/loop-state'
import type { Issue } from '../errors'
import { lrMultiplier } from '../optimizers/schedules'
import type { DataIdentity } from '../packing/data-identity.schema'
import type { Fork } from './fork'
import type { Finding } from './preflight.schema'

interface Planned {
  config: RunConfig
  record: BranchRecord
  issues: readonly Issue[]
  /** The loop's state at the fork, the parent's and the branch's; null at the parent's beginning. */
  loop: { then: LoopState; now: LoopState } | null
  /** The branch's data; null where it is not known. */
  now: DataIdentity | null
}

export function branchFindings(fork: Fork, planned: Planned): Finding[] {
  const { issues, loop, now } = planned
  const refused = issues.map(({ path, message, hint = '' }): Finding => {
    return { level: 'block', path, message: `${path} ${message}.`, remedy: `${hint}.` }
  })
  const { name } = fork.parent
  if (loop === null) return [...refused, ok('', `Begins as ${name} did, with its base checkpoint.`)]
  const kept = `Goes on from ${name} after step ${count(fork.step)}, with its weights, optimizer states and loss average.`
  const data = now === null ? [] : dataFindings(fork, planned, now)
  return [...refused, ok('', kept), ...data, ...scheduleFindings(fork, planned.config, loop)]
}

function dataFindings(
  { parent: { name }, data, config }: Fork,
  planned: Planned,
  now: DataIdentity,
): Finding[] {
  const { record } = planned
  const findings: Finding[] = []
  if (data !== null && data.tokenizer !== now.tokenizer) {
    const message = `The tokenizer is another one than ${name} was trained with: the same ids stand for other texts.`
    findings.push({ level: 'block', path: 'base_dir', message, remedy: 'Name the folder of that tokenizer.' })
  }
  if (record.reading.state !== null) {
    const without =
      String(config.exclude) === String(planned.config.exclude) ? '' : ', by what is excluded now'
    findings.push(ok('mixture.train', readsOn(name, [config, planned.config], without)))
  } else {
    const since = data === null ? `${name} kept no record of its data` : 'its data is other'
    const message = `Reads its mixture from the start, since ${since}: conversations that ${name} has read come again.`
    findings.push(warn('mixture.train', message))
  }
  if (!record.same_validation && planned.config.eval_every !== -1) {
    const message = `Evaluates on other tokens than ${name}: their bits a byte cannot be compared, and the best begins anew.`
    findings.push(warn('mixture.val', message))
  }
  return findings
}

function readsOn(name: string, [then, now]: [RunConfig, RunConfig], without: string): string {
  const [before, after] = [then.world_size, now.world_size]
  if (before === after) return `Reads on in the mixture where ${name} stood${without}.`
  const [who, whose] = [
    after === 1 ? 'One rank reads' : `${count(after)} ranks read`,
    before === 1 ? 'the one' : `the ${count(before)}`,
  ]
  return `${who} on in the mixture where ${whose} of ${name} stood${without}: no conversation comes again before the epoch’s end, and none is left out.`
}

/** Where progress, and with it the learning rates, go on; nothing where both are as they were. */
function scheduleFindings(
  { parent: { name }, config: before }: Fork,
  config: RunConfig,
  { then, now }: NonNullable<Planned['loop']>,
): Finding[] {
  if (config.num_iterations === -1 && before.num_iterations !== -1)
    return [ok('num_iterations', 'Progress is of its own epoch: its first step says how far that is.')]
  const [rate, was] = [lrMultiplier(now.progress, config), lrMultiplier(then.progress, before)]
  if (now.progress === then.progress && rate === was) return []
  const of = config.num_iterations === -1 ? 'epoch' : `${count(config.num_iterations)} steps`
  const message = `Progress is of its own ${of}: it begins at ${percent(now.progress)}, with learning rates at ${percent(rate)} of the initial ones. ${name} was at ${percent(then.progress)}, with ${percent(was)}.`
  return [ok('num_iterations', message)]
}

function ok(path: string, message: string): Finding {
  return { level: 'ok', path, message }
}

function warn(path: string, message: string): Finding {
  return { level: 'warn', path, message }
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function percent(share: number): string {
  return `${String(Number((100 * share).toFixed(1)))} %`
}
