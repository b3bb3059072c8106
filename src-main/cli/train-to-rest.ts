/** A run in the terminal, from its beginning to its rest: its events are printed, and Ctrl-C saves and stops it. */
import { type Failure, MidbenchError } from '../errors'
import type { RunSummary } from '../config/run.schema'
import type { RunManager } from '../runs/run-manager'
import type { CommandIo } from './command'
import type { TrainPrinter } from './train-printer'

/**
 * @param begin starts or resumes the run, and gives its id
 * @returns the exit code
 * @throws MidbenchError whatever `begin` throws; why the run was refused, failed, or could not be saved
 */
export async function trainToRest(
  manager: RunManager,
  begin: () => Promise<string>,
  printer: TrainPrinter,
  io: CommandIo,
): Promise<number> {
  const rest = atRest(manager, printer)
  const id = await begin()
  const stop = (): void => void manager.stop(id).catch(() => undefined) // it may have ended meanwhile
  io.signal.addEventListener('abort', stop, { once: true })
  if (io.signal.aborted) stop()
  await rest
  io.signal.removeEventListener('abort', stop)
  return end(manager.get(id), printer, io)
}

/** @throws MidbenchError saying why the run was refused, once its record is gone */
function atRest(manager: RunManager, printer: TrainPrinter): Promise<void> {
  const rest = new Promise<void>((resolve, reject) => {
    let refusal: MidbenchError | null = null
    manager.on((event) => {
      printer.event(event)
      if (event.type === 'rest') resolve()
      if (event.type === 'refused') refusal = new MidbenchError(event.failure)
      if (event.type === 'removed' && refusal !== null) reject(refusal)
    })
  })
  rest.catch(() => undefined) // it is awaited once the run exists
  return rest
}

function end(run: RunSummary, printer: TrainPrinter, io: CommandIo): number {
  if (run.state === 'failed' || run.state === 'interrupted') {
    const unknown = {
      code: `run.${run.state}`,
      message: `The run ${run.state === 'failed' ? 'failed' : 'was interrupted'}.`,
    }
    throw new MidbenchError({ ...unknown, ...run.error })
  }
  if (run.state === 'paused' && run.error !== null) {
    throw new MidbenchError({ ...run.error, remedy: heldRemedy(run.error) })
  }
  printer.end(run)
  return io.signal.aborted ? 130 : 0
}

/** The remedy where the disk was full: the window's is about a run that is held in memory, and a command holds none. */
function heldRemedy({ code, remedy }: Failure): string | undefined {
  if (code === 'result.write') return remedy
  return 'Make room on that disk, then go on from the last checkpoint with --resume.'
}
