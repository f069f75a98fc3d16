/** A processor profile as the inspector gives it. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  readonly samples?: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[]
}

/** What code is for, by where it lies; the first that fits. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/node_modules\/(@aws-sdk|@smithy|@aws-crypto|@aws)\//, 'the AWS SDK: serialize, sign, retry, parse'],
  [/node_modules\/(pg|pg-[a-z]+|postgres-[a-z]+)\//, 'the driver of the warehouse'],
  [/node_modules\//, 'other packages: schemas, ids'],
  [/\/lambda\/platform\//, 'Penstock: items, keys, requests'],
  [/\/lambda\//, 'Penstock: parse, route, decide, batch, record'],
  [/\/(test|environments)\//, 'the benchmark and what invokes the functions'],
  [/^node:/, "Node's HTTP, sockets, streams, hashes"],
]

const NATIVE = "Node's native code: system calls, JSON, strings"

/** The shares of the time in which the process was busy, by what the code is for; they add up to 1. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profile): ReadonlyMap<string, number> {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]))
  const times = new Map<string, number>()
  let busy = 0
  for (const [at, id] of samples.entries()) {
    const part = parts.get(id)
    if (part === undefined) continue
    const time = timeDeltas[at] ?? 0
    times.set(part, (times.get(part) ?? 0) + time)
    busy += time
  }
  return new Map([...times].map(([part, time]) => [part, time / busy]))
}

function partOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined
  if (functionName === '(garbage collector)') return 'garbage collection'
  return PARTS.find(([where]) => where.test(url))?.[1] ?? NATIVE
}
