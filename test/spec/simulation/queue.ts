import type { QueueEvent, QueueResponse } from '../../../lambda/handlers/invocation'
import type { Clock } from './clock'
import type { Dice } from './dice'

export interface Message {
  readonly id: string
  readonly body: string
  receives: number
  deleted: boolean
}

/** An SQS queue that a function reads: at least once, in no order. */
export interface Queue {
  send(body: string, delayMs: number): void
  /** Messages that are neither deleted nor parked. */
  size(): number
  /** Messages that came too often. */
  parked(): number
  /** Has what is parked start again, with all its tries. */
  driveBack(): void
}

export interface QueueDeps {
  readonly clock: Clock
  readonly dice: Dice
  readonly name: string
  readonly mostAtOnce: number
  readonly visibilityMs: number
  readonly maxReceives: number
  readonly doubled: () => boolean
  /** Runs the function; `settle` gets its answer, or nothing when it threw or died. */
  readonly invoke: (event: QueueEvent, settle: (response: QueueResponse | undefined) => void) => void
  readonly acknowledged: (message: Message) => void
}

export function queueOf(deps: QueueDeps): Queue {
  const { clock, dice } = deps
  const messages = new Map<string, Message>()
  let parked: Message[] = []
  const waiting: Message[] = []
  let polled = false
  let sent = 0

  function poll(): void {
    if (polled) return
    polled = true
    // Within a poll's time, what came together is handed out together.
    clock.after(dice.below(30), () => {
      polled = false
      const taken = waiting.splice(0, 1 + dice.below(deps.mostAtOnce))
      if (waiting.length > 0) poll()
      if (taken.length > 0) handOut(taken)
    })
  }

  function show(message: Message, delayMs: number): void {
    clock.after(delayMs, () => {
      if (message.deleted || waiting.includes(message)) return
      if (message.receives >= deps.maxReceives) {
        messages.delete(message.id)
        parked.push(message)
        return
      }
      waiting.push(message)
      poll()
    })
  }

  function handOut(taken: readonly Message[]): void {
    for (const message of taken) {
      message.receives += 1
      // It is there again after its time, unless it was deleted meanwhile.
      show(message, deps.visibilityMs)
      if (deps.doubled()) show(message, dice.below(3_000))
    }
    const event = {
      Records: taken.map(({ id, body }) => ({ messageId: id, body, eventSource: 'aws:sqs' })),
    }
    deps.invoke(event, (response) => {
      if (response === undefined) return
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
      for (const message of taken) {
        if (failed.has(message.id) || message.deleted) continue
        message.deleted = true
        messages.delete(message.id)
        deps.acknowledged(message)
      }
    })
  }

  function send(body: string, delayMs: number): void {
    sent += 1
    const message: Message = { id: `${deps.name}-${sent}`, body, receives: 0, deleted: false }
    messages.set(message.id, message)
    show(message, delayMs)
  }

  return {
    size: () => messages.size,
    parked: () => parked.length,
    send,
    driveBack() {
      const back = parked
      parked = []
      for (const { body } of back) send(body, 0)
    },
  }
}
