import type { ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
let write: typeof parquetWriteBuffer
beforeAll(async () => {
  write = (await import('hyparquet-writer')).parquetWriteBuffer
  world = await startTestRedshift()
  client = await world.connect()
})
afterAll(() => world.stop())
