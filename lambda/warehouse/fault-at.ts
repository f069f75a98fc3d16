import type { Fault } from '../ports'
import { NULL_KEYS, type Statement } from './statement'

/** What a fault means at the statement that was under way: not every error of the data is one of the files. */
export function faultAt(at: Statement, fault: Fault): Fault {
  // What passes, passes wherever it comes.
  if (fault.kind === 'passing' || fault.kind === 'too-long') return fault
  switch (at.kind) {
    case 'given':
      return {
        ...fault,
        kind: 'set-up',
        code: 'STATEMENT_FAILED',
        message: `the statement ${at.from} of the settings failed (${fault.code}), and nothing was loaded: ${fault.message}`,
        fileErrors: [],
      }
    case 'refuse-null-keys': {
      if (fault.kind === 'gone' || /^(42|3)/.test(fault.code)) return fault
      const rows = new RegExp(`${NULL_KEYS} (\\d+)`).exec(fault.message)?.[1]
      const count = rows === undefined ? 'rows have' : `${rows} ${rows === '1' ? 'row has' : 'rows have'}`
      const key = at.key.map((name) => `"${name}"`).join(', ')
      return {
        ...fault,
        kind: 'data',
        code: NULL_KEYS,
        message: `${count} NULL in the key (${key}), by which they are merged`,
        fileErrors: [],
      }
    }
    default:
      return fault
  }
}
