import { connect } from 'node:net'
import { Client, type QueryArrayConfig } from 'pg'
import type { Column } from './statements'
import type { Credentials } from './warehouse-of'

/** What a statement answered. */
export interface Answer {
  readonly command: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** Rows given or changed, if the command says so. */
  readonly count: number | null
}

/** A session of the Data API with the warehouse. */
export interface Session {
  readonly pid: number
  /** Runs one statement as a prepared one, so that a text with several is refused. Throws what pg throws. */
  readonly run: (sql: string, values?: readonly string[]) => Promise<Answer>
  /** Asks the warehouse to end what runs now. It may have ended already. */
  readonly cancel: () => void
  readonly end: () => Promise<void>
  /** Drops the connection without a word. */
  readonly drop: () => void
}

/** Where the warehouse listens. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly ca: string
}

const AS_TEXT = { getTypeParser: () => (value: string | Buffer) => String(value) }

/** Logs in over the warehouse's own front, over TLS. Throws what pg throws. */
export async function openSession(
  { host, port, ca }: Address,
  database: string,
  credentials: Credentials,
): Promise<Session> {
  const client = new Client({ host, port, database, ...credentials, ssl: { ca, rejectUnauthorized: true } })
  // A connection that breaks while nothing runs would end the process; the next statement reports it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
  const { processID, secretKey, connection } = client as unknown as Hidden
  return {
    pid: processID,
    run: async (sql, values = []) => {
      const query = { text: sql, values: [...values], rowMode: 'array', types: AS_TEXT, queryMode: 'extended' }
      const result = await client.query<(string | null)[]>(query as QueryArrayConfig)
      return {
        command: result.command,
        rows: result.rows,
        count: result.rowCount,
        columns: result.fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
          name,
          typeId: dataTypeID,
          modifier: dataTypeModifier,
        })),
      }
    },
    cancel: () => {
      const request = Buffer.alloc(16)
      for (const [at, value] of [16, CANCEL_REQUEST, processID, secretKey].entries())
        request.writeInt32BE(value, at * 4)
      const socket = connect(port, host, () => socket.end(request))
      // A warehouse that takes no connections has ended its sessions as well.
      socket.on('error', () => {})
    },
    end: () => client.end().catch(() => {}),
    drop: () => void connection.stream.destroy(),
  }
}

const CANCEL_REQUEST = 80_877_102

/** pg has these, and its types do not. */
interface Hidden {
  readonly processID: number
  readonly secretKey: number
  readonly connection: { readonly stream: { readonly destroy: () => unknown } }
}
