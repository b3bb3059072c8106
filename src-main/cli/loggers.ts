/** `loggers`: which Python packages of the option `loggers` are here, and installs one. */
import { lackingPackage, PYTHON_PACKAGES } from '../config/loggers.schema'
import { dataDir } from '../native/paths'
import { findPackage, installPackage } from '../runs/loggers/python/python-packages'
import type { Command } from './command'
import { usageError } from './usage'

const json = { type: 'boolean' } as const

const list: Command = {
  name: 'loggers',
  usage: 'loggers [--json]',
  summary: 'what the option `loggers` can name: which of its Python packages are installed',
  options: { json },
  async run(values, io) {
    const found = await Promise.all(
      PYTHON_PACKAGES.map(async (name) => [name, await findPackage(name, dataDir())] as const),
    )
    if (values['json'] === true) {
      io.stdout(JSON.stringify({ tensorboard: {}, ...Object.fromEntries(found) }))
      return 0
    }
    io.stdout('tensorboard: Midbench writes its files itself')
    for (const [name, one] of found) {
      io.stdout(
        `${name}: ${one === null ? `not installed. ${lackingPackage(name).remedy}` : `${one.version}, of ${one.python}`}`,
      )
    }
    return 0
  },
}

const install: Command = {
  name: 'loggers install',
  usage: 'loggers install NAME [--json]',
  summary: 'installs the Python package wandb or trackio into an environment of Midbench’s own',
  positionals: ['NAME'],
  options: { json },
  async run(values, io) {
    const name = PYTHON_PACKAGES.find((one) => one === values['NAME'])
    if (name === undefined)
      throw usageError(`NAME is ${String(values['NAME'])}; it must be ${PYTHON_PACKAGES.join(' or ')}`)
    const found = await installPackage(name, dataDir(), {
      signal: io.signal,
      onProgress: ({ what }) => {
        io.stderr(what)
      },
    })
    io.stdout(
      values['json'] === true ? JSON.stringify(found) : `${name} ${found.version}, of ${found.python}`,
    )
    return 0
  },
}

export const loggersCommands: readonly Command[] = [list, install]
