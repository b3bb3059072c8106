/** The texts of `--help`: the list of commands, and one command's options. */
import type { Command } from './command'

/** Every command with its summary. */
export function overviewText(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return [
    'Usage: midbench COMMAND [options]',
    '',
    'Commands:',
    ...lines,
    '',
    'midbench COMMAND --help lists the options of a command.',
    'stdout is the result and nothing else; progress and logs go to stderr.',
    'Exit codes: 0 done, 1 failed, 2 bad usage, 130 stopped by Ctrl-C after saving.',
  ].join('\n')
}

export function commandText(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) =>
    option.type === 'string' ? `--${name} VALUE` : `--${name}`,
  )
  return [
    `${command.name}: ${command.summary}`,
    `Usage: midbench ${command.usage}`,
    `Options: ${[...options, '--help'].join(', ')}`,
  ].join('\n')
}
