import type { Duplex } from 'node:stream'
import { type Message, makeFramer } from './wire'

/** The messages of one client, in order, one at a time. */
export interface ClientMessages {
  /** The next message; undefined when the client is gone. */
  next(): Promise<Message | undefined>
}

const MOST_WAITING_BYTES = 1 << 20

/**
 * Reads a client's messages as they are asked for.
 *
 * The stream stays in flowing mode while a statement runs, so that a client that goes away is noticed at once; it is
 * paused when more than 1 MiB waits.
 */
export function readClientMessages(stream: Duplex, onGone: () => void): ClientMessages {
  const frame = makeFramer()
  const waiting: Message[] = []
  let waitingBytes = 0
  let gone = false
  let wake: (() => void) | undefined

  stream.on('data', (chunk: Buffer) => {
    for (const message of frame(chunk)) {
      waiting.push(message)
      waitingBytes += message.raw.length
    }
    if (waitingBytes > MOST_WAITING_BYTES) stream.pause()
    wake?.()
  })
  const leave = () => {
    if (gone) return
    gone = true
    wake?.()
    onGone()
  }
  stream.on('end', leave).on('close', leave).on('error', leave)
  stream.resume()

  return {
    next: async () => {
      while (waiting.length === 0 && !gone) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const message = waiting.shift()
      if (message === undefined) return undefined
      waitingBytes -= message.raw.length
      if (waitingBytes <= MOST_WAITING_BYTES && stream.isPaused()) stream.resume()
      return message
    },
  }
}
