import { notEmbedded } from './errors'
import type { RunCopy } from './session'
import type { SystemTables } from './system-tables'

export function makeCopy(_: { readonly s3: { endpoint: string; region: string }; readonly system: SystemTables }): {
  run: RunCopy
  close: () => void
} {
  return {
    run: async () => {
      throw notEmbedded('COPY yet')
    },
    close: () => {},
  }
}
