/**
 * Drawing for the coming frames, one piece a frame: several charts that change with the same step are drawn one after
 * the other, so that a click or a key never waits for all of them. A piece that is asked for twice is drawn once.
 */
const waiting = new Set<() => void>()
let frame = 0

/** Calls `draw` in a frame of its own, after what was asked for before. The same function is held once. */
export function drawLater(draw: () => void): void {
  waiting.add(draw)
  if (frame === 0) frame = requestAnimationFrame(drawNext)
}

/** Gives up what has been asked for and not yet been drawn. */
export function forgetDrawing(draw: () => void): void {
  waiting.delete(draw)
}

function drawNext(): void {
  frame = 0
  const [draw] = waiting
  if (!draw) return
  waiting.delete(draw)
  if (waiting.size > 0) frame = requestAnimationFrame(drawNext)
  draw()
}
