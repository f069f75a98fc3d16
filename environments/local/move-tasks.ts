import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** What moving needs of the queues: they are asked over their socket, by ARN. */
export interface Movable {
  readonly exists: (arn: string) => Promise<boolean>
  /** The queues whose messages are parked in this one. */
  readonly sourcesOf: (arn: string) => Promise<readonly string[]>
  readonly ready: (arn: string) => Promise<number>
  /** Takes up to ten messages that can be received now, sends them to the other queue, deletes them here; tells how many. */
  readonly moveSome: (from: string, to: string, most: number) => Promise<number>
}

/** What SQS answers: the operation's output, or a refusal with its code. */
export type MoveAnswer =
  | { readonly kind: 'done'; readonly output: object }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

interface Task {
  readonly handle: string
  readonly from: string
  readonly to: string
  readonly given: Readonly<Record<string, unknown>>
  readonly startedMs: number
  readonly toMove: number
  moved: number
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED'
  failure?: string
}

/** SQS's answer for {@link MOVE_OPERATIONS}. */
export type MoveTasks = (operation: string, input: Readonly<Record<string, unknown>>) => Promise<MoveAnswer>

/** The operations of SQS's redrive, which fauxqs does not know. */
export const MOVE_OPERATIONS: ReadonlySet<string> = new Set([
  'StartMessageMoveTask',
  'ListMessageMoveTasks',
  'CancelMessageMoveTask',
])

const MOST_AT_ONCE = 10

/**
 * Redrive of dead letters, as `aws sqs start-message-move-task` asks for it. SQS moves in the background; here the move is
 * over when the request is answered, so that a test need not wait, unless it was asked for at so many messages a second.
 *
 * Codes and texts of refusals: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 * and what others recorded of the service.
 */
export function makeMoveTasks(queues: Movable, stopped: () => boolean): MoveTasks {
  const tasks: Task[] = []

  return async (operation, input) => {
    if (operation === 'StartMessageMoveTask') return await start(input)
    if (operation === 'ListMessageMoveTasks') return list(input)
    return cancel(input)
  }

  async function start(input: Readonly<Record<string, unknown>>): Promise<MoveAnswer> {
    const { SourceArn: from, DestinationArn: wished, MaxNumberOfMessagesPerSecond: rate } = input
    if (typeof from !== 'string' || !(await queues.exists(from))) return unknownQueue('SourceArn')
    if (wished !== undefined && (typeof wished !== 'string' || !(await queues.exists(wished)))) {
      return unknownQueue('DestinationArn')
    }
    const sources = await queues.sourcesOf(from)
    const to = wished ?? sources[0]
    if (sources.length === 0 || to === undefined) {
      return refuse('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.')
    }
    if (wished === undefined && sources.length > 1) {
      const why = "the embedded environment can't tell which of several queues a message came from: give DestinationArn"
      return refuse('UnsupportedOperation', why)
    }
    if (tasks.some((task) => task.from === from && task.status === 'RUNNING')) {
      const why =
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.'
      return refuse('UnsupportedOperation', why)
    }
    const task: Task = {
      handle: randomUUID(),
      from,
      to,
      given: input,
      startedMs: Date.now(),
      toMove: await queues.ready(from),
      moved: 0,
      status: 'RUNNING',
    }
    tasks.unshift(task)
    const moving = move(task, typeof rate === 'number' ? rate : undefined)
    if (rate === undefined) await moving
    return { kind: 'done', output: { TaskHandle: task.handle } }
  }

  async function move(task: Task, perSecond: number | undefined): Promise<void> {
    try {
      while (task.status === 'RUNNING' && !stopped()) {
        const moved = await queues.moveSome(task.from, task.to, Math.min(MOST_AT_ONCE, perSecond ?? MOST_AT_ONCE))
        task.moved += moved
        if (moved === 0 && task.status === 'RUNNING') task.status = 'COMPLETED'
        // Nobody waits for a slow move, so it must not keep the process.
        else if (perSecond !== undefined) await sleep((1000 * moved) / perSecond, undefined, { ref: false })
      }
    } catch (error) {
      task.status = 'FAILED'
      task.failure = String(error)
    }
  }

  function list({ SourceArn, MaxResults }: Readonly<Record<string, unknown>>): MoveAnswer {
    const found = tasks
      .filter(({ from }) => from === SourceArn)
      .slice(0, typeof MaxResults === 'number' ? MaxResults : 1)
    return { kind: 'done', output: { Results: found.map(resultOf) } }
  }

  function cancel({ TaskHandle }: Readonly<Record<string, unknown>>): MoveAnswer {
    const task = tasks.find(({ handle, status }) => handle === TaskHandle && status === 'RUNNING')
    if (task === undefined) return refuse('ResourceNotFoundException', 'Task does not exist.')
    task.status = 'CANCELLED'
    return { kind: 'done', output: { ApproximateNumberOfMessagesMoved: task.moved } }
  }
}

/** A handle is told only while there is something to cancel. */
function resultOf({ handle, from, given, startedMs, toMove, moved, status, failure }: Task): object {
  return {
    ...(status === 'RUNNING' && { TaskHandle: handle }),
    Status: status,
    SourceArn: from,
    DestinationArn: given['DestinationArn'],
    MaxNumberOfMessagesPerSecond: given['MaxNumberOfMessagesPerSecond'],
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    FailureReason: failure,
    StartedTimestamp: startedMs,
  }
}

function unknownQueue(parameter: string): MoveAnswer {
  return refuse(
    'ResourceNotFoundException',
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  )
}

function refuse(code: string, message: string): MoveAnswer {
  return { kind: 'refused', code, message }
}
