import type { Answer, Backend } from './backend'

/** A session that several ask at once: their statements run one after another, since a session answers one at a time. */
export function inTurn(backend: Pick<Backend, 'run' | 'end'>): Pick<Backend, 'run' | 'end'> {
  let last: Promise<unknown> = Promise.resolve()
  return {
    end: backend.end,
    run(sql): Promise<Answer> {
      const answer = last.then(() => backend.run(sql))
      last = answer.catch(() => {})
      return answer
    },
  }
}
