import {
  type Arrival,
  type Batch,
  type FileRecord,
  type S3Url,
  type TargetId,
  type TargetState,
  urlOf,
} from '../../../lambda/model'
import type { Ports } from '../../../lambda/ports'
import { arrivalsInMemory } from '../../memory/arrivals-in-memory'
import { batchesInMemory } from '../../memory/batches-in-memory'
import { filesInMemory } from '../../memory/files-in-memory'
import { targetsInMemory } from '../../memory/targets-in-memory'
import type { Process } from './process'

/** The four tables as they are now, seen from above: for those who judge, never for those who load. */
export interface Seen {
  readonly arrivals: Map<TargetId, Map<string, Arrival>>
  /** Of the waiting arrivals, those that their target's counts must hold. */
  readonly counted: Map<TargetId, Set<string>>
  /** Arrivals that left before whoever stored them had counted them: for so long the count is too low by these. */
  readonly leftUncounted: Map<TargetId, string[]>
  readonly records: Map<string, FileRecord>
  readonly batches: Map<string, Batch>
  /** Batches whose record was last written by somebody beyond its time: what it says is old. */
  readonly outdated: Set<string>
  readonly targets: Map<TargetId, TargetState>
}

/** Told of every write at the moment at which it is done. */
export interface Witness {
  removed(process: Process, arrivals: readonly Arrival[]): void
  claimed(process: Process, state: TargetState): void
  changed(process: Process, target: TargetId, fence: number, state: TargetState): void
}

export type Tables = Pick<Ports, 'arrivals' | 'files' | 'batches' | 'targets'>

/** One arrival, whatever version of the facts it tells. */
export function arrivalId({ object }: Arrival): string {
  return `${object.eventTimeMs} ${object.sequencer ?? '-'} ${urlOf(object)}`
}

export function recordId(target: TargetId, url: S3Url): string {
  return `${target} ${url}`
}

/** The tables in memory, each write witnessed; `of` gives a process its own hands on them. */
export function tablesInMemory(witness: Witness): { readonly seen: Seen; of(process: Process): Tables } {
  const tables = {
    arrivals: arrivalsInMemory(),
    files: filesInMemory(),
    batches: batchesInMemory(),
    targets: targetsInMemory(),
  }
  const seen: Seen = {
    arrivals: new Map(),
    counted: new Map(),
    leftUncounted: new Map(),
    records: new Map(),
    batches: new Map(),
    outdated: new Set(),
    targets: new Map(),
  }

  const remember = (record: FileRecord) => seen.records.set(recordId(record.target, urlOf(record.object)), record)
  const queueOf = (target: TargetId) => {
    const queue = seen.arrivals.get(target) ?? new Map<string, Arrival>()
    seen.arrivals.set(target, queue)
    return queue
  }
  const countedOf = (target: TargetId) => {
    const counted = seen.counted.get(target) ?? new Set<string>()
    seen.counted.set(target, counted)
    return counted
  }
  const leftUncounted = (target: TargetId) => {
    const left = seen.leftUncounted.get(target) ?? []
    seen.leftUncounted.set(target, left)
    return left
  }
  /** What each process has stored and not counted yet. */
  const stored = new WeakMap<Process, Arrival[]>()

  return {
    seen,
    of: (process) => ({
      arrivals: {
        ...tables.arrivals,
        put(arrivals) {
          for (const arrival of arrivals) queueOf(arrival.target).set(arrivalId(arrival), arrival)
          stored.set(process, [...(stored.get(process) ?? []), ...arrivals])
          return tables.arrivals.put(arrivals)
        },
        remove(arrivals) {
          witness.removed(process, arrivals)
          for (const arrival of arrivals) {
            const { target } = arrival
            const id = arrivalId(arrival)
            const wasThere = queueOf(target).delete(id)
            const wasCounted = countedOf(target).delete(id)
            if (wasThere && !wasCounted) leftUncounted(target).push(id)
          }
          return tables.arrivals.remove(arrivals)
        },
      },
      files: {
        ...tables.files,
        put(records) {
          for (const record of records) remember(record)
          return tables.files.put(records)
        },
        async putUnlessLoaded(record) {
          const written = await tables.files.putUnlessLoaded(record)
          if (written) remember(record)
          return written
        },
      },
      batches: {
        ...tables.batches,
        put(batch) {
          const id = `${batch.target} ${batch.batchId}`
          seen.batches.set(id, batch)
          if (process.zombie) seen.outdated.add(id)
          return tables.batches.put(batch)
        },
      },
      targets: {
        ...tables.targets,
        async countArrivals(target, add) {
          const state = await tables.targets.countArrivals(target, add)
          seen.targets.set(target, state)
          for (const arrival of stored.get(process) ?? []) {
            const id = arrivalId(arrival)
            if (arrival.target !== target) continue
            const left = leftUncounted(target)
            // Who stored it last counts it; this one only counts what has left meanwhile.
            if (left.includes(id)) left.splice(left.indexOf(id), 1)
            else if (queueOf(target).has(id)) countedOf(target).add(id)
          }
          return state
        },
        async claim(target, claim) {
          const state = await tables.targets.claim(target, claim)
          if (state === 'held') return state
          seen.targets.set(target, state)
          witness.claimed(process, state)
          return state
        },
        async change(target, holder, change) {
          const state = await tables.targets.change(target, holder, change)
          if (state === 'lost-race') return state
          seen.targets.set(target, state)
          witness.changed(process, target, holder.fence, state)
          return state
        },
      },
    }),
  }
}
