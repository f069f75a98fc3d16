import type { TargetId } from '../../../lambda/model'
import type { Connection, SecretsPort } from '../../../lambda/ports'
import { faultOf } from '../../../lambda/warehouse/fault-of'
import { PATIENCE_MS, type Run } from '../../../lambda/warehouse/run'
import { openSession } from '../../../lambda/warehouse/session'
import { runThrough } from '../crash-points'
import { Injected } from './fate'
import type { Process, Processes } from './process'
import { execute, type StatementDeps } from './statements'
import { abandon, durationOf, endSession, logInto, type ServerSession, type SimulatedWarehouse } from './warehouse'

export interface ConnectDeps extends StatementDeps {
  readonly secrets: SecretsPort
  readonly processes: Processes
  /** Whether this statement is one of the slow ones. */
  readonly isSlow: () => boolean
  /** Told that a process does something to a target. */
  readonly touched: (process: Process, target: TargetId, what: string) => void
}

/** Connects a process to a warehouse: the real session over a connection that can break at every statement. */
export async function connectTo(
  deps: ConnectDeps,
  warehouse: SimulatedWarehouse,
  process: Process,
  passwordParameter: string,
): Promise<Connection> {
  const of = { name: warehouse.name, host: `${warehouse.name}.test`, copyRole: 'default' as const }
  try {
    const server = await logIn(deps, warehouse, process, passwordParameter)
    const wire = wireTo(deps, warehouse, server)
    const run = runThrough(wire.run, deps.processes.aroundOf(process, wire.cut))
    try {
      const session = await openSession(
        { sleep: deps.processes.sleepOf(process), now: () => deps.clock.now() - process.lagMs },
        of,
        {
          run,
          close: wire.close,
        },
      )
      return { kind: 'connected', session }
    } catch (error) {
      await wire.close()
      throw error
    }
  } catch (error) {
    return { kind: 'refused', fault: faultOf(error, of) }
  }
}

/** As `over-pg` does it: a password that is refused is read once more. */
async function logIn(
  deps: ConnectDeps,
  warehouse: SimulatedWarehouse,
  process: Process,
  parameter: string,
): Promise<ServerSession> {
  const cached = await deps.secrets.read(parameter)
  if (deps.clock.now() < warehouse.downUntilMs) throw new Injected('ECONNREFUSED', 'connect ECONNREFUSED')
  const password = cached === warehouse.password ? cached : await deps.secrets.read(parameter, { fresh: true })
  if (password !== warehouse.password) {
    throw new Injected('28P01', 'password authentication failed for user "penstock"', 'FATAL')
  }
  return logInto(warehouse, process, deps)
}

/** One connection. Once it is cut, nobody hears anything through it any more, while the server may still be at work. */
function wireTo(
  deps: ConnectDeps,
  warehouse: SimulatedWarehouse,
  session: ServerSession,
): { readonly run: Run; readonly cut: () => void; readonly close: () => Promise<void> } {
  let broken = false
  let target: TargetId | undefined

  async function serve(statement: Parameters<Run>[0], tookMs: number) {
    const limitMs = statement.kind === 'copy' ? session.timeoutMs : Number.POSITIVE_INFINITY
    const worked = deps.clock.sleep(Math.min(tookMs, limitMs))
    if (statement.kind === 'commit') await Promise.race([worked, hurried()])
    else await worked
    session.hurry = undefined
    if (session.ended) throw ended(deps)
    if (tookMs <= limitMs) return execute(deps, warehouse, session, statement)
    if (session.transaction) session.transaction.failed = true
    throw new Injected('57014', "Query (1023) cancelled on user's request", 'ERROR')
  }
  const hurried = () =>
    new Promise<void>((resolve) => {
      session.hurry = resolve
    })

  return {
    async run(statement, patienceMs = PATIENCE_MS) {
      if (broken) throw new Injected(undefined, 'Client has encountered a connection error and is not queryable')
      if (statement.kind === 'copy') target = `${warehouse.name}/${statement.plan.schema}.${statement.plan.table}`
      const isDone = statement.kind === 'copy' || statement.kind === 'commit'
      if (isDone && target !== undefined) deps.touched(session.client, target, statement.kind)
      // A COMMIT that is still on its way when another comes is what recovery is made for.
      const isSlow = deps.isSlow() || (statement.kind === 'commit' && (deps.isSlow() || deps.isSlow()))
      const tookMs = durationOf(statement, isSlow, deps.dice)
      const served = serve(statement, tookMs)
      if (Math.min(tookMs, session.timeoutMs) <= patienceMs) return await served
      served.catch(() => {})
      await deps.clock.sleep(patienceMs)
      throw new Injected(undefined, 'Query read timeout')
    },
    cut() {
      broken = true
      abandon(session, deps)
    },
    async close() {
      broken = true
      endSession(session)
    },
  }
}

/** What a client hears whose session was ended: the server's last words, if they come through. */
function ended({ dice }: ConnectDeps): Error {
  return dice.chance(0.5)
    ? new Injected('57P01', 'terminating connection due to administrator command', 'FATAL')
    : new Injected(undefined, 'Connection terminated unexpectedly')
}
