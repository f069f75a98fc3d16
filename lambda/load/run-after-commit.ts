import type { AfterCommit } from '../model'
import type { WarehouseSession } from '../ports'
import type { BatchContents } from './batch-folder'
import { loadTimeMs, type Turn, type Turned } from './turn'

/**
 * Runs what the settings want to be run once a batch is committed. Whatever comes of it, the batch is loaded: the outcome goes into its
 * record. Who dies before that runs it again.
 */
export async function runAfterCommit(
  turn: Turn,
  { plan, batchId, arrivals }: BatchContents,
  rows: number | undefined,
  session: WarehouseSession,
): Promise<
  | { readonly kind: 'ended'; readonly outcome: { readonly afterCommit?: AfterCommit } }
  | Extract<Turned, { kind: 'running' }>
> {
  const { ports, target, lease } = turn
  const { unfinished } = lease.state()
  if (plan.afterCommit === undefined) return { kind: 'ended', outcome: {} }
  const submitted = unfinished?.afterCommit?.session
  const told = await session.runAfter({
    batchId,
    target,
    statements: plan.afterCommit,
    files: arrivals.length,
    ...(rows === undefined ? {} : { rows }),
    timeoutMs: loadTimeMs(turn),
    ...(submitted === undefined ? {} : { submitted }),
  })
  if (told.kind === 'running') {
    const afterCommit = { session: told.session, ...(rows === undefined ? {} : { rows }) }
    if (unfinished) lease.later({ unfinished: { ...unfinished, afterCommit } })
    return { kind: 'running', isNew: submitted === undefined }
  }
  const { kind: _, ...afterCommit } = told
  const level = afterCommit.failed === undefined ? 'info' : 'error'
  ports.log(level, 'after-commit-ended', { target, batchId, ...afterCommit })
  return { kind: 'ended', outcome: { afterCommit } }
}
