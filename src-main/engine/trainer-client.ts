/**
 * The supervisor's side of a trainer: begins its one job, passes requests on, hands its reports to a listener.
 *
 * A trainer that ends without a word (an uncaught error, an exit, a signal) is reported as `crashed`, so that every job
 * ends with exactly one of the reports in {@link LAST_REPORTS}.
 */
import type { TrainerLink, TrainerWord } from './trainer-link'
import type { TrainerJob, TrainerReport } from './trainer-protocol'

/** After one of these nothing more comes. */
export const LAST_REPORTS: readonly TrainerReport['type'][] = [
  'stopped',
  'done',
  'evaluated',
  'logits',
  'losses',
  'bench',
  'self-test',
  'failed',
  'crashed',
]

export class TrainerClient {
  private ended = false

  constructor(
    private readonly trainer: TrainerLink,
    private readonly onReport: (report: TrainerReport) => void,
  ) {
    trainer.listen(
      (report) => {
        this.receive(report)
      },
      (failure) => {
        this.receive({ type: 'crashed', failure })
      },
    )
  }

  begin(job: TrainerJob): void {
    this.trainer.begin(job)
  }

  /** Finishes the step in hand, saves, and holds. */
  pause(): void {
    this.say('pause')
  }

  resume(): void {
    this.say('resume')
  }

  /** Finishes the step in hand, saves, and ends. */
  stop(): void {
    this.say('stop')
  }

  /** Hears nothing more of the trainer: it is about to be ended, which is no failure. */
  release(): void {
    this.ended = true
  }

  private say(word: TrainerWord): void {
    if (!this.ended) this.trainer.say(word)
  }

  private receive(report: TrainerReport): void {
    if (this.ended) return
    this.ended = LAST_REPORTS.includes(report.type)
    this.onReport(report)
  }
}
