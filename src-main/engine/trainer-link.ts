/**
 * A trainer as its owner holds it, wherever it runs: in a worker thread, or in a process of its own. Both are asked the
 * same things and report the same things; only what is said of a trainer that ends without a word differs.
 */
import type { MessagePort, Worker } from 'node:worker_threads'

import type { Failure } from '../errors'
import { toFailure } from '../errors'
import type { TrainerJob, TrainerReport, TrainerRequest } from './trainer-protocol'

/** A word to a trainer that has its job. */
export type TrainerWord = Exclude<TrainerRequest['type'], 'begin'>

export interface TrainerLink {
  /** Gives it its one job. */
  begin(job: TrainerJob): void
  say(word: TrainerWord): void
  /**
   * Hears it from now on. Called once, before `begin`.
   *
   * @param onEnd hears when it ends without having been asked to: how that came
   */
  listen(onReport: (report: TrainerReport) => void, onEnd: (how: Failure) => void): void
}

/** A trainer with all that belongs to it. */
export interface OpenedTrainer extends TrainerLink {
  /** Ends it at once, whatever it is at, and waits until it is gone. */
  close(): Promise<void>
}

/** Makes a trainer for one job. */
export type OpenTrainer = () => OpenedTrainer

/**
 * A trainer behind a message port.
 *
 * @param thread the worker, or a port to a trainer in this thread
 * @param data the port that the trainer gets its batches from; it moves to the trainer with the job
 */
export function portLink(thread: Worker | MessagePort, data: MessagePort): TrainerLink {
  const post = (request: TrainerRequest, moved: MessagePort[] = []): void => {
    thread.postMessage(request, moved)
  }
  return {
    begin: (job) => {
      post({ type: 'begin', job, data }, [data])
    },
    say: (word) => {
      post({ type: word })
    },
    listen(onReport, onEnd) {
      thread.on('message', onReport)
      thread.on('error', (error: Error) => {
        onEnd({ ...toFailure(error), code: 'trainer.crashed' })
      })
      thread.on('exit', (code: number) => {
        const message = `The trainer thread ended by itself with code ${String(code)}.`
        onEnd({ code: 'trainer.crashed', message })
      })
    },
  }
}
