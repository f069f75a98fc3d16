import type { Fault } from '../ports'
import { tellOfHold } from './tell'
import type { Turn, Turned } from './turn'
import { whatNext } from './what-next'

/** No batch was begun: the arrivals wait as they are, and the target is tried again later. */
export async function cannotConnect(turn: Turn, fault: Fault): Promise<Turned> {
  const { ports, lease } = turn
  const next = whatNext(fault, [], lease.state().hold, ports.now(), ports.random())
  // Only `data` and `gone` lead elsewhere, and both need a file.
  const hold = next.kind === 'hold' ? next.hold : undefined
  if (hold === undefined)
    throw new Error(`a refused connection cannot be a fault of kind ${fault.kind}`, { cause: fault.cause })
  await tellOfHold(turn, hold)
  return { kind: 'release', hold }
}
