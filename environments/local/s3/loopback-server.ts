import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of the embedded environment: only this machine reaches it. */
export interface LoopbackServer {
  readonly port: number
  /** `http://127.0.0.1:<port>`; by number, because S3 clients turn a named host into `bucket.host`. */
  readonly endpoint: string
  /** Ends the server at once, idle and busy connections included. */
  readonly stop: () => Promise<void>
}

// Longer than any client keeps an idle connection, so that it is never the server that closes one under a request.
const KEEP_ALIVE_MS = 120_000

/** Listens on 127.0.0.1, on the port given or a free one. */
export async function listenOnLoopback(onRequest: RequestListener, port = 0): Promise<LoopbackServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, onRequest)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  return {
    port: actual,
    endpoint: `http://127.0.0.1:${actual}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
