/** `runs branch`: a new run from a checkpoint of another, with other options, in the terminal. It trains as `train` does. */
import { branchOptions, openFork } from '../runs/fork'
import { clearLeftovers } from '../runs/clear-leftovers'
import { openRunStore } from '../runs/open-store'
import { RunManager } from '../runs/run-manager'
import { openChosenTrainer } from '../runs/trainer-host'
import type { RunSummary } from '../config/run.schema'
import { dataCacheDir, dataDir } from '../native/paths'
import type { Command, CommandIo, CommandValues } from './command'
import { optionsSet, withOptionsSet } from './set-options'
import { JsonPrinter, TextPrinter } from './train-printer'
import { trainToRest } from './train-to-rest'
import { optionalCount, optionalString, usageError } from './usage'

const usage =
  'runs branch ID --step N [--set KEY=VALUE]… [--name NAME] [--run-dir D] [--stop-after N] [--json]'

export const command: Command = {
  name: 'runs branch',
  summary:
    'a new run that goes on from a checkpoint of another, with other options, data or more steps; --step 0 is its beginning',
  usage,
  positionals: ['ID'],
  options: {
    step: { type: 'string' },
    set: { type: 'string', multiple: true },
    name: { type: 'string' },
    'run-dir': { type: 'string' },
    'stop-after': { type: 'string' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const step = optionalCount(values, 'step', 0)
    if (step === null) throw usageError('--step is missing.', `Usage: midbench ${usage}`)
    const set = optionsSet(values)
    const cacheDir = dataCacheDir()
    await clearLeftovers({ dataDir: dataDir(), cacheDir })
    const { store, notes } = await openRunStore(dataDir())
    for (const note of notes) io.stderr(note)
    const manager = new RunManager({ store, dataDir: dataDir(), cacheDir, openTrainer: openChosenTrainer })
    const printer = values['json'] === true ? new JsonPrinter(io) : new TextPrinter(io, process.stderr)
    try {
      return await trainToRest(manager, () => begin(manager, { step, set, values }, io), printer, io)
    } finally {
      await manager.close()
      store.close()
    }
  },
}

interface BranchRequest {
  step: number
  /** The options that differ. */
  set: Record<string, unknown>
  values: CommandValues
}

async function begin(
  manager: RunManager,
  { step, set, values }: BranchRequest,
  io: CommandIo,
): Promise<string> {
  const runId = String(values['ID'])
  const parent = manager.get(runId)
  const config = withOptionsSet(branchOptions(await openFork(parent, step)), set)
  const id = await manager.start({
    ...{ config, dir: process.cwd(), path: null, branch: { runId, step } },
    name: optionalString(values, 'name') ?? undefined,
    runDir: optionalString(values, 'run-dir') ?? undefined,
    stopAfter: optionalCount(values, 'stop-after') ?? undefined,
    signal: io.signal,
  })
  tell(manager.summary(id), values['json'] === true, io)
  return id
}

/** The run that was made, before it trains. */
function tell({ id, name, dir, parent }: RunSummary, asJson: boolean, io: CommandIo): void {
  if (asJson) io.stdout(JSON.stringify({ event: 'branch', id, name, run_dir: dir, parent }))
  else io.stderr(`${id}: ${name}, in ${dir}`)
}
