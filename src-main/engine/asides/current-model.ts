/**
 * The model of a run as it is, to be asked between two steps: a generation session beside the engine's own, with a copy
 * of the weights. It is opened for each asking and freed after it, so that training has the memory to itself; opening it
 * compiles nothing and takes as long as copying the weights.
 */
import type { ModelConfig } from '../../model/config.schema'
import type { Device } from '../device'
import { GenerationSession } from '../generation/generation-session'
import type { StepEngine } from '../step-engine'

export interface CurrentModelOptions {
  engine: StepEngine
  device: Pick<Device, 'tensorflow' | 'dtype'>
  model: ModelConfig
}

export class CurrentModel {
  constructor(private readonly options: CurrentModelOptions) {}

  /** How its answers are computed: the type of the matrix products, and TensorFlow's version. */
  get computedWith(): { dtype: Device['dtype']; tensorflow: string } {
    const { dtype, tensorflow } = this.options.device
    return { dtype, tensorflow: tensorflow.version }
  }

  /** @throws MidbenchError `graph.memory`; what `ask` throws */
  async ask<Answer>(ask: (session: GenerationSession) => Promise<Answer>): Promise<Answer> {
    const session = await this.open()
    try {
      return await ask(session)
    } finally {
      session.dispose()
    }
  }

  /** Keeps no copy but the session's. */
  private async open(): Promise<GenerationSession> {
    const { engine, device, model } = this.options
    const parameters = await engine.exportParameters()
    return new GenerationSession(device.tensorflow, { model, dtype: device.dtype }, parameters)
  }
}
