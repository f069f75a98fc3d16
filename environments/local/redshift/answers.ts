import type { Duplex } from 'node:stream'
import type { Backend } from './backend'
import type { RedshiftError } from './errors'
import { message, report } from './wire'

/** An ErrorResponse for an error of our own. */
export function errorMessage(error: RedshiftError, severity = 'ERROR'): Buffer {
  const { sqlState, message: text, detail } = error
  return report({ severity, sqlState, message: text, ...(detail === undefined ? {} : { detail }) })
}

/** ReadyForQuery with the session's transaction status. */
export function readyForQuery(backend: Backend): Buffer {
  return message('Z', Buffer.from(backend.status(), 'latin1'))
}

/** A notice as COPY gives it, e.g. that a load has completed. */
export function infoMessage(text: string): Buffer {
  return report({ severity: 'INFO', sqlState: '00000', message: text })
}

/** Writes small messages together, and makes the backend wait for a client that reads slowly. */
export function writeTogether(stream: Duplex, backend: Backend): (bytes: Buffer) => void {
  let isCorked = false
  return (bytes) => {
    if (stream.destroyed || stream.writableEnded) return
    if (!isCorked) {
      isCorked = true
      stream.cork()
      process.nextTick(() => {
        isCorked = false
        stream.uncork()
      })
    }
    if (!stream.write(bytes) && stream.listenerCount('drain') === 0) {
      backend.pause()
      stream.once('drain', () => backend.resume())
    }
  }
}
