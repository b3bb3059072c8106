/** What a preflight says of several ranks: how the processors are shared out, and what a share of the state costs. */
import { byteSize } from '../byte-size'
import type { RunConfig } from '../config/config.schema'
import type { ModelConfig } from '../model/config.schema'
import { describeThreads } from '../thread-count'
import { ranksHere, sharedStateBytes } from './derive'
import type { Finding } from './preflight.schema'

interface RankFacts {
  /** Processors of this machine; null where that is not known. */
  processors: number | null
  /** The base's; null where there is none to start from (yet). */
  model: ModelConfig | null
}

export function rankFindings(config: RunConfig, facts: RankFacts): Finding[] {
  return [...processorFindings(config, facts), ...shareFindings(config, facts)]
}

function processorFindings(config: RunConfig, { processors }: RankFacts): Finding[] {
  const ranks = ranksHere(config)
  if (ranks === 1 || processors === null) return []
  const here = `${count(ranks)} ranks on ${processors === 1 ? 'one processor' : `${count(processors)} processors`}`
  if (ranks > processors) {
    const message = `${here}: they take turns, and wait for one another at every step.`
    return [
      {
        ...{ level: 'warn', path: 'world_size', message },
        remedy: `Set world_size to ${String(processors)} or less.`,
      },
    ]
  }
  const message = `${here}, with ${describeThreads(Math.floor(processors / ranks))} each.`
  return [{ level: 'ok', path: 'world_size', message }]
}

function shareFindings(config: RunConfig, { model }: RankFacts): Finding[] {
  if (!config.shard_optimizer) return []
  const path = 'shard_optimizer'
  if (config.world_size === 1) {
    const message = 'There is one rank, which keeps all of the optimizer’s state.'
    return [{ level: 'warn', path, message, remedy: 'Set shard_optimizer to false, or raise world_size.' }]
  }
  const bytes = model && sharedStateBytes(config, model)
  if (bytes === null) return []
  const kept = `Each rank keeps ${byteSize(bytes.ofRank)} of the optimizer’s ${byteSize(bytes.all)} of state.`
  if (config.save_every !== -1)
    return [{ level: 'ok', path, message: `${kept} If one is lost, the run goes on from its last save.` }]
  return [
    {
      ...{
        level: 'warn',
        path,
        message: `${kept} If one is lost, nothing can be saved: the run starts anew.`,
      },
      remedy: 'Set save_every to a number of steps.',
    },
  ]
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
