import type { FileError, Receipt, S3Url, TableShape, TargetId } from '../../lambda/model'
import type { AfterJob, Fault, LoadJob, LoadOutcome, WarehouseSession, WarehousesPort } from '../../lambda/ports'

/** What happens at the next COMMIT, instead of a commit that is answered. */
export type CommitFault = 'lost-before' | 'lost-after'

export interface WarehouseInMemory extends WarehousesPort {
  /** Every file that was committed into a target, once per time it was. */
  filesIn(target: TargetId): readonly S3Url[]
  readonly receipts: readonly Receipt[]
  /** Files that no load may contain: all of a batch are named, as after a look that goes on after errors. */
  readonly bad: Map<S3Url, FileError>
  /** As columnar formats do it: of the bad files of a batch only the first is named. */
  namesOne: boolean
  /** What the next loads are refused with, whatever is in them. */
  faults: Fault[]
  /** Loads that were begun, refused ones included. */
  readonly loads: readonly LoadJob[]
  /** Files whose content breaks a load that does not say which file it was. */
  readonly nameless: Set<S3Url>
  /** Files that are not there any more. */
  readonly gone: Set<S3Url>
  /** Tables that exist; `undefined` takes every table for there. */
  tables: Set<TargetId> | undefined
  /** Given instead of a connection, by the warehouse's name. */
  readonly refuse: Map<string, Fault>
  commitFaults: CommitFault[]
  /** What was asked for after batches were committed. */
  readonly after: readonly AfterJob[]
  /** What the catalogue tells of tables, by `schema.table`. */
  readonly shapes: Map<string, TableShape>
  /** Loads are handed over, and go on when nobody is there: no session has an id. */
  isHandedOver: boolean
  /** Ends what was handed over and is under way. */
  endStatements(): Promise<void>
  /** Sessions that are open. */
  readonly sessions: ReadonlySet<string>
}

/** A warehouse whose rows are the addresses of the files, each file one row. A transaction is one step, so it is atomic. */
export function warehouseInMemory(): WarehouseInMemory {
  const loaded = new Map<TargetId, S3Url[]>()
  const receipts: Receipt[] = []
  const sessions = new Set<string>()
  const loads: LoadJob[] = []
  const after: AfterJob[] = []
  const statements = new Map<string, { readonly job: LoadJob; readonly end?: Fault | LoadOutcome }>()
  let lastSession = 0

  const warehouse: WarehouseInMemory = {
    filesIn: (target) => [...(loaded.get(target) ?? [])],
    receipts,
    bad: new Map(),
    namesOne: false,
    faults: [],
    loads,
    nameless: new Set(),
    gone: new Set(),
    tables: undefined,
    refuse: new Map(),
    commitFaults: [],
    after,
    shapes: new Map(),
    isHandedOver: false,
    async endStatements() {
      for (const [id, { job, end }] of statements) {
        if (end === undefined) statements.set(id, { job, end: whyRefused(job) ?? commit(job) })
      }
    },
    sessions,
    async connect(name) {
      const fault = warehouse.refuse.get(name)
      if (fault) return { kind: 'refused', fault }
      lastSession += 1
      return { kind: 'connected', session: warehouse.isHandedOver ? statementsOf() : sessionOf(String(lastSession)) }
    },
  }

  /** As the Data API has it: the same attempt is the same statement, whoever asks for it how often. */
  function statementsOf(): WarehouseSession {
    const idOf = ({ target, batchId, attempt }: Pick<LoadJob, 'target' | 'batchId' | 'attempt'>) =>
      `${target}/${batchId}/${attempt}`
    return {
      load: async (job) => {
        const id = idOf(job)
        if (!statements.has(id)) {
          loads.push(job)
          statements.set(id, { job })
        }
        return { kind: 'submitted', session: id }
      },
      find: async (begun) => {
        const id = begun.session ?? idOf(begun)
        const known = statements.get(id)
        if (known === undefined) return { kind: 'maybe-submitted' }
        if (known.end === undefined) return { kind: 'running', session: id }
        if (known.end.kind === 'loaded') return known.end
        const fault = 'fault' in known.end ? known.end.fault : (known.end as Fault)
        return { kind: 'refused', fault }
      },
      runAfter: async (job) => {
        if (job.submitted !== undefined) return { kind: 'ended', done: job.statements.length }
        after.push(job)
        return { kind: 'running', session: `after ${job.batchId}` }
      },
      table: async ({ schema, table }) => warehouse.shapes.get(`${schema}.${table}`),
      close: async () => {},
    }
  }

  function sessionOf(id: string): WarehouseSession {
    sessions.add(id)
    return {
      id,
      load: async (job) => {
        loads.push(job)
        const refused = warehouse.faults.shift() ?? whyRefused(job)
        if (refused) return { kind: 'refused', fault: { statements: ['COPY'], ...refused } }
        if (job.stillCurrent && !(await job.stillCurrent())) return { kind: 'refused', fault: changed() }
        return commit(job)
      },
      find: async ({ target, batchId, session }) => {
        if (session !== undefined) sessions.delete(session)
        const receipt = receipts.find((one) => one.target === target && one.batchId === batchId)
        if (receipt === undefined) return { kind: 'nothing' }
        return { kind: 'loaded', ...(receipt.rows === undefined ? {} : { rows: receipt.rows }) }
      },
      runAfter: async (job) => {
        after.push(job)
        return { kind: 'ended', done: job.statements.length }
      },
      table: async ({ schema, table }) => warehouse.shapes.get(`${schema}.${table}`),
      close: async () => void sessions.delete(id),
    }
  }

  function commit(job: LoadJob): LoadOutcome {
    const fault = warehouse.commitFaults.shift()
    if (fault === 'lost-before') return { kind: 'unknown', fault: lost() }
    loaded.set(job.target, [...(loaded.get(job.target) ?? []), ...job.urls])
    const { batchId, target, manifest, bytes } = job
    receipts.push({ batchId, target, manifest, bytes, files: job.urls.length, rows: job.urls.length })
    if (fault === 'lost-after') return { kind: 'unknown', fault: lost() }
    return { kind: 'loaded', rows: job.urls.length, statements: ['COPY'] }
  }

  function whyRefused({ target, urls }: LoadJob): Fault | undefined {
    if (warehouse.tables && !warehouse.tables.has(target)) {
      return { kind: 'set-up', code: '42P01', message: `relation "${target}" does not exist`, fileErrors: [] }
    }
    if (urls.some((url) => warehouse.gone.has(url))) {
      return { kind: 'gone', code: 'XX000', message: 'The specified key does not exist', fileErrors: [] }
    }
    const bad = urls.flatMap((url) => {
      const error = warehouse.bad.get(url)
      return error === undefined ? [] : [{ url, ...error }]
    })
    if (bad.length > 0) {
      const fileErrors = warehouse.namesOne ? bad.slice(0, 1) : bad
      return { kind: 'data', code: 'XX000', message: 'load failed', fileErrors }
    }
    if (urls.some((url) => warehouse.nameless.has(url))) {
      return { kind: 'data', code: 'XX000', message: 'load failed', fileErrors: [] }
    }
    return undefined
  }

  return warehouse
}

function changed(): Fault {
  return { kind: 'gone', code: 'FILES_CHANGED', message: 'a file was overwritten', fileErrors: [] }
}

function lost(): Fault {
  return { kind: 'passing', code: 'ECONNRESET', message: 'connection lost', fileErrors: [] }
}
