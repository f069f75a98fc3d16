import type { InvocationEnd } from './invoke'

/** Which messages of a batch stay in the queue. */
export type BatchOutcome =
  | { readonly kind: 'all done' }
  | { readonly kind: 'some failed'; readonly messageIds: ReadonlySet<string> }
  | { readonly kind: 'all failed'; readonly why: string }

/**
 * Reads a result as an event source with ReportBatchItemFailures does: nothing reported means that all is done; whatever
 * cannot be understood, an id that was not in the batch included, means that nothing is.
 */
export function batchOutcome(end: InvocationEnd, messageIds: ReadonlySet<string>): BatchOutcome {
  if (end.kind !== 'returned') return { kind: 'all failed', why: end.kind }
  const { result } = end
  if (result === null) return { kind: 'all done' }
  if (typeof result !== 'object' || Array.isArray(result)) return unreadable('the result is not an object')
  const failures = 'batchItemFailures' in result ? result.batchItemFailures : null
  if (failures === null) return { kind: 'all done' }
  if (!Array.isArray(failures)) return unreadable('batchItemFailures is not a list')
  if (failures.length === 0) return { kind: 'all done' }

  const failed = new Set<string>()
  for (const failure of failures as readonly { itemIdentifier?: unknown }[]) {
    const id = failure?.itemIdentifier
    if (typeof id !== 'string' || !messageIds.has(id)) return unreadable(`unknown itemIdentifier ${JSON.stringify(id)}`)
    failed.add(id)
  }
  return { kind: 'some failed', messageIds: failed }
}

function unreadable(why: string): BatchOutcome {
  return { kind: 'all failed', why }
}
