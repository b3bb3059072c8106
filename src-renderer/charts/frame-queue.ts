/**
 * Draws in the coming frames, one piece a frame: charts that change with the same step are drawn one after the other,
 * so that a click or a key never waits for all of them. A piece that is asked for twice is drawn once.
 */
const waiting = new Set<() => void>()
let frame = 0

/** Calls `draw` in a frame of its own, after the pieces that already wait. A function that waits is not added again. */
export function drawLater(draw: () => void): void {
  waiting.add(draw)
  if (frame === 0) frame = requestAnimationFrame(drawNext)
}

/** Removes a piece from the queue, if it has not been drawn yet. */
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
