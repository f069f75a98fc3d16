import { Logger } from '@aws-lambda-powertools/logger'
import type { Log } from '../ports'
import type { Redactor } from './redact'

/** Keys that the logger writes itself and refuses from others. */
const OWN_KEYS: ReadonlySet<string> = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp', 'event'])

/**
 * One line of JSON on stdout (errors on stderr) per decision. Lambda sends both to CloudWatch Logs.
 * The level comes from `POWERTOOLS_LOG_LEVEL` or Lambda's own setting. @default INFO
 */
export function makeLog({
  redactor,
  always = () => ({}),
}: {
  readonly redactor: Redactor
  /** Fields of every line, such as the id of the invocation. */
  readonly always?: () => Readonly<Record<string, unknown>>
}): Log {
  const logger = new Logger({ serviceName: 'penstock' })
  return (level, event, fields) => {
    const safe = redactor.fields({ ...always(), ...fields })
    // A field that the logger would drop keeps its value under a name next to it.
    const kept = Object.entries(safe).map(([name, value]) => [OWN_KEYS.has(name) ? `${name}_` : name, value])
    logger[level](redactor.text(event), { event: redactor.text(event), ...Object.fromEntries(kept) })
  }
}
