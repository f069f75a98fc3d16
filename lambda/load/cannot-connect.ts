import type { Fault } from '../ports'
import { tellOfHold } from './tell-of-hold'
import type { Turn, Turned } from './turn'
import { holdFor } from './what-next'

/** No batch was begun: the arrivals wait as they are, and the target is tried again later. */
export async function cannotConnect(turn: Turn, fault: Fault): Promise<Turned> {
  const { ports, lease } = turn
  const kind = fault.kind === 'set-up' ? 'blocked' : 'waiting'
  const hold = holdFor(kind, fault, lease.state().hold, ports.now(), ports.random())
  return { kind: 'release', hold: await tellOfHold(turn, hold) }
}
