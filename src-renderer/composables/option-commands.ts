/**
 * The options of a run as commands of the palette: found by their name and by what they mean, shown in Train.
 */
import type { OptionName } from '../api/defaults'
import { command, type Command } from '../palette/match'
import { OPTION_GROUPS } from '../train/options'

/** @param show brings an option into sight, with the focus in its field */
export function optionCommands(show: (name: OptionName) => void): Command[] {
  return OPTION_GROUPS.flatMap(({ title, options }) =>
    options.map(({ name, about }) => ({
      ...command(`option ${name}`, name, `option, ${title.toLowerCase()}`, () => show(name)),
      words: about,
    })),
  )
}
