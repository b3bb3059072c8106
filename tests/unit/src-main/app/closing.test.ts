import { describe, expect, it } from 'vitest'

import { Closing, type ClosingOptions } from '../../../../src-main/app/closing'

/** The app around a Closing: what it was told to do, in order. */
function setup(options: {
  running: boolean
  choice?: 'save' | 'background' | 'cancel'
  fails?: boolean
  stays?: boolean
}) {
  const did: string[] = []
  const state = { running: options.running, unsaved: false }
  const around: ClosingOptions = {
    isRunning: () => state.running,
    isUnsaved: () => state.unsaved,
    ask: async () => {
      did.push('ask')
      return options.choice ?? 'cancel'
    },
    shutdown: async () => {
      did.push('shutdown')
      await Promise.resolve()
      if (options.fails) throw new Error('disk full')
      if (options.stays) return false
      did.push('saved')
      return true
    },
    destroyWindow: () => did.push('destroy window'),
    exit: (code) => did.push(`exit ${String(code)}`),
    failed: (error) => did.push(String(error)),
  }
  return { closing: new Closing(around), did, state }
}

/** Lets everything that waits for nothing but promises happen. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('closing the window', () => {
  it('closes at once where nothing runs, and the app ends after it', async () => {
    const { closing, did } = setup({ running: false })
    expect(closing.mayCloseWindow()).toBe(true)
    closing.windowsClosed()
    await settled()
    expect(did).toEqual(['shutdown', 'saved', 'exit 0'])
  })

  it('asks where a run goes on, and cancel leaves everything as it is', async () => {
    const { closing, did } = setup({ running: true, choice: 'cancel' })
    expect(closing.mayCloseWindow()).toBe(false)
    await settled()
    expect(did).toEqual(['ask'])
  })

  it('pauses and saves before the end, if asked to', async () => {
    const { closing, did } = setup({ running: true, choice: 'save' })
    closing.mayCloseWindow()
    await settled()
    expect(did).toEqual(['ask', 'shutdown', 'saved', 'exit 0'])
  })

  it('stays open where that would lose a run, and can be closed again', async () => {
    const { closing, did } = setup({ running: true, choice: 'save', stays: true })
    closing.mayCloseWindow()
    await settled()
    expect(did).toEqual(['ask', 'shutdown'])
    closing.mayCloseWindow()
    await settled()
    expect(did).toEqual(['ask', 'shutdown', 'ask', 'shutdown'])
  })

  it('stays open with a run that could not be saved, unless it may be lost', async () => {
    const { closing, did, state } = setup({ running: false, stays: true })
    state.unsaved = true
    expect(closing.mayCloseWindow()).toBe(false)
    await settled()
    expect(did).toEqual(['shutdown'])
  })

  it('lets the run go on without a window, if asked to, until it rests', async () => {
    const { closing, did, state } = setup({ running: true, choice: 'background' })
    closing.mayCloseWindow()
    await settled()
    closing.windowsClosed()
    await settled()
    expect(did).toEqual(['ask', 'destroy window'])
    state.running = false
    closing.runRested(false)
    await settled()
    expect(did.slice(2)).toEqual(['shutdown', 'saved', 'exit 0'])
  })

  it('goes on in the background while the next run of the queue is about to begin', async () => {
    const { closing, did } = setup({ running: true })
    closing.runRested(false)
    await settled()
    expect(did).toEqual([])
  })

  it('asks once, however often it is tried', async () => {
    const { closing, did } = setup({ running: true })
    closing.mayCloseWindow()
    closing.mayCloseWindow()
    await settled()
    expect(did).toEqual(['ask'])
    closing.mayCloseWindow()
    await settled()
    expect(did).toEqual(['ask', 'ask'])
  })

  it('keeps the app open when a run ends while its window is there', async () => {
    const { closing, did } = setup({ running: false })
    closing.runRested(true)
    await settled()
    expect(did).toEqual([])
  })
})

describe('quitting', () => {
  it('saves once, however often it is asked for, and keeps the window until then', async () => {
    const { closing, did } = setup({ running: true })
    const first = closing.quit()
    expect(closing.quit()).toBe(first)
    expect(closing.mayCloseWindow()).toBe(false)
    await first
    expect(did).toEqual(['shutdown', 'saved', 'exit 0'])
  })

  it('says what failed, and ends with code 1', async () => {
    const { closing, did } = setup({ running: true, fails: true })
    await closing.quit()
    expect(did).toEqual(['shutdown', 'Error: disk full', 'exit 1'])
  })
})
