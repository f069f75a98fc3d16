import { mayStart, wakeAfterRelease } from '../batch/when-to-wake'
import { messageOf, PenstockError } from '../errors'
import type { TargetId } from '../model'
import type { Connection, Ports } from '../ports'
import type { Settings } from '../settings'
import { type Lease, takeLease } from './lease'
import { loadWhatIsDue } from './load-what-is-due'
import { recover } from './recover'
import { thresholdsOf, warehouseOf } from './target-settings'
import type { Turn, Turned } from './turn'

/** The lease outlives the invocation by this much, so that who has lost it cannot act any more. */
const LEASE_MARGIN_MS = 30_000
/** No batch is begun with less time left. */
const LEAST_TIME_MS = 12_000

/**
 * Loads what is due for a target, batch after batch, as long as time lasts. The target's item says what to do: an
 * unfinished batch comes first; a lease in other hands or a hold ends it at once, since whoever holds it looks again.
 */
export async function loadTarget(
  ports: Ports,
  settings: Settings,
  target: TargetId,
  invocation: { readonly owner: string; readonly deadlineMs: number },
): Promise<void> {
  const seen = await ports.targets.get(target)
  if (seen === undefined || !mayStart(seen, ports.now())) return
  const lease = await takeLease(ports, target, invocation.owner, invocation.deadlineMs + LEASE_MARGIN_MS)
  if (lease === 'held') return

  const connection = connectOnce(ports, target)
  const turn: Turn = { ports, settings, target, lease, connect: connection.get, deadlineMs: invocation.deadlineMs }
  try {
    let turned: Turned = { kind: 'again' }
    while (turned.kind === 'again' && hasTime(turn)) turned = await takeTurn(turn)
    await release(turn, turned)
  } catch (error) {
    await letGo(ports, lease)
    throw error
  } finally {
    await connection.close()
  }
}

function takeTurn(turn: Turn): Promise<Turned> {
  const { unfinished } = turn.lease.state()
  return unfinished === undefined ? loadWhatIsDue(turn) : recover(turn, unfinished)
}

function hasTime(turn: Turn): boolean {
  return turn.deadlineMs - turn.ports.now() >= LEAST_TIME_MS
}

/** Lets go first and looks at the counts of the same write: an arrival counted before it is seen here, a later one sees a free lease. */
async function release(turn: Turn, turned: Turned): Promise<void> {
  const { ports, settings, target, lease } = turn
  const after = await lease.change({
    lease: null,
    ...(turned.kind === 'release' && turned.wakeAtMs !== undefined ? { wakeAtMs: turned.wakeAtMs } : {}),
    ...(turned.kind === 'release' && turned.hold !== undefined ? { hold: turned.hold } : {}),
  })
  const wake = wakeAfterRelease(after, thresholdsOf(target, settings), ports.now())
  if (wake.kind === 'send') await ports.wakes.send(target, wake.delaySeconds)
}

/** After a surprise: the next holder need not wait until the lease runs out. What is unfinished stays named on the target. */
async function letGo(ports: Ports, lease: Lease): Promise<void> {
  try {
    await lease.change({ lease: null })
  } catch (error) {
    const lost = error instanceof PenstockError && error.code === 'LOST_LEASE'
    if (!lost) ports.log('warn', 'lease-not-released', { target: lease.target, why: messageOf(error) })
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
