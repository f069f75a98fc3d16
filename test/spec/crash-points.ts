import type { Ports, WarehousesPort } from '../../lambda/ports'
import type { Run } from '../../lambda/warehouse/run'
import type { Statement } from '../../lambda/warehouse/statement'

/** The operations of a port that take time: between asking and hearing the answer, anybody may die. */
type Operation<Port> = {
  [Name in keyof Port & string]: Port[Name] extends (...given: never[]) => Promise<unknown> | AsyncIterable<unknown>
    ? Name
    : never
}[keyof Port & string]

/** Ports with several operations; the others are single functions. */
type PortName = {
  [Name in keyof Ports & string]: Ports[Name] extends (...given: never[]) => unknown ? never : Name
}[keyof Ports & string]

/** Every call that the pipeline can make to the world, a statement to the warehouse among them. */
export type PortCall =
  | 'settings'
  | { [Name in PortName]: `${Name}.${Operation<Ports[Name]>}` }[PortName]
  | `statement.${Statement['kind']}`

/** Where a process may die: before the world has heard of a call, or after it has done what was asked. */
export type CrashPoint = `${PortCall}:${'before' | 'after'}`

/** A new port call, or a new statement, does not compile until it stands here; the simulation dies at each. */
const CALLS: Readonly<Record<PortCall, true>> = {
  settings: true,
  'arrivals.put': true,
  'arrivals.oldest': true,
  'arrivals.remove': true,
  'files.get': true,
  'files.put': true,
  'files.putUnlessLoaded': true,
  'contents.get': true,
  'contents.put': true,
  'batches.put': true,
  'batches.get': true,
  'targets.get': true,
  'targets.countArrivals': true,
  'targets.claim': true,
  'targets.change': true,
  'targets.all': true,
  'objects.put': true,
  'objects.get': true,
  'objects.read': true,
  'objects.head': true,
  'objects.list': true,
  'wakes.send': true,
  'deadLetters.count': true,
  'deadLetters.driveBack': true,
  'notices.publish': true,
  'warehouses.connect': true,
  'statement.begin': true,
  'statement.commit': true,
  'statement.rollback': true,
  'statement.limit-time': true,
  'statement.copy': true,
  'statement.count-copied': true,
  'statement.clear-table': true,
  'statement.create-staging': true,
  'statement.count-staged': true,
  'statement.mark-file': true,
  'statement.refuse-null-keys': true,
  'statement.choose-newest': true,
  'statement.delete-flagged': true,
  'statement.drop-flagged': true,
  'statement.merge': true,
  'statement.insert-staged': true,
  'statement.drop-staging': true,
  'statement.given': true,
  'statement.move-read': true,
  'statement.clear-read': true,
  'statement.read-columns': true,
  'statement.read-primary-key': true,
  'statement.write-receipt': true,
  'statement.read-receipt': true,
  'statement.find-receipts-table': true,
  'statement.create-receipts-schema': true,
  'statement.create-receipts-table': true,
  'statement.read-session-id': true,
  'statement.end-session': true,
  'statement.find-session': true,
  'statement.read-load-errors': true,
}

export const PORT_CALLS = Object.keys(CALLS) as readonly PortCall[]

export const CRASH_POINTS: readonly CrashPoint[] = PORT_CALLS.flatMap((call): readonly CrashPoint[] => [
  `${call}:before`,
  `${call}:after`,
])

/** Does a call: what is around may die, fail, wait or count before it and after it. */
export type Around = <T>(call: PortCall, work: () => Promise<T>) => Promise<T>

/** The ports with something around every call. Statements go through {@link runThrough}. */
export function portsThrough(ports: Ports, around: Around): Ports {
  const port = <Name extends PortName>(name: Name): Ports[Name] => {
    const real = ports[name] as unknown as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>
    const calls = PORT_CALLS.filter((call) => call.startsWith(`${name}.`))
    const wrapped = calls.map((call) => {
      const operation = call.slice(name.length + 1)
      return [operation, (...given: unknown[]) => around(call, async () => real[operation]?.(...given))]
    })
    return { ...real, ...Object.fromEntries(wrapped) } as Ports[Name]
  }
  return {
    ...ports,
    settings: (how) => around('settings', () => ports.settings(how)),
    arrivals: port('arrivals'),
    files: port('files'),
    contents: port('contents'),
    batches: port('batches'),
    targets: {
      ...port('targets'),
      async *all() {
        yield* await around('targets.all', async () => ports.targets.all())
      },
    },
    objects: port('objects'),
    wakes: port('wakes'),
    deadLetters: port('deadLetters'),
    notices: port('notices'),
    warehouses: port('warehouses') satisfies WarehousesPort,
  }
}

/** Statements with something around each. */
export function runThrough(run: Run, around: Around): Run {
  return (statement, patienceMs) => around(`statement.${statement.kind}`, () => run(statement, patienceMs))
}
