import { type DynamoDb, startDynamoDb } from '../../../environments/local/dynamodb'
import { type Clients, makeClients } from '../../../lambda/platform/clients'
import { createTables } from '../../../lambda/platform/create-tables'

export const REGION = 'eu-west-1'

/** The four tables under the names of their definitions. */
export const TABLES = { arrivals: 'arrivals', files: 'files', batches: 'batches', targets: 'targets' } as const

/** A DynamoDB with empty state tables for the tests of the enclosing block; it can lose answers and throttle. */
export function withDynamoDb(): () => { readonly server: DynamoDb; readonly client: Clients['dynamodb'] } {
  let running: { readonly server: DynamoDb; readonly clients: Clients } | undefined
  beforeAll(async () => {
    const server = await startDynamoDb()
    running = { server, clients: clientsFor({ AWS_ENDPOINT_URL_DYNAMODB: server.endpoint }) }
    await createTables(running.clients.dynamodb, TABLES)
  })
  afterAll(async () => {
    running?.clients.close()
    await running?.server.stop()
  })
  return () => {
    if (!running) throw new Error('the server runs only while tests do')
    return { server: running.server, client: running.clients.dynamodb }
  }
}

/** Clients for servers of this machine. */
export function clientsFor(endpoints: Readonly<Record<string, string>>): Clients {
  return makeClients({ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', ...endpoints })
}
