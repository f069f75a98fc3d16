import type { FileRecord } from '../../../lambda/model'
import { type S3Url, urlOf } from '../../../lambda/model'

/** Tells a person on a terminal what happens; plain lines where nobody watches. */
export interface Report {
  heading(text: string): void
  line(text: string): void
  /** A fact that was checked. */
  proven(text: string): void
  /** Shows that something goes on until the work is done. */
  during<T>(text: string, work: Promise<T>): Promise<T>
}

/** A report on stdout. Colours and a moving clock only on a terminal. */
export function reportOnStdout(): Report {
  const { stdout } = process
  const colour = (code: number, text: string) =>
    stdout.isTTY && !process.env['NO_COLOR'] ? `\u001b[${code}m${text}\u001b[0m` : text
  const line = (text: string) => void stdout.write(`${text}\n`)
  return {
    heading: (text) => line(`\n${colour(1, text)}`),
    line: (text) => line(`  ${text}`),
    proven: (text) => line(`  ${colour(32, '✔')} ${text}`),
    async during(text, work) {
      const began = Date.now()
      const seconds = () => ((Date.now() - began) / 1000).toFixed(1)
      const show = stdout.isTTY
        ? () => void stdout.write(`\r  … ${text} ${seconds()} s`)
        : () => line(`  … ${text} ${seconds()} s`)
      const timer = setInterval(show, stdout.isTTY ? 100 : 2_000)
      try {
        return await work
      } finally {
        clearInterval(timer)
        if (stdout.isTTY) stdout.write('\r\u001b[K')
        line(`  ${text}: ${seconds()} s`)
      }
    },
  }
}

/** One line: what became of a file. */
export function told(url: S3Url, record: FileRecord | undefined): string {
  if (record === undefined) return `${url}: not seen`
  const name = `${urlOf(record.object)} → ${record.target.slice(record.target.indexOf('/') + 1)}`
  switch (record.status) {
    case 'loaded':
      return `loaded   ${name}, batch ${record.batchId}`
    case 'failed': {
      const { line, column, value, reason } = record.error
      const where = [
        line && `line ${line}`,
        column && `column ${column}`,
        value && `value ${JSON.stringify(value)}`,
      ].filter(Boolean)
      return `failed   ${name}: ${[...where, reason].join(', ')}`
    }
    case 'held':
      return `held     ${name}: ${record.reason}`
    case 'skipped':
      return `skipped  ${name}: ${record.reason}`
  }
}
