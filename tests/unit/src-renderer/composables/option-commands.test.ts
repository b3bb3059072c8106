import { expect, it } from 'vitest'
import { optionCommands } from '../../../../src-renderer/composables/option-commands'
import { search } from '../../../../src-renderer/palette/match'
import { OPTION_GROUPS } from '../../../../src-renderer/train/options'

it('finds every option by its name, and shows it', () => {
  const shown: string[] = []
  const commands = optionCommands((name) => shown.push(name))
  const names = OPTION_GROUPS.flatMap(({ options }) => options.map(({ name }) => name))
  for (const name of names) search(commands, name)[0]?.run()
  expect(shown).toEqual(names)
})
