import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startInFrontOf } from './in-front-of-moto'

export interface Moto {
  /** Where AWS is. */
  readonly endpoint: string
  /** The ARNs of everything in a region that bears the tag `Application` with this value. */
  belongingTo(application: string, region: string): Promise<readonly string[]>
  stop(): Promise<void>
}

const TRIES = 150

/** Starts moto's server as the given account, on a free port, with what it lacks in front of it. */
export async function startMoto(program: string, account: string): Promise<Moto> {
  const port = await freePort()
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    env: { ...process.env, MOTO_ACCOUNT_ID: account },
    stdio: 'ignore',
  })
  // Also when this process is interrupted.
  process.once('exit', () => server.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  try {
    await answers(server, url)
    // Functions are kept, not run: that would take Docker.
    await fetch(`${url}/moto-api/config`, { method: 'POST', body: JSON.stringify({ lambda: { use_docker: false } }) })
    const front = await startInFrontOf(url)
    return {
      endpoint: front.url,
      belongingTo: (application, region) => tagged(url, application, region),
      async stop() {
        await front.stop()
        await end(server)
      },
    }
  } catch (error) {
    await end(server)
    throw error
  }
}

async function tagged(url: string, application: string, region: string): Promise<readonly string[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'x-amz-target': 'ResourceGroupsTaggingAPI_20170126.GetResources',
      'content-type': 'application/x-amz-json-1.1',
      // Nobody checks the signature, but this is where moto finds service and region.
      authorization: `AWS4-HMAC-SHA256 Credential=fake/20260101/${region}/tagging/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ TagFilters: [{ Key: 'Application', Values: [application] }] }),
  })
  if (!response.ok) throw new Error(`moto does not tell what there is: ${response.status} ${await response.text()}`)
  const { ResourceTagMappingList } = (await response.json()) as {
    readonly ResourceTagMappingList: readonly { readonly ResourceARN: string }[]
  }
  // A key is only marked for deletion, in AWS too: it goes a month later.
  return ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN).filter((arn) => !/^arn:[^:]+:kms:/.test(arn))
}

async function answers(server: ChildProcess, url: string): Promise<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`)
    const is = await fetch(`${url}/moto-api/data.json`)
      .then(({ ok }) => ok)
      .catch(() => false)
    if (is) return
    await sleep(200)
  }
  throw new Error('moto_server does not answer')
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
