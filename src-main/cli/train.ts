/**
 * `train`: one run in the terminal, with the same run manager as the window.
 *
 * With --json every step, evaluation and checkpoint is a line of stdout; without, the seed's log lines and a progress
 * bar go to stderr, and stdout gets the folders of the run and its checkpoint. Ctrl-C finishes the current step, saves,
 * and exits with 130.
 */
import { changesText, requireSameOptions } from '../engine/resume-rules'
import { dataDir } from '../native/paths'
import {
  baseDirOf,
  loadConfig as loadAlone,
  type ReadConfig,
  requireRules,
  withAbsolutePaths,
} from '../config/config'
import { runConfig, type RunConfig } from '../config/config.schema'
import { inheritedOf } from '../config/resolve'
import { RunManager } from '../runs/run-manager'
import type { RunDetail } from '../config/run.schema'
import { clearLeftovers } from '../runs/clear-leftovers'
import { openChosenTrainer } from '../runs/trainer-host'
import { openRunStore } from '../runs/open-store'
import type { Command, CommandIo, CommandValues } from './command'
import { loadConfig } from './load-config'
import { downloadMissing, locationsOf } from './open-data'
import { RANK_FLAGS, type RankFlags, readRankFlags, withRanks } from './rank-flags'
import { optionsSet } from './set-options'
import { JsonPrinter, TextPrinter } from './train-printer'
import { trainToRest } from './train-to-rest'
import { optionalChoice, optionalCount, optionalString, requiredString } from './usage'

const usage =
  'train --config F [--set KEY=VALUE]… [--run-dir D] [--resume] [--stop-after N] [--dtype T] [--ranks N | --cluster HOSTFILE --rank R] [--json]'

export const command: Command = {
  name: 'train',
  summary:
    'the run: trains, evaluates, answers prompts, measures and saves as the config says; --resume goes on with one that was left',
  usage,
  options: {
    config: { type: 'string' },
    set: { type: 'string', multiple: true },
    'run-dir': { type: 'string' },
    resume: { type: 'boolean' },
    'stop-after': { type: 'string' },
    dtype: { type: 'string' },
    ...RANK_FLAGS,
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const options = {
      runDir: optionalString(values, 'run-dir') ?? undefined,
      resume: values['resume'] === true,
      stopAfter: optionalCount(values, 'stop-after') ?? undefined,
    }
    const ranks = await readRankFlags(values)
    const path = requiredString(values, 'config', usage)
    const set = optionsSet(values)
    const dtype = dtypeOf(values, set)
    // A run that goes on has inherited already: what today's base says does not hold (continuedConfig).
    const read = options.resume
      ? await loadAlone(path, { rules: 'none', set })
      : await loadConfig(path, io, { set })
    const loaded = withRanks(withDtype(read, dtype), ranks, options.resume ? 'none' : 'all')
    await clearLeftovers({ dataDir: dataDir(), cacheDir: locationsOf(loaded).cacheDir })
    await downloadMissing(loaded, io)
    const printer = values['json'] === true ? new JsonPrinter(io) : new TextPrinter(io, process.stderr)
    const { store, notes } = await openRunStore(dataDir())
    notes.forEach((note) => {
      io.stderr(note)
    })
    const manager = new RunManager({
      store,
      dataDir: dataDir(),
      cacheDir: locationsOf(loaded).cacheDir,
      openTrainer: openChosenTrainer,
      rank: ranks.rank,
    })
    try {
      return await trainToRest(
        manager,
        () => begin(manager, { loaded, dtype, ranks, ...options }, io),
        printer,
        io,
      )
    } finally {
      await manager.close()
      store.close()
    }
  },
}

/** The dtype that the command line names, by its own flag or by `--set`; null where it names none. */
function dtypeOf(values: CommandValues, set: Readonly<Record<string, unknown>>): RunConfig['dtype'] | null {
  const dtypes = runConfig.shape.dtype.unwrap()
  return optionalChoice(values, 'dtype', dtypes.options) ?? dtypes.safeParse(set['dtype']).data ?? null
}

/** For a config that is used on different kinds of processors. */
function withDtype(loaded: ReadConfig, dtype: RunConfig['dtype'] | null): ReadConfig {
  return dtype === null ? loaded : { ...loaded, config: { ...loaded.config, dtype } }
}

interface TrainRequest {
  loaded: ReadConfig
  /** The dtype that the command line names; null where it names none. */
  dtype: RunConfig['dtype'] | null
  ranks: RankFlags
  runDir: string | undefined
  resume: boolean
  stopAfter: number | undefined
}

async function begin(manager: RunManager, request: TrainRequest, io: CommandIo): Promise<string> {
  const { loaded, runDir, stopAfter } = request
  if (!request.resume) {
    const { config, dir, path } = loaded
    return manager.start({ config, dir, path, runDir, stopAfter, signal: io.signal })
  }
  const where = runDir === undefined ? { configPath: loaded.path } : { runDir }
  const id = await manager.findResumable(where)
  const config = continuedConfig(request, manager.get(id), io)
  await manager.resume(id, { stopAfter, config })
  return id
}

/**
 * The config's options, where the run can go on with them; options that would make another run are refused. What the
 * config does not give is kept where the run began with it: the dtype of its command line, and what it inherited from a
 * base checkpoint that may since have changed.
 *
 * @throws MidbenchError `config.invalid`, `run.options-changed`
 */
function continuedConfig({ loaded, dtype, ranks }: TrainRequest, run: RunDetail, io: CommandIo): RunConfig {
  const began = run.config
  const { config, given, dir, path } = loaded
  const named = {
    ...config,
    ...inheritedOf(began, given),
    dtype: dtype ?? began.dtype,
    world_size: ranks.ranks ?? given.world_size ?? began.world_size,
  }
  requireRules(named, 'all', path)
  const now = withAbsolutePaths(named, dir, baseDirOf(config, dir))
  requireSameOptions(began, now, run.step)
  const changes = changesText(began, now)
  if (changes !== '') io.stderr(`The run goes on with ${changes}.`)
  if (dtype === null && config.dtype !== began.dtype) {
    io.stderr(`The run goes on with dtype ${began.dtype}, as it began; the config has ${config.dtype}.`)
  }
  return now
}
