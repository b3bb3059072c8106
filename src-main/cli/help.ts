/** The texts of `--help`: the list of commands, and one command's options. */
import type { Command } from './command'

/** Every command with its summary. */
export function overviewText(commands: readonly Command[]): string {
  return [
    'Usage: midbench COMMAND [options]',
    '',
    'Commands:',
    ...summaryLines(commands),
    '',
    'midbench COMMAND --help lists the options of a command.',
    'stdout is the result and nothing else; progress and logs go to stderr.',
    'Exit codes: 0 done, 1 failed, 2 bad usage, 130 stopped by Ctrl-C after saving.',
  ].join('\n')
}

/** One command: what it does, its options, and the commands whose names begin with its own. */
export function commandText(command: Command, commands: readonly Command[]): string {
  const options = Object.entries(command.options).map(([name, option]) =>
    option.type === 'string' ? `--${name} VALUE` : `--${name}`,
  )
  return [
    `${command.name}: ${command.summary}`,
    `Usage: midbench ${command.usage}`,
    `Options: ${[...options, '--help'].join(', ')}`,
    ...subcommandLines(commands.filter(({ name }) => name.startsWith(`${command.name} `))),
  ].join('\n')
}

function subcommandLines(commands: readonly Command[]): string[] {
  return commands.length === 0 ? [] : ['Commands:', ...summaryLines(commands)]
}

function summaryLines(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
}
