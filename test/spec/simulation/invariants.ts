import { whyNotAFile } from '../../../lambda/event/skip'
import {
  type Arrival,
  type FileRecord,
  type S3Object,
  type S3Url,
  type TargetId,
  type TargetState,
  urlOf,
} from '../../../lambda/model'
import { fileType } from '../../../lambda/route/file-type'
import type { Clock } from './clock'
import { arrivalId, recordId, type Seen } from './memory'
import type { Process } from './process'
import type { Story } from './story'
import type { Committed, Copied, SimulatedWarehouse } from './warehouse'

/** Which promise is broken, and how. */
export interface Breach {
  readonly invariant: 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S7' | 'counts' | 'bounded work' | 'surprise'
  readonly text: string
}

export type Report = (invariant: Breach['invariant'], text: string) => void

export interface Invariants {
  /** S1. A message leaves its queue. */
  acknowledged(objects: readonly S3Object[]): void
  /** S2, S3. A warehouse makes something visible. */
  committed(warehouse: SimulatedWarehouse, what: Committed): void
  /** S4. The lease is granted, changed under, given up. */
  claimed(process: Process, state: TargetState): void
  changed(process: Process, target: TargetId, fence: number, state: TargetState): void
  /** S4. A statement of a load is done. */
  touched(process: Process, target: TargetId, what: string): void
  /** S5. Arrivals leave their queue. */
  removed(process: Process, arrivals: readonly Arrival[]): void
  /** Copies that are there too often. */
  doubled(): number
}

interface Holder {
  readonly process: Process
  readonly fence: number
}

/** What must be true at every moment. Each is looked at when something is done that could break it. */
export function invariantsOf(deps: {
  readonly story: Story
  readonly clock: Clock
  readonly seen: () => Seen
  readonly targetsOf: (key: string) => readonly TargetId[]
  readonly report: Report
}): Invariants {
  const { story, clock, seen, targetsOf, report } = deps
  const holders = new Map<TargetId, Holder>()
  const copies = new Map<string, Copied[]>()
  const left = new Set<string>()
  const contents = new Map<string, S3Url>()
  let doubled = 0

  /** Who may still act: neither dead nor done, and inside its time. */
  const mayAct = (process: Process) => process.state === 'alive' && !process.zombie

  function isCovered(target: TargetId, object: S3Object): boolean {
    const url = urlOf(object)
    if (left.has(`${target} ${arrivalId({ target, object })}`)) return true
    const record = seen().records.get(recordId(target, url))
    if (record !== undefined && covers(record, object, story.overwrites)) return true
    for (const { object: other } of seen().arrivals.get(target)?.values() ?? []) {
      if (urlOf(other) === url && !isLater(object, other)) return true
    }
    return false
  }

  function countCopy(copy: Copied): void {
    const id = recordId(copy.target, copy.url)
    const before = copies.get(id) ?? []
    const isAgain = story.overwrites === 'reload' ? before.at(-1)?.etag === copy.etag : before.length > 0
    // Where rows take the place of others, a file that comes again is loaded again: it leaves what it left before.
    const takesPlace = story.overwrites === 'reload' && (story.mode === 'replace' || story.mode === 'merge')
    if (isAgain && !takesPlace) {
      doubled += 1
      report(
        'S2',
        `${copy.url} is in ${copy.target} twice: by batches ${before.map((one) => one.batchId).join()} and ${copy.batchId}`,
      )
    }
    copies.set(id, [...before, copy])
    if (story.duplicates === 'load') return
    const content = `${copy.target} ${copy.etag}`
    const other = contents.get(content)
    if (other !== undefined && other !== copy.url) {
      doubled += 1
      report('S2', `${copy.url} has the content of ${other}, and both are in ${copy.target}`)
    }
    contents.set(content, copy.url)
  }

  return {
    doubled: () => doubled,

    acknowledged(objects) {
      for (const object of objects) {
        for (const target of targetsOf(object.key)) {
          if (isCovered(target, object)) continue
          report(
            'S1',
            `the event of ${urlOf(object)} (${object.sequencer}) is acknowledged, and ${target} knows nothing of it`,
          )
        }
      }
    },

    committed(warehouse, { copied, receipts }) {
      for (const copy of copied) countCopy(copy)
      for (const batchId of new Set([...copied, ...receipts].map((one) => one.batchId))) {
        const rows = warehouse.copied.filter((one) => one.batchId === batchId)
        const told = warehouse.receipts.filter((one) => one.batchId === batchId)
        const sum = rows.reduce((total, one) => total + one.rows, 0)
        if (told.length === 1 && told[0]?.rows === sum && told[0].files === rows.length && sum > 0) continue
        report(
          'S3',
          `batch ${batchId}: ${rows.length} files with ${sum} rows are there, its receipts tell ${JSON.stringify(told)}`,
        )
      }
    },

    claimed(process, { target, fence, lease }) {
      const other = holders.get(target)
      if (other !== undefined && other.process !== process && mayAct(other.process)) {
        report('S4', `${process.name} is granted ${target}, which ${other.process.name} holds and may still act on`)
      }
      if (lease !== undefined && lease.untilMs < process.killedAtMs) {
        report('S4', `the lease of ${process.name} ends ${process.killedAtMs - lease.untilMs} ms before its time does`)
      }
      holders.set(target, { process, fence })
    },

    changed(process, target, fence, { lease, waitingFiles }) {
      const counted = (seen().counted.get(target)?.size ?? 0) - (seen().leftUncounted.get(target)?.length ?? 0)
      // Where nothing gets lost, no arrival is forgotten by the count that tells whether somebody has to come.
      if (!story.ticks && waitingFiles < counted) {
        report('counts', `${process.name} leaves ${target} with a count of ${waitingFiles}, and ${counted} files wait`)
      }
      const holder = holders.get(target)
      if (holder?.fence !== fence)
        report('S4', `${process.name} changes ${target} under fence ${fence}, the latest is ${holder?.fence}`)
      else if (lease === undefined) holders.delete(target)
    },

    touched(process, target, what) {
      if (!mayAct(process) || clock.now() >= process.killedAtMs) return
      const holder = holders.get(target)
      if (holder?.process !== process)
        report('S4', `${process.name} does ${what} on ${target}, which ${holder?.process.name ?? 'nobody'} holds`)
    },

    removed(process, arrivals) {
      for (const arrival of arrivals) {
        const { target, object } = arrival
        this.touched(process, target, 'a removal')
        const queue = seen().arrivals.get(target)
        const id = arrivalId(arrival)
        if (!queue?.has(id)) continue
        left.add(`${target} ${id}`)
        const record = seen().records.get(recordId(target, urlOf(object)))
        if (record !== undefined && covers(record, object, story.overwrites)) continue
        const later = [...queue.values()].some(
          (other) => urlOf(other.object) === urlOf(object) && isLater(other.object, object),
        )
        if (!later)
          report(
            'S5',
            `${urlOf(object)} (${object.sequencer}) leaves the queue of ${target}, its record tells ${shown(record)}`,
          )
      }
    },
  }
}

/** Whether a record says what has become of this version: it speaks of it, of a later one, or of the same content. */
export function covers(record: FileRecord, object: S3Object, overwrites: Story['overwrites']): boolean {
  if (!isLater(object, record.object) || record.object.etag === object.etag) return true
  // What can never be loaded is told of once; of two such versions that come at once, either may be the one.
  if (whyNotAFile(object) || fileType(object.key).format === undefined) return true
  // A file that is loaded stays loaded; of the versions left out, the last is told.
  return record.status === 'loaded' && overwrites !== 'reload'
}

function shown(record: FileRecord | undefined): string {
  return record === undefined ? 'nothing' : `${record.status} ${record.object.sequencer} ${record.object.etag}`
}

/** Told apart from the code's own rule, so that a fault there is no fault here: by sequencer where both have one, else by time. */
function isLater(a: S3Object, b: S3Object): boolean {
  if (a.sequencer === undefined || b.sequencer === undefined) return a.eventTimeMs > b.eventTimeMs
  return BigInt(`0x${a.sequencer}`) > BigInt(`0x${b.sequencer}`)
}
