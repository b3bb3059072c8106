import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'

import { TrainerClient } from '../../../../src-main/engine/trainer-client'
import { portLink } from '../../../../src-main/engine/trainer-link'
import type { TrainerReport, TrainerRequest } from '../../../../src-main/engine/trainer-protocol'

function thread(code: string): Worker {
  const worker = new Worker(code, { eval: true })
  onTestFinished(async () => void (await worker.terminate()))
  return worker
}

/** A port that leads nowhere: the trainers here ask for no batch. */
function noData(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => {
    port2.close()
  })
  return port1
}

function nextReport(worker: Worker): Promise<TrainerReport> {
  return new Promise((resolve) => void new TrainerClient(portLink(worker, noData()), resolve))
}

test('a thread that throws, and one that ends, are told as crashed', async () => {
  expect(await nextReport(thread("throw new Error('no reason')"))).toEqual({
    type: 'crashed',
    failure: { code: 'trainer.crashed', message: 'no reason' },
  })
  expect(await nextReport(thread('process.exit(3)'))).toMatchObject({
    type: 'crashed',
    failure: { code: 'trainer.crashed', message: 'The trainer thread ended by itself with code 3.' },
  })
})

test('a job ends once: what comes after its end is nothing', async () => {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const reports: TrainerReport[] = []
  const client = new TrainerClient(portLink(port2, noData()), (report) => reports.push(report))
  const requests: TrainerRequest[] = []
  port1.on('message', (request: TrainerRequest) => requests.push(request))
  client.pause()
  client.resume()
  port1.postMessage({ type: 'paused', step: 3 })
  port1.postMessage({ type: 'stopped' })
  port1.postMessage({ type: 'stopped' })
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(reports).toEqual([{ type: 'paused', step: 3 }, { type: 'stopped' }])
  expect(requests).toEqual([{ type: 'pause' }, { type: 'resume' }])
})
