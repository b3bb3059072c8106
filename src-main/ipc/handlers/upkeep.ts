/** What Settings changes outside of the settings: the hub token that a person enters, and the set-up, which it repairs. */
import type { Jobs } from '../../services/jobs'
import type { Upkeep } from '../../services/shell'
import type { Handlers } from '../serve'

export function upkeepHandlers(
  { token, repair }: Upkeep,
  jobs: Jobs,
): Pick<Handlers, 'app.token' | 'app.keepToken' | 'app.repair'> {
  return {
    'app.token': () => token.state,
    'app.keepToken': async ({ token: given }) => {
      await (given === null ? token.forget() : token.keep(given))
      return token.state
    },
    'app.repair': ({ job }) =>
      jobs.run(job, async (context) => {
        await repair(context)
        return {}
      }),
  }
}
