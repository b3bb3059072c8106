/** A call's events one by one, its failure after them, and its end where nobody takes more. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import type { CallOptions } from '../../../../src-main/threads/calls'
import { eventsOf } from '../../../../src-main/threads/events'

async function taken<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

describe('the events of a call', () => {
  it('come in order, those told at once and those told later', async () => {
    const call = async ({ onEvent }: CallOptions<number>): Promise<void> => {
      onEvent?.(1)
      onEvent?.(2)
      await sleep(1)
      onEvent?.(3)
    }
    expect(await taken(eventsOf(call))).toEqual([1, 2, 3])
  })

  it('may be none', async () => {
    expect(await taken(eventsOf(() => Promise.resolve()))).toEqual([])
  })

  it('are taken before its failure is thrown', async () => {
    const seen: number[] = []
    const call = ({ onEvent }: CallOptions<number>): Promise<void> => {
      onEvent?.(1)
      return Promise.reject(new Error('broken'))
    }
    const take = async (): Promise<void> => {
      for await (const event of eventsOf(call)) seen.push(event)
    }
    await expect(take()).rejects.toThrow('broken')
    expect(seen).toEqual([1])
  })

  /** Tells events until it is cancelled. */
  function endless() {
    let isCancelled = false
    const call = async ({ onEvent, signal }: CallOptions<number>): Promise<void> => {
      for (let n = 0; signal?.aborted !== true; n++) {
        onEvent?.(n)
        await sleep(1)
      }
      isCancelled = true
      throw new Error('cancelled')
    }
    return { call, isCancelled: () => isCancelled }
  }

  it('are no longer made when nobody takes them', async () => {
    const { call, isCancelled } = endless()
    for await (const event of eventsOf(call)) if (event === 2) break
    expect(isCancelled()).toBe(true)
  })

  it('end with the signal', async () => {
    const { call } = endless()
    const abort = new AbortController()
    const take = async (): Promise<void> => {
      for await (const event of eventsOf(call, abort.signal)) if (event === 2) abort.abort()
    }
    await expect(take()).rejects.toThrow('cancelled')
  })
})
