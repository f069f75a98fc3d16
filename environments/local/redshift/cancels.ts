import { RedshiftError } from './errors'
import { isSymbol, isWord, type Token } from './sql-tokens'

/** Loads that can be cancelled while Postgres has nothing to do for them, e.g. while a manifest is read. */
export interface Cancels {
  /** A load of a session begins; `refuse` throws once it has been cancelled, `end` forgets it. */
  begin(pid: number): { readonly refuse: () => void; readonly end: () => void }
  cancel(pid: number): void
}

export function makeCancels(): Cancels {
  const running = new Map<number, { isCancelled: boolean }>()
  return {
    begin: (pid) => {
      const load = { isCancelled: false }
      running.set(pid, load)
      return {
        refuse: () => {
          if (load.isCancelled) throw new RedshiftError('57014', 'canceling statement due to user request')
        },
        end: () => void running.delete(pid),
      }
    },
    cancel: (pid) => {
      const load = running.get(pid)
      if (load !== undefined) load.isCancelled = true
    },
  }
}

/** The processes that a statement cancels by their numbers: CANCEL, or calls of pg_cancel_backend. */
export function cancelledBy(tokens: readonly Token[]): number[] {
  return tokens.flatMap((token, at) => {
    const isCancel = at === 0 && isWord(token, 'cancel')
    const isCall = isWord(token, 'pg_cancel_backend') && isSymbol(tokens[at + 1], '(')
    const pid = tokens[isCancel ? at + 1 : at + 2]
    return (isCancel || isCall) && pid?.kind === 'number' ? [Number(pid.value)] : []
  })
}
