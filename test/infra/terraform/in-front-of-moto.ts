import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { makeBucketPolicies } from './bucket-policies'
import { makeFunctionLogging } from './function-logging'
import { makeQueueAttributes } from './queue-attributes'
import { makeRuleDescriptions } from './rule-descriptions'

/** A request to AWS, or what is sent on of it. */
export interface Asked {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Something of AWS that moto has not, or has wrong. `undefined` leaves the request to others. */
export type Amendment = (asked: Asked, moto: Forward) => Promise<Answered | undefined>
export type Forward = (asked: Asked) => Promise<Answered>

/**
 * Stands in front of moto and adds what it lacks; everything else is moto's own. Nothing is answered that was not written before,
 * so a plan that finds no change has found what was applied.
 */
export async function startInFrontOf(moto: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const amendments = [makeQueueAttributes(), makeBucketPolicies(), makeFunctionLogging(), makeRuleDescriptions()]
  const server = createServer((incoming, outgoing) => {
    answer(moto, amendments, incoming).then(
      ({ status, headers, body }) => {
        const { 'transfer-encoding': _chunked, connection: _hop, ...own } = headers
        // The answer to HEAD has no body, and tells the length of what it would be.
        const length = incoming.method === 'HEAD' ? {} : { 'content-length': body.length }
        outgoing.writeHead(status, { ...own, ...length }).end(body)
      },
      (error: Error) => void outgoing.destroy(error),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(moto: string, amendments: readonly Amendment[], incoming: IncomingMessage): Promise<Answered> {
  const { method = 'GET', url = '/', headers } = incoming
  const asked = { method, url, headers, body: await buffer(incoming) }
  for (const amend of amendments) {
    const answered = await amend(asked, (other) => forward(moto, other))
    if (answered !== undefined) return answered
  }
  return forward(moto, asked)
}

async function forward(moto: string, { method, url, headers, body }: Asked): Promise<Answered> {
  const { 'transfer-encoding': _chunked, expect: _answered, 'content-length': _other, ...own } = headers
  // The host stays that of the caller: moto makes addresses of queues with it.
  const sent = request(new URL(url, moto), { method, headers: { ...own, 'content-length': body.length } }).end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 500, headers: response.headers, body: await buffer(response) }
}
