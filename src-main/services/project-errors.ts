/** What the projects of the window refuse. */
import { MidbenchError } from '../errors'

export function unknownProject(): MidbenchError {
  return new MidbenchError({ code: 'project.unknown', message: 'There is no such project any more.' })
}

export function readOnlyProject(): MidbenchError {
  return new MidbenchError({
    code: 'project.read-only',
    message: 'The project has no file of its own: a starter comes with the app and is not written to.',
    remedy: 'Save it in a place of its own.',
  })
}
