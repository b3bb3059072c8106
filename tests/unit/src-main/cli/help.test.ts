import { expect, test } from 'vitest'

import { commands, laterCommands } from '../../../../src-main/cli/commands'
import { commandText, overviewText } from '../../../../src-main/cli/help'

test('every command is listed once, and none is both there and still to come', () => {
  const names = commands.map((command) => command.name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => laterCommands.includes(name))).toEqual([])
  const overview = overviewText(commands, laterCommands)
  for (const name of [...names, ...laterCommands]) expect(overview).toContain(name)
  expect(overviewText(commands, [])).not.toContain('Not there yet')
})

test.each(commands.map((command) => [command.name, command] as const))(
  'the usage of %s names its options',
  (_, command) => {
    const text = commandText(command)
    for (const name of Object.keys(command.options)) expect(text).toContain(`--${name}`)
    expect(text).toContain(`Usage: midbench ${command.name}`)
  },
)
