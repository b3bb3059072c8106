/** Handlers whose answers are parsed as the contract says: every test of a handler is a test of its output's schema. */
import { calls, type CallName } from '../../src-main/contract/contract'

function isCallName(name: string | symbol): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name)
}

/** The same handlers; one whose answer its schema refuses fails with what is wrong. */
export function checked<H extends object>(handlers: H): H {
  return new Proxy(handlers, {
    get(target, name) {
      const handler: unknown = Reflect.get(target, name)
      if (typeof handler !== 'function' || !isCallName(name)) return handler
      const check = (answer: unknown): unknown => {
        calls[name].output.parse(answer)
        return answer
      }
      return (...input: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(handler, target, input)
        return answer instanceof Promise ? answer.then(check) : check(answer)
      }
    },
  })
}
