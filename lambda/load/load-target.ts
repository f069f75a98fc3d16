import { mayStart, wakeAfterRelease } from '../batch/when-to-wake'
import { codeOf, messageOf } from '../errors'
import type { TargetId } from '../model'
import type { Connection, Ports } from '../ports'
import { thresholdsOf, warehouseOf } from '../target-settings'
import { takeLease } from './lease'
import { loadWhatIsDue } from './load-what-is-due'
import { recover } from './recover'
import { tellOfHold } from './tell-of-hold'
import { AGAIN, hasTime, OUT_OF_TIME, type Turn, type Turned } from './turn'
import { holdFor } from './what-next'

/** The lease outlives the invocation by this much, so that who has lost it cannot act any more. */
const LEASE_MARGIN_MS = 30_000

/**
 * Loads what is due for a target, batch after batch, as long as time lasts. The target's item says what to do: an
 * unfinished batch comes first; a lease in other hands or a hold ends it at once, since whoever holds it looks again.
 */
export async function loadTarget(
  ports: Ports,
  target: TargetId,
  invocation: { readonly owner: string; readonly deadlineMs: number },
): Promise<void> {
  const startedMs = ports.now()
  const seen = await ports.targets.get(target)
  if (seen === undefined || !mayStart(seen, startedMs)) return
  let settings = await ports.settings()
  const lease = await takeLease(ports, target, invocation.owner, invocation.deadlineMs + LEASE_MARGIN_MS)
  if (lease === 'held') return

  const connection = connectOnce(ports, target)
  const turn: Turn = {
    ports,
    target,
    lease,
    settings: () => settings,
    refreshSettings: async () => {
      settings = await ports.settings({ fresh: true })
    },
    connect: connection.get,
    startedMs,
    deadlineMs: invocation.deadlineMs,
  }
  try {
    let turned: Turned = AGAIN
    while (turned.kind === 'again') turned = hasTime(turn) ? await takeTurn(turn) : OUT_OF_TIME
    await release(turn, turned)
  } catch (error) {
    await afterSurprise(turn, error)
  } finally {
    await connection.close()
  }
}

function takeTurn(turn: Turn): Promise<Turned> {
  const { unfinished } = turn.lease.state()
  return unfinished === undefined ? loadWhatIsDue(turn) : recover(turn, unfinished)
}

/** Lets go first and looks at the counts of the same write: an arrival counted before it is seen here, a later one sees a free lease. */
async function release(turn: Turn, turned: Exclude<Turned, { kind: 'again' }>): Promise<void> {
  // A hold ends with the first turn that comes to an end of its own without making a new one; what was only handed over has not ended.
  const made = turned.kind === 'release' ? turned.hold : undefined
  const hold = turned.kind === 'release' ? { hold: made ?? null } : {}
  // A wake that was noted while the lease was held was sent by nobody: it is ours to send, and not to be waited for.
  const wakeAtMs = turned.kind === 'release' ? (turned.wakeAtMs ?? null) : null
  await turn.lease.change({ lease: null, wakeAtMs, ...hold })
  if (turned.kind === 'running') return lookSoon(turn, turned.isNew)
  await wakeNext(turn, turned.kind === 'out-of-time')
}

/** What has ended while the lease was still held woke nobody: a short statement is looked at once more. Later ends are told, or seen by the tick. */
const LOOK_AGAIN_SECONDS = 5

async function lookSoon({ ports, target }: Turn, isNew: boolean): Promise<void> {
  if (isNew) await ports.wakes.send([{ target, delaySeconds: LOOK_AGAIN_SECONDS }])
}

async function wakeNext({ ports, target, lease, settings }: Turn, stoppedForTime: boolean): Promise<void> {
  const wake = wakeAfterRelease(lease.state(), thresholdsOf(target, settings()), ports.now(), stoppedForTime)
  if (wake.kind === 'send') await ports.wakes.send([{ target, delaySeconds: wake.delaySeconds }])
}

/**
 * Something failed that has no name: a table that throttles, an object that may not be read. The target is held like after
 * any passing fault, so people hear of it when it stays; what is unfinished stays named on the target. If not even that can
 * be written, the error goes on to whoever invoked us, and the lease runs out.
 */
async function afterSurprise(turn: Turn, error: unknown): Promise<void> {
  const { ports, target, lease } = turn
  const code = codeOf(error) ?? 'UNEXPECTED'
  if (code === 'LOST_LEASE') throw error
  ports.log('error', 'load-broken', { target, code, why: messageOf(error), error })
  try {
    const fault = { code, message: messageOf(error) }
    const hold = await tellOfHold(turn, holdFor('waiting', fault, lease.state().hold, ports.now(), ports.random()))
    await lease.abandon({ lease: null, wakeAtMs: null, hold })
    await wakeNext(turn, false)
  } catch (second) {
    ports.log('warn', 'lease-not-released', { target, why: messageOf(second) })
    throw error
  }
}

function connectOnce(ports: Ports, target: TargetId): { get: () => Promise<Connection>; close: () => Promise<void> } {
  let connection: Promise<Connection> | undefined
  return {
    get: () => {
      connection ??= ports.warehouses.connect(warehouseOf(target))
      return connection
    },
    close: async () => {
      const open = await connection?.catch(() => undefined)
      if (open?.kind === 'connected') await open.session.close()
    },
  }
}
