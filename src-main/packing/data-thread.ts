/**
 * The data thread: reads, renders, tokenizes and packs, off every other thread's time. Entry of a worker; it serves its
 * parent port, and every further port it is handed (`connectPort` in data-host.ts).
 */
import { parentPort, type MessagePort } from 'node:worker_threads'
import { DataLibrary } from './data-library'
import type { DataCalls } from './data-protocol'
import { DataSession } from './data-session'
import { serveCalls } from './port-calls'

/** Hands the thread one more port to serve. */
export interface ConnectMessage {
  type: 'connect'
  port: MessagePort
}

const library = new DataLibrary()

function serve(port: MessagePort): void {
  const session = new DataSession(library)
  serveCalls<DataCalls>(port, session.handlers)
  port.on('close', () => void session.close())
}

if (parentPort) {
  serve(parentPort)
  parentPort.on('message', (message: ConnectMessage | { type: string }) => {
    if ('port' in message && message.type === 'connect') serve(message.port)
  })
}
