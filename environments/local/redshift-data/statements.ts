import { AwsJsonError } from '../ssm/aws-json'
import type { Warehouse } from './warehouse-of'

/** What the service says of a statement [API reference: DescribeStatement]. Nothing moves on from the last three. */
export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED'

/** A column of a result as the database described it. */
export interface Column {
  readonly name: string
  readonly typeId: number
  readonly modifier: number
}

/** The rows that a statement gave, as text. */
export interface ResultSet {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** A statement or one of a batch: what it is, and what has become of it so far. */
export interface Part {
  readonly id: string
  readonly sql: string
  readonly createdAt: number
  status: Status
  updatedAt: number
  durationNs: number
  error?: string
  /** Rows given or changed; -1 where there is no such number. */
  rows: number
  /** -1 where it is not known: the fake Redshift numbers its COPYs only. */
  queryId: number
  result?: ResultSet
}

/** One call of ExecuteStatement or BatchExecuteStatement. */
export interface Submission extends Omit<Part, 'sql' | 'result'> {
  readonly kind: 'statement' | 'batch'
  /** Whether the parts are one transaction. A statement alone is its own. */
  readonly isTransaction: boolean
  readonly parts: readonly [Part, ...Part[]]
  readonly name: string | undefined
  readonly parameters: readonly Parameter[]
  readonly warehouse: Warehouse
  readonly withEvent: boolean
  pid: number
  /** Ends it; set once it may be cancelled in earnest. */
  cancel?: () => void
  isCancelled: boolean
}

export interface Parameter {
  readonly name: string
  readonly value: string
}

/** Everything submitted that is still known, oldest first. */
export interface Statements {
  readonly add: (submission: Submission) => void
  /** @throws AwsJsonError ResourceNotFoundException for what never was or has expired */
  readonly find: (id: string) => { readonly submission: Submission; readonly part: Part | undefined }
  readonly all: () => readonly Submission[]
  readonly active: () => readonly Submission[]
  /** Changes a statement or a part of one, and tells who waits for it. */
  readonly move: (what: Part | Submission, change: Partial<Omit<Part, 'id'>>) => void
  /** Resolves when a statement or a part has ended, or after so long. */
  readonly waitFor: (what: { readonly status: Status }, ms: number) => Promise<void>
  /** Lets all go that wait. */
  readonly close: () => void
}

export function hasEnded({ status }: { readonly status: Status }): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED'
}

/** An empty memory; what has ended is forgotten after `keptMs`. */
export function makeStatements(now: () => number, keptMs: number): Statements {
  const byId = new Map<string, Submission>()
  const waiting = new Set<() => void>()
  let isClosed = false
  const isKept = (submission: Submission) => !hasEnded(submission) || submission.updatedAt + keptMs > now()
  const all = () => [...byId.values()].filter(isKept)
  return {
    all,
    add: (submission) => void byId.set(submission.id, submission),
    active: () => all().filter((submission) => !hasEnded(submission)),
    find: (id) => {
      const submission = byId.get(id.replace(/:\d+$/, ''))
      const part = submission?.parts.find((each) => each.id === id)
      const isThere = submission !== undefined && isKept(submission) && (part !== undefined || submission.id === id)
      // The text as public reports quote it; the field is the API reference's.
      if (!isThere)
        throw new AwsJsonError('ResourceNotFoundException', 'Query does not exist.', 400, { ResourceId: id })
      return { submission, part }
    },
    move: (what, change) => {
      Object.assign(what, change, { updatedAt: now() })
      for (const look of [...waiting]) look()
    },
    waitFor: (what, ms) =>
      new Promise((resolve) => {
        const leave = () => {
          waiting.delete(look)
          clearTimeout(timer)
          resolve()
        }
        const look = () => {
          if (hasEnded(what) || isClosed) leave()
        }
        const timer = setTimeout(leave, ms)
        waiting.add(look)
        look()
      }),
    close: () => {
      isClosed = true
      for (const look of [...waiting]) look()
    },
  }
}
