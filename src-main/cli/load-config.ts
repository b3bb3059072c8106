/** A command's config, with what it inherits from the base checkpoint; what that cannot give is said on stderr. */
import { loadConfig as load, type ReadConfig, type Reading } from '../config/config'
import type { OptionName } from '../config/config.schema'
import { readBaseSettings } from '../runs/base-settings'
import type { CommandIo } from './command'

/** @throws MidbenchError `config.missing`, `config.not-json`, `config.invalid` */
export async function loadConfig(
  path: string,
  io: CommandIo,
  reading: Omit<Reading, 'readBase'> = {},
): Promise<ReadConfig> {
  const loaded = await load(path, { ...reading, readBase: readBaseSettings })
  for (const note of loaded.notes) io.stderr(note)
  for (const line of inheritedLines(loaded)) io.stderr(line)
  return loaded
}

/** `max_seq_len 256, device_batch_size 4 from …/meta_000060.json`, a line a file. */
function inheritedLines({ config, given, files }: ReadConfig): string[] {
  const byFile = new Map<string, string[]>()
  for (const name of Object.keys(files) as OptionName[]) {
    const file = files[name]
    if (file === undefined || given[name] !== undefined) continue
    byFile.set(file, [...(byFile.get(file) ?? []), `${name} ${String(config[name])}`])
  }
  return [...byFile].map(([file, values]) => `${values.join(', ')} from ${file}`)
}
