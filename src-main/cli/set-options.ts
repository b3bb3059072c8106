/** `--set KEY=VALUE`: options on the command line, each a value in JSON or, where that is none, a text. */
import { baseDirOf, parseConfig, withAbsolutePaths } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import type { CommandValues } from './command'
import { usageError } from './usage'

/** What `--set` names; of two of one name the last counts. @throws MidbenchError `usage` for what is no KEY=VALUE */
export function optionsSet({ set = [] }: CommandValues): Record<string, unknown> {
  return Object.fromEntries((Array.isArray(set) ? set : []).map((each) => pairOf(String(each))))
}

/**
 * Every option, with those that are set. Rules that span options are not checked.
 *
 * @param config every option; its paths are absolute
 * @param set as {@link optionsSet} gives them; their paths start where the person stands
 * @throws MidbenchError `config.invalid` naming an unknown option or a wrong value
 */
export function withOptionsSet(config: RunConfig, set: Record<string, unknown>): RunConfig {
  const named = parseConfig({ ...config, ...set }, '--set', 'none')
  return withAbsolutePaths(named, process.cwd(), baseDirOf(named, process.cwd()))
}

function pairOf(text: string): [key: string, value: unknown] {
  const at = text.indexOf('=')
  if (at < 1) throw usageError(`--set ${text} is no KEY=VALUE, such as --set num_iterations=200.`)
  return [text.slice(0, at), valueOf(text.slice(at + 1))]
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
