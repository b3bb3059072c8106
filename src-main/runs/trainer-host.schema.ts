/** Where the trainer runs: in a worker thread of the app or command line, or in a process of its own. */
import { z } from 'zod'

export const trainerHost = z.enum(['thread', 'process'])

export type TrainerHost = z.infer<typeof trainerHost>
