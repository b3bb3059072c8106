/**
 * The data thread: reads, renders, tokenizes and packs, so that no other thread spends time on it. It is a worker's
 * entry; it serves its parent port and every further port that it is given (`connectPort` in data-host.ts).
 */
import { parentPort, type MessagePort } from 'node:worker_threads'
import { DataLibrary } from './data-library'
import type { DataCalls } from './data-calls'
import { DataSession } from './data-session'
import { serveCalls, type CallRequest, type Served } from '../threads/calls'
import { threadChannel } from '../threads/channel'

const ports = new Set<Served>()
const library = new DataLibrary((failure) => {
  for (const port of ports) port.notify(failure)
})

function serve(port: MessagePort): void {
  const session = new DataSession(library)
  const served = serveCalls<DataCalls>(threadChannel(port, 'asker'), session.handlers, () => {
    ports.delete(served)
    void session.close()
  })
  ports.add(served)
}

if (parentPort) {
  serve(parentPort)
  parentPort.on('message', (message: CallRequest) => {
    if (message.type === 'connect') serve(message.port)
  })
}
