import type { Batch } from '../../lambda/model'
import type { BatchesPort } from '../../lambda/ports'
import { stored } from './stored'

/** The batches in a map. */
export function batchesInMemory(): BatchesPort {
  const batches = new Map<string, Batch>()
  return {
    async put(batch) {
      batches.set(`${batch.target} ${batch.batchId}`, stored(batch))
    },
    async get(target, batchId) {
      return batches.get(`${target} ${batchId}`)
    },
  }
}
