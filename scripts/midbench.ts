/**
 * `npm run --silent midbench -- COMMAND`: the command line. stdout belongs to the command; set-up and building, where
 * needed, write to stderr. Relative paths, in arguments and variables, start from the person's current folder.
 */
import { buildIfStale } from './build'
import { becomeHeadless, commandArguments, requireParts, runCommandLine } from './command'

// npm runs a script in the package's folder, and reports where it was called.
const calledIn = process.env['npm_lifecycle_event'] === 'midbench' ? process.env['INIT_CWD'] : undefined
if (calledIn !== undefined) process.chdir(calledIn)

await runCommandLine(async () => {
  // doctor reports what is missing, so nothing is installed before it
  if (commandArguments[0] !== 'doctor') await requireParts(['tensorflow'])
  await buildIfStale()
  return becomeHeadless(commandArguments)
})
