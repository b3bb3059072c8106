import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { drawLater, forgetDrawing } from '../../../../src-renderer/charts/frame-queue'

let frames: (() => void)[] = []

/** Lets the next frame come. */
function frame(): void {
  frames.shift()?.()
}

beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback))
})
afterEach(() => {
  while (frames.length > 0) frame()
  vi.unstubAllGlobals()
})

describe('drawLater', () => {
  it('gives each drawing a frame of its own, in the order in which they were asked for', () => {
    const drawn: string[] = []
    drawLater(() => drawn.push('loss'))
    drawLater(() => drawn.push('bpb'))
    expect(drawn).toEqual([])
    frame()
    expect(drawn).toEqual(['loss'])
    frame()
    expect(drawn).toEqual(['loss', 'bpb'])
    expect(frames).toEqual([])
  })

  it('draws once what was asked for twice, and again what is asked for while it is drawn', () => {
    let drawings = 0
    const draw = (): void => {
      if (++drawings === 1) drawLater(draw)
    }
    drawLater(draw)
    drawLater(draw)
    frame()
    expect(drawings).toBe(1)
    frame()
    expect(drawings).toBe(2)
    expect(frames).toEqual([])
  })

  it('leaves out what was given up', () => {
    const drawn: string[] = []
    const loss = (): number => drawn.push('loss')
    drawLater(loss)
    drawLater(() => drawn.push('bpb'))
    forgetDrawing(loss)
    frame()
    expect(drawn).toEqual(['bpb'])
    expect(frames).toEqual([])
  })

  it('goes on after a drawing that failed', () => {
    const drawn: string[] = []
    drawLater(() => {
      throw new Error('no canvas')
    })
    drawLater(() => drawn.push('bpb'))
    expect(frame).toThrow('no canvas')
    frame()
    expect(drawn).toEqual(['bpb'])
  })
})
