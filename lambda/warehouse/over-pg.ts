import type { Connection, CredentialsPort } from '../ports'
import { faultOf } from './fault-of'
import { hangUp, logIn, type PgWarehouse, runOn } from './over-pg-connection'
import type { Run } from './run'
import { openSession, type SessionDeps } from './session'

export interface OverPgDeps extends SessionDeps {
  readonly credentials: CredentialsPort
  /** Put around every statement: where tests count statements, or die at one. @default nothing */
  readonly around?: (run: Run) => Run
}

/** Connects to Redshift with `pg`: TLS verified, with credentials that are asked for once more if the warehouse refuses them. */
export async function connectOverPg(deps: OverPgDeps, warehouse: PgWarehouse): Promise<Connection> {
  try {
    const client = await logIn(deps.credentials, warehouse)
    const close = () => hangUp(client)
    const known = client.user === undefined ? warehouse : { ...warehouse, user: client.user }
    const run = (deps.around ?? ((plain) => plain))(runOn(client))
    try {
      return { kind: 'connected', session: await openSession(deps, known, { run, close }) }
    } catch (error) {
      await close()
      throw error
    }
  } catch (error) {
    return { kind: 'refused', fault: faultOf(error, warehouse) }
  }
}
