import { expect, test } from 'vitest'

import { commands } from '../../../../src-main/cli/commands'
import { commandText, overviewText } from '../../../../src-main/cli/help'

test('every command is listed once', () => {
  const names = commands.map((command) => command.name)
  expect(new Set(names).size).toBe(names.length)
  const overview = overviewText(commands)
  for (const name of names) expect(overview).toContain(name)
})

test.each(commands.map((command) => [command.name, command] as const))(
  'the usage of %s names its options',
  (_, command) => {
    const text = commandText(command)
    for (const name of Object.keys(command.options)) expect(text).toContain(`--${name}`)
    expect(text).toContain(`Usage: midbench ${command.name}`)
  },
)
