/** A checkpoint as the list gets it, with what a test wants otherwise. */
import type { CheckpointRow } from '../../../../src-renderer/api/types'

export function sampleCheckpoint(overrides: Partial<CheckpointRow> = {}): CheckpointRow {
  return {
    dir: '/base/base_checkpoints/d4',
    step: 10,
    place: 'base',
    folder: 'base_checkpoints',
    tag: 'd4',
    runId: null,
    identity: null,
    planned: false,
    config: null,
    form: null,
    val_bpb: null,
    bytes: 0,
    parameters: 0,
    groups: [],
    has_optimizers: false,
    obstacles: [],
    ...overrides,
  }
}
