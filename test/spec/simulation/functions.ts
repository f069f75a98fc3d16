import { makeOnLoad } from '../../../lambda/handlers/on-load'
import { makeOnObject } from '../../../lambda/handlers/on-object'
import { makeOnTick } from '../../../lambda/handlers/on-tick'
import type { S3Object, TargetId } from '../../../lambda/model'
import type { Ports } from '../../../lambda/ports'
import type { Clock } from './clock'
import type { Dice } from './dice'
import type { Process, Processes } from './process'
import { type Message, type Queue, queueOf } from './queue'
import type { Story } from './story'

/** The three functions, as Lambda runs them, with the two queues before them. */
export interface Functions {
  announce(objects: readonly S3Object[], delayMs: number): void
  wake(target: TargetId, delayMs: number): void
  /** A minute has passed. */
  tick(): void
  readonly objects: Queue
  readonly wakes: Queue
  loads(): number
}

const OBJECT_TIMEOUT_MS = 60_000
const TICK_TIMEOUT_MS = 60_000
const MAX_RECEIVES = 5

export function functionsOver(deps: {
  readonly story: Story
  readonly clock: Clock
  readonly dice: Dice
  readonly processes: Processes
  readonly isFaulty: () => boolean
  readonly portsOf: (process: Process) => Ports
  readonly acknowledged: (objects: readonly S3Object[]) => void
  readonly broke: (process: Process, error: unknown) => void
}): Functions {
  const { story, clock, dice, processes, portsOf } = deps
  const announced = new Map<string, readonly S3Object[]>()
  let invocations = 0
  let loads = 0

  /** One invocation: the handler's answer, or nothing when it threw or died. */
  function invoke<Answer>(
    name: string,
    timeoutMs: number,
    handler: (ports: Ports, process: Process) => Promise<Answer>,
    settle: (answer: Answer | undefined) => void,
  ): void {
    invocations += 1
    let answer: Answer | undefined
    const body = async (process: Process) => {
      try {
        answer = await handler(portsOf(process), process)
      } catch (error) {
        deps.broke(process, error)
      }
    }
    processes.spawn(`${name}-${invocations}`, timeoutMs, body, () => settle(answer))
  }
  const invocationOf = ({ name, killedAtMs }: Process) => ({
    awsRequestId: name,
    getRemainingTimeInMillis: () => killedAtMs - clock.now(),
  })
  const isDoubled = () => deps.isFaulty() && dice.chance(story.odds.doubledMessage / 3)

  const objects = queueOf({
    clock,
    dice,
    name: 'object',
    mostAtOnce: 10,
    visibilityMs: 6 * OBJECT_TIMEOUT_MS,
    maxReceives: MAX_RECEIVES,
    doubled: isDoubled,
    invoke: (event, settle) =>
      invoke('object', OBJECT_TIMEOUT_MS, (ports) => makeOnObject({ ports, flush: () => {} })(event), settle),
    acknowledged: ({ body }: Message) => deps.acknowledged(announced.get(body) ?? []),
  })
  const wakes = queueOf({
    clock,
    dice,
    name: 'wake',
    mostAtOnce: story.wakesAtOnce,
    visibilityMs: 6 * story.loadTimeoutMs,
    maxReceives: MAX_RECEIVES,
    doubled: isDoubled,
    invoke: (event, settle) => {
      loads += 1
      invoke(
        'load',
        story.loadTimeoutMs,
        (ports, process) => makeOnLoad({ ports, flush: () => {} })(event, invocationOf(process)),
        settle,
      )
    },
    acknowledged: () => {},
  })
  return {
    objects,
    wakes,
    loads: () => loads,
    announce(all, delayMs) {
      const body = JSON.stringify({ Records: all.map(recordOf) })
      announced.set(body, all)
      objects.send(body, delayMs)
    },
    wake: (target, delayMs) => wakes.send(JSON.stringify({ target }), delayMs),
    tick: () =>
      invoke(
        'tick',
        TICK_TIMEOUT_MS,
        (ports, process) => makeOnTick({ ports, flush: () => {} })(undefined, invocationOf(process)),
        () => {},
      ),
  }
}

/** One entry of an S3 notification. */
function recordOf({ bucket, key, etag, sizeBytes, sequencer, eventTimeMs }: S3Object): unknown {
  return {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: new Date(eventTimeMs).toISOString(),
    s3: {
      bucket: { name: bucket },
      object: { key: encodeURIComponent(key).replaceAll('%2F', '/'), size: sizeBytes, eTag: etag, sequencer },
    },
  }
}
