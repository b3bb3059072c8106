/** Gives a trainer one job that ends with a result: an evaluation, losses, a benchmark, a self-test. */
import type { OpenTrainer, Trainer } from '../engine/trainer-calls'

/** Opens a trainer for a job, and ends it with the job. @throws MidbenchError what the job failed with; `cancelled` */
export async function withTrainer<Result>(
  openTrainer: OpenTrainer,
  job: (trainer: Trainer) => Promise<Result>,
): Promise<Result> {
  const trainer = openTrainer()
  try {
    return await job(trainer)
  } finally {
    await trainer.close()
  }
}
