import type { Backend } from './backend'

/** A session that is opened again when it is needed and has ended, as after a restart of Postgres. One statement at a time. */
export function alwaysOpen(open: () => Promise<Backend>): Pick<Backend, 'run' | 'end'> {
  let session: Backend | undefined
  return {
    run: async (sql) => {
      if (session === undefined || session.hasEnded()) session = await open()
      return session.run(sql)
    },
    end: () => session?.end(),
  }
}
