/**
 * The data thread as its owner sees it: starts it, gives out ports and clients, ends it. The supervisor of a run gives
 * the trainer a port of its own, so that batches never pass through the main process.
 */
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { spawnThread } from '../threads/spawn'
import { DataClient } from './data-client'
import type { CallRequest } from '../threads/calls'

export class DataThread {
  private constructor(private readonly worker: Worker) {}

  /** Starts a data thread. @throws MidbenchError `thread.missing` */
  static start(): DataThread {
    return new DataThread(spawnThread('data'))
  }

  /** A new port that the thread serves, to be passed to another thread and used by a {@link DataClient} there. */
  connectPort(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.serve(port2)
    return port1
  }

  /** Makes the thread serve a port. */
  serve(port: MessagePort): void {
    const message: CallRequest = { type: 'connect', port }
    this.worker.postMessage(message, [port])
  }

  /** A client in this thread. */
  client(): DataClient {
    return new DataClient(this.connectPort())
  }

  /** Ends the thread; calls that are waiting fail with `thread.ended`. */
  async close(): Promise<void> {
    await this.worker.terminate()
  }
}
