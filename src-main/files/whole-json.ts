/** JSON of which nothing is dropped: objects and zod silently lose one name, so a text with that name is refused. */

const DROPPED = '__proto__'

/** @throws SyntaxError for a value that contains that name anywhere */
export function requireWhole(value: unknown): void {
  if (holds(value, DROPPED)) throw new SyntaxError(`it has the name ${DROPPED}, which is not read here`)
}

/** Searches at any depth without recursion: texts nest deeper than functions can call themselves. */
function holds(value: unknown, name: string): boolean {
  const waiting = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (Object.hasOwn(next, name)) return true
    for (const inside of Object.values(next)) waiting.push(inside)
  }
  return false
}
