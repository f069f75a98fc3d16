import path from 'node:path'
import { build } from 'esbuild'
import type { Clients } from '../../lambda/platform/clients'
import { createTables } from '../../lambda/platform/create-tables'
import { between, type Counted, totalOf } from './counted'
import { ownFolder } from './own-folder'
import { type Running, startProcess } from './own-process'
import type { Emulators } from './scale-emulators'
import type { Loader } from './scale-loader'
import { clientsOf, TABLES } from './scale-world'

/** The emulators in one process, the product in another; here is who fills the tables. */
export interface ScaleStage {
  readonly clients: Clients
  readonly emulators: Running<Emulators>
  /** The product's process of a part of the measurement: what another part took of memory is not in it. */
  readonly loader: Running<Loader>
  /** What a piece of work answered, and what it asked of AWS. */
  readonly counting: <Answer>(
    work: () => Promise<Answer>,
  ) => Promise<{ readonly answer: Answer; readonly counted: Counted }>
}

/** What all parts share. */
export interface ScaleStages {
  /** Does a part of the measurement with a loader of its own. */
  readonly part: <Answer>(work: (stage: ScaleStage) => Promise<Answer>) => Promise<Answer>
  readonly stop: () => Promise<void>
}

/** A million items take a gigabyte, and dynalite sorts them in a tree that is made anew for each. */
const EMULATOR_HEAP_MB = 12_000

export async function startScaleStages(): Promise<ScaleStages> {
  const { folder, remove } = ownFolder('scale')
  const emulators = startProcess<Emulators>(path.join(__dirname, 'scale-emulators.ts'), [
    '--import',
    'tsx',
    `--max-old-space-size=${EMULATOR_HEAP_MB}`,
  ])
  const end = async () => {
    await emulators.stop()
    remove()
  }
  try {
    const [started, program] = await Promise.all([emulators.call('start', undefined), bundleLoader(folder)])
    const clients = clientsOf(started)
    await createTables(clients.dynamodb, TABLES)
    const counting: ScaleStage['counting'] = async (work) => {
      const before = await emulators.call('counted', undefined)
      const answer = await work()
      return { answer, counted: between(before, await emulators.call('counted', undefined)) }
    }
    return {
      async part(work) {
        const loader = startProcess<Loader>(program, ['--expose-gc'])
        try {
          await loader.call('start', started)
          return await work({ clients, emulators, loader, counting })
        } finally {
          await loader.stop()
        }
      },
      async stop() {
        clients.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** As one file, as it is in the cloud: what compiles TypeScript would take more memory than the product. */
async function bundleLoader(folder: string): Promise<string> {
  const outfile = path.join(folder, 'loader.cjs')
  await build({
    entryPoints: [path.join(__dirname, 'scale-loader.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    external: ['pg-native'],
    // Calls are counted by the names of their classes.
    keepNames: true,
  })
  return outfile
}

/** What a request to DynamoDB or SQS takes in the cloud, on the long side: taken, not measured. */
export const REQUEST_SECONDS = 0.01

/** Requests of all services. */
export function requestsIn(counted: Counted): number {
  return totalOf(counted, 'dynamodb') + totalOf(counted, 's3') + totalOf(counted, 'sqs')
}

/** How many requests come one after another, if as many of each operation are under way as were seen to be. */
export function roundsOf({ requests }: Counted, atOnce: Readonly<Record<string, number>>): number {
  return Object.values(requests)
    .flatMap((operations) => Object.entries(operations))
    .reduce((sum, [operation, times]) => sum + Math.ceil(times / (atOnce[operation] ?? 1)), 0)
}
