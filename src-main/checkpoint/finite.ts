/**
 * Requires that weights are finite: a NaN or an infinity among them spreads to every loss, so it is reported where the
 * weights are loaded. Makes one pass over what was just read: about a nanosecond a number.
 */
import { type Issue, MidbenchError } from '../errors'
import type { FloatArray } from './types'

/**
 * @param parameters by name
 * @throws MidbenchError `checkpoint.not-finite` with an issue for each tensor that holds a NaN or an infinity
 */
export function requireFinite(parameters: ReadonlyMap<string, FloatArray>, path: string): void {
  const issues = [...parameters].flatMap(([name, array]) => notFinite(name, array))
  const [first] = issues
  if (first === undefined) return
  const others = issues.length - 1
  const more =
    others === 0 ? '' : `; ${String(others)} more ${others === 1 ? 'tensor is' : 'tensors are'} like that`
  throw new MidbenchError({
    code: 'checkpoint.not-finite',
    message: `${path}: ${first.path} ${first.message}${more}.`,
    remedy:
      'The model had diverged when it was saved, or the file is damaged: use another checkpoint, or an earlier step.',
    issues,
  })
}

function notFinite(name: string, { shape, data }: FloatArray): Issue[] {
  const at = firstNotFinite(data)
  if (at === -1) return []
  return [{ path: name, message: `holds ${String(data[at])} at [${indicesOf(at, shape).join(', ')}]` }]
}

/** A plain loop: findIndex calls a function for every number, which is seven times as slow. */
function firstNotFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i
  return -1
}

/** The indices of a position in row-major order. */
function indicesOf(position: number, shape: readonly number[]): number[] {
  let rest = position
  return shape
    .toReversed()
    .map((length) => {
      const index = rest % length
      rest = Math.floor(rest / length)
      return index
    })
    .toReversed()
}
