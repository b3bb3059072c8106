/**
 * The exponential moving average of TensorBoard's and W&B's smoothing: it starts from zero, and is divided by the weight
 * that has been given so far, so that the start is not pulled towards zero. Where values weigh differently, a value of
 * ten times the weight counts ten times as much.
 *
 * A value that is not finite leaves a gap and takes no part.
 */
export class MovingAverage {
  private sum = 0
  private given = 0

  /** @param kept share of what came before that stays when a value is added: 0 = the values as they are, below 1 */
  constructor(private readonly kept: number) {}

  /** The average after one more value; NaN where the value is not finite or weighs nothing. */
  add(value: number, weight = 1): number {
    if (!Number.isFinite(value) || !(weight > 0)) return NaN
    this.sum = this.kept * this.sum + (1 - this.kept) * weight * value
    this.given = this.kept * this.given + (1 - this.kept) * weight
    return this.sum / this.given
  }
}
