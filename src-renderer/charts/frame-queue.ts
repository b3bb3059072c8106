/**
 * Draws in the coming frames, one piece a frame: charts that change with the same step are drawn one after the other,
 * so that a click or a key never waits for all of them. A piece that is asked for twice is drawn once.
 */
const waiting = new Set<() => void>()
/** What a hand is on; drawn in every frame, before what waits. */
let atHand: (() => void) | null = null
let frame = 0

/** Calls `draw` in a frame of its own, after the pieces that already wait. A function that waits is not added again. */
export function drawLater(draw: () => void): void {
  waiting.add(draw)
  if (frame === 0) frame = requestAnimationFrame(drawNext)
}

/** Calls `draw` in the next frame, whatever waits: for the one chart that is being zoomed. */
export function drawAtHand(draw: () => void): void {
  waiting.delete(draw)
  atHand = draw
  if (frame === 0) frame = requestAnimationFrame(drawNext)
}

/** Removes a piece from the queue, if it has not been drawn yet. */
export function forgetDrawing(draw: () => void): void {
  waiting.delete(draw)
  if (atHand === draw) atHand = null
}

function drawNext(): void {
  frame = 0
  const [next] = waiting
  const pieces = [atHand, next].filter((piece) => piece !== null && piece !== undefined)
  atHand = null
  if (next) waiting.delete(next)
  if (waiting.size > 0) frame = requestAnimationFrame(drawNext)
  for (const draw of pieces) draw()
}
