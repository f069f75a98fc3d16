import type { Receipt, S3Url, TargetId } from '../../../lambda/model'
import type { Statement } from '../../../lambda/warehouse/statement'
import type { Clock } from './clock'
import type { Dice } from './dice'
import type { Process } from './process'

/** What one COPY has read of one file. */
export interface Copied {
  readonly target: TargetId
  readonly batchId: string
  readonly url: S3Url
  readonly etag: string
  readonly rows: number
}

/** What one transaction made visible. */
export interface Committed {
  readonly copied: readonly Copied[]
  readonly receipts: readonly Receipt[]
}

/** A session as the server has it. It outlives its client until the server notices. */
export interface ServerSession {
  readonly id: string
  readonly client: Process
  ended: boolean
  /** What lies in its temporary table. */
  staged: Copied[]
  transaction: { readonly copied: Copied[]; readonly receipts: Receipt[]; failed: boolean } | undefined
  timeoutMs: number
  /** Has the COMMIT that is under way done now: what a backend is at when it is told to end may still be finished. */
  hurry: (() => void) | undefined
  lastCopy: {
    readonly rows: number
    readonly errors: readonly Record<string, unknown>[]
    readonly errorsFromMs: number
  }
}

/** A warehouse: what is committed, who is logged in, and what is wrong with it. */
export interface SimulatedWarehouse {
  readonly name: string
  readonly copied: Copied[]
  readonly receipts: Receipt[]
  readonly sessions: Map<string, ServerSession>
  /** Tables that are not there, and tables that may not be written. */
  readonly missing: Set<string>
  readonly forbidden: Set<string>
  password: string
  receiptsTable: 'none' | 'schema' | 'there'
  downUntilMs: number
}

export interface WarehouseDeps {
  readonly clock: Clock
  readonly dice: Dice
  /** Told of every commit, before anybody else can see it. */
  readonly committed: (warehouse: SimulatedWarehouse, what: Committed) => void
}

export function aWarehouse(name: string, receiptsTable: boolean): SimulatedWarehouse {
  return {
    name,
    copied: [],
    receipts: [],
    sessions: new Map(),
    missing: new Set(),
    forbidden: new Set(),
    password: 'first',
    receiptsTable: receiptsTable ? 'there' : 'none',
    downUntilMs: 0,
  }
}

/** Logs a client in. When it dies, the server takes up to two minutes to notice. */
export function logInto(warehouse: SimulatedWarehouse, client: Process, { clock, dice }: WarehouseDeps): ServerSession {
  const session: ServerSession = {
    id: String(warehouse.sessions.size + 1),
    client,
    ended: false,
    staged: [],
    transaction: undefined,
    timeoutMs: Number.POSITIVE_INFINITY,
    hurry: undefined,
    lastCopy: { rows: 0, errors: [], errorsFromMs: 0 },
  }
  warehouse.sessions.set(session.id, session)
  client.atDeath.push(() => abandon(session, { clock, dice }))
  return session
}

/** The client is gone; what it has asked for may still be done until the server notices. */
export function abandon(session: ServerSession, { clock, dice }: Pick<WarehouseDeps, 'clock' | 'dice'>): void {
  clock.after(dice.below(dice.chance(0.5) ? 2_000 : 200_000), () => endSession(session))
}

/** What was not committed is gone with it. */
export function endSession(session: ServerSession): void {
  session.ended = true
  session.transaction = undefined
}

/** Told to end, a backend takes a moment to notice, and finishes its COMMIT before it does. */
export function terminate(session: ServerSession, { clock, dice }: Pick<WarehouseDeps, 'clock' | 'dice'>): void {
  clock.after(dice.below(1_500), () => {
    session.hurry?.()
    clock.after(1, () => endSession(session))
  })
}

export function restart(warehouse: SimulatedWarehouse, downUntilMs: number): void {
  for (const session of warehouse.sessions.values()) endSession(session)
  warehouse.downUntilMs = downUntilMs
}

/** Makes something visible: at once outside a transaction, with COMMIT inside. */
export function write(
  warehouse: SimulatedWarehouse,
  session: ServerSession,
  what: Committed,
  { committed }: Pick<WarehouseDeps, 'committed'>,
): void {
  if (session.transaction === undefined) {
    warehouse.copied.push(...what.copied)
    warehouse.receipts.push(...what.receipts)
    committed(warehouse, what)
  } else {
    session.transaction.copied.push(...what.copied)
    session.transaction.receipts.push(...what.receipts)
  }
}

/** Ends the transaction; a broken one is rolled back, whatever was asked. */
export function commit(
  warehouse: SimulatedWarehouse,
  session: ServerSession,
  deps: Pick<WarehouseDeps, 'committed'>,
): void {
  const { transaction } = session
  session.transaction = undefined
  if (transaction !== undefined && !transaction.failed) write(warehouse, session, transaction, deps)
}

/** How long the server works at a statement, when it is in a hurry and when it is not. */
export function durationOf({ kind }: Statement, slow: boolean, dice: Dice): number {
  if (kind === 'copy') return slow ? dice.below(400_000) : 50 + dice.below(3_000)
  if (kind === 'commit') return slow ? dice.below(200_000) : dice.below(500)
  return slow ? dice.below(40_000) : dice.below(50)
}
