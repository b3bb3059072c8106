/**
 * `npm run --silent midbench -- COMMAND`: the command line. stdout belongs to the command; set-up and building, where
 * they are needed, speak on stderr.
 */
import { buildIfStale } from './build'
import { becomeHeadless, commandArguments, requireParts, runCommandLine } from './command'

await runCommandLine(async () => {
  // doctor says what is missing, so nothing is installed behind its back
  if (commandArguments[0] !== 'doctor') await requireParts(['tensorflow'])
  await buildIfStale()
  return becomeHeadless(commandArguments)
})
