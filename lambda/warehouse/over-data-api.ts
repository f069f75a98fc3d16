import { codeOf } from '../errors'
import type { Connection, WarehouseSession } from '../ports'
import type { DataApi } from './data-api'
import { faultOf } from './fault-of'
import { goOnAfter } from './over-data-api-after'
import { findLoad } from './over-data-api-find'
import { submitLoad } from './over-data-api-load'
import { runOverDataApi } from './over-data-api-run'
import { readTable } from './read-table'
import type { Run } from './run'
import { ensureReceiptsTable, type SessionDeps, type SessionOf } from './session'

/** A warehouse that is asked without a connection. */
export interface DataApiWarehouse extends SessionOf {
  /** The environment's name, with which the names of its statements begin. */
  readonly environment: string
  /** What a person can do if the warehouse does not let in who asks. */
  readonly ifRefused: string
}

export interface OverDataApiDeps extends SessionDeps {
  readonly api: DataApi
  /** The places whose receipts table this process has seen: each is looked for once. */
  readonly seen: Set<string>
  /** What tells this warehouse from others, in {@link seen}. */
  readonly place: string
  /** Put around every statement whose rows are wanted soon. @default nothing */
  readonly around?: (run: Run) => Run
}

/** What every step works with. */
export interface Ways extends SessionDeps {
  readonly api: DataApi
  readonly run: Run
  readonly warehouse: DataApiWarehouse
  /** Has the receipts table looked for at the next connection. */
  readonly forget: () => void
}

/** A way into Redshift over its Data API: there is nothing to open, and what is handed over goes on when we are gone. */
export async function connectOverDataApi(deps: OverDataApiDeps, warehouse: DataApiWarehouse): Promise<Connection> {
  const { api, seen, place, sleep, now } = deps
  const plain = runOverDataApi(api, deps)
  const run = deps.around?.(plain) ?? plain
  const ways: Ways = { api, run, warehouse, sleep, now, forget: () => seen.delete(place) }
  try {
    if (!seen.has(place)) await ensureReceiptsTable(deps, run)
    seen.add(place)
    return { kind: 'connected', session: sessionOver(ways) }
  } catch (error) {
    const fault = faultOf(error, warehouse)
    // Before anything was asked of the database there was the login: without a SQLSTATE it may be that.
    const isLogin = fault.kind === 'set-up' && codeOf(error) === undefined
    return {
      kind: 'refused',
      fault: isLogin ? { ...fault, message: `${fault.message}; ${warehouse.ifRefused}` } : fault,
    }
  }
}

function sessionOver(ways: Ways): WarehouseSession {
  return {
    load: (job) => submitLoad(ways, job),
    find: (begun) => findLoad(ways, begun),
    runAfter: (job) => goOnAfter(ways, job),
    table: async (name) => {
      try {
        return await readTable(ways.run, name)
      } catch (error) {
        if (codeOf(error) === 'NO_SUCH_TABLE') return undefined
        throw error
      }
    },
    close: async () => {},
  }
}
