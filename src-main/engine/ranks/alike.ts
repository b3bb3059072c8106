/**
 * Whether all ranks are about to train the same: the same options, data, tokenizer and weights, by the same code. The
 * places of files and hosts may differ between machines.
 */
import { createHash } from 'node:crypto'

import { MidbenchError } from '../../errors'
import { bindingKey } from '../../native/binding-source'
import { PLACES } from '../resume-rules'
import type { OpenRun } from '../announcement'
import type { StateArrays } from '../step-engine'
import type { Peers } from './peers'

/** Options that may differ between the machines of a run. */
const OWN_OPTIONS = new Set(['base_dir', 'hosts', 'run', 'output_tag', 'loggers'])

/** Values that fit into a message are shown as they are. */
const SHOWN = 60

/** What a rank trains with: by name, what is the same on each. */
type Facts = Record<string, string>

/**
 * @param startHash {@link stateHash} of what the run starts from
 * @throws MidbenchError `ranks.differ` naming each rank and what is not as on rank 0
 */
export function requireAlike(peers: Peers, hosts: readonly string[], run: OpenRun, startHash: string): void {
  const own = JSON.stringify(factsOf(run, startHash))
  const most = Math.max(...peers.gather([Buffer.byteLength(own)]).flat())
  const told = peers.gatherText(own, most).map((text) => JSON.parse(text) as Facts) // ranks of one build
  const [first = {}, ...others] = told
  const faults = others.flatMap((facts, i) => differences(i + 1, hosts[i + 1], facts, first))
  if (faults.length === 0) return
  throw new MidbenchError({
    code: 'ranks.differ',
    message: `The ranks would not train the same. ${faults.join(' ')}`,
    remedy: 'Give every machine the same files, config and version of Midbench.',
  })
}

function differences(rank: number, host: string | undefined, there: Facts, first: Facts): string[] {
  const names = [...new Set([...Object.keys(first), ...Object.keys(there)])]
  const unlike = names.filter((name) => first[name] !== there[name])
  if (unlike.length === 0) return []
  const said = unlike.map(
    (name) => `${name} is ${there[name] ?? 'not there'} (rank 0: ${first[name] ?? 'not there'})`,
  )
  return [`On rank ${String(rank)}${host === undefined ? '' : `, ${host},`} ${said.join('; ')}.`]
}

function factsOf({ config, opened, start, device }: OpenRun, startHash: string): Facts {
  const { train, val, tokenizer } = opened.identity
  const options = Object.entries(config).filter(([name]) => !OWN_OPTIONS.has(name))
  return {
    ...Object.fromEntries(options.map(([name, value]) => [name, shown(value)])),
    ...dataFacts('mixture.train', train),
    ...dataFacts('mixture.val', val),
    'the tokenizer': shortHash(tokenizer),
    'the step that it starts from': String(start.state.step),
    'the start’s weights and optimizer state': startHash.slice(0, 16),
    TensorFlow: device.tensorflow.version,
    'Midbench’s build': bindingKey(),
  }
}

function dataFacts(split: string, sets: OpenRun['opened']['identity']['train']): Facts {
  return Object.fromEntries(
    sets.map(({ source, rows, identity }, i) => [
      `the data of ${split}.${String(i)}`,
      `${source}, ${String(rows)} rows, ${shortHash(identity)}`,
    ]),
  )
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (key, inner: unknown) => (PLACES.has(key) ? undefined : inner))
  return text.length <= SHOWN ? text : shortHash(text)
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** SHA-256 of parameters and optimizer state, by name and value: 64 hexadecimal digits. */
export function stateHash({ parameters, optimizer }: StateArrays): string {
  const hash = createHash('sha256')
  for (const arrays of [parameters, optimizer])
    for (const [name, { data }] of arrays) hash.update(name).update(data)
  return hash.digest('hex')
}

/**
 * The hash of the state, which must be the same on every rank.
 *
 * @throws MidbenchError `ranks.apart` naming the ranks that have another one
 */
export function sameStateHash(peers: Peers, state: StateArrays, step: number): string {
  const own = stateHash(state)
  const all = peers.gatherText(own, own.length)
  const apart = all.flatMap((hash, rank) => (hash === all[0] ? [] : String(rank)))
  if (apart.length === 0) return own
  throw new MidbenchError({
    code: 'ranks.apart',
    message: `After step ${String(step)} the weights of rank ${apart.join(', ')} are not those of rank 0.`,
    remedy:
      'Resume the run from its last checkpoint. Should it happen again, a machine computes wrongly, or another than the others.',
  })
}
