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
    const text = commandText(command, commands)
    for (const name of Object.keys(command.options)) expect(text).toContain(`--${name}`)
    expect(text).toContain(`Usage: midbench ${command.name}`)
  },
)

test('the help of a command lists those whose names begin with its own', () => {
  const helpOf = (name: string): string => {
    const command = commands.find((each) => each.name === name)
    if (!command) throw new Error(`there is no ${name}`)
    return commandText(command, commands)
  }
  expect(helpOf('runs')).toMatch(/Commands:\n {2}runs list .*\n {2}runs show /)
  expect(helpOf('runs show')).not.toContain('Commands:')
})
