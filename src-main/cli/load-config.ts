/** A command's config, with what it inherits from the base checkpoint; what that cannot give is said on stderr. */
import { loadConfig as load, type ReadConfig, type Rules } from '../config/config'
import { readBaseSettings } from '../runs/base-settings'
import type { CommandIo } from './command'

/** @throws MidbenchError `config.missing`, `config.not-json`, `config.invalid` */
export async function loadConfig(path: string, io: CommandIo, rules: Rules = 'all'): Promise<ReadConfig> {
  const loaded = await load(path, rules, readBaseSettings)
  for (const note of loaded.notes) io.stderr(note)
  return loaded
}
