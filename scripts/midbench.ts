/**
 * `npm run --silent midbench -- COMMAND`: the command line. stdout belongs to the command; set-up and building, where
 * they are needed, speak on stderr. Relative paths, in arguments and variables, count from where the person stands.
 */
import { buildIfStale } from './build'
import { becomeHeadless, commandArguments, requireParts, runCommandLine } from './command'

// npm runs a script in the package's folder, and says where it was called.
const calledIn = process.env['npm_lifecycle_event'] === 'midbench' ? process.env['INIT_CWD'] : undefined
if (calledIn !== undefined) process.chdir(calledIn)

await runCommandLine(async () => {
  // doctor says what is missing, so nothing is installed behind its back
  if (commandArguments[0] !== 'doctor') await requireParts(['tensorflow'])
  await buildIfStale()
  return becomeHeadless(commandArguments)
})
