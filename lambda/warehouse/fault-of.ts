import { codeOf, isRecord, messageOf } from '../errors'
import { oneLine } from '../one-line'
import type { Fault, LoadJob } from '../ports'
import { classify } from './redshift/faults'
import { fileErrorInText, spellingsOf } from './redshift/load-errors'

/** Whether the server has answered the statement and the session goes on. A FATAL message is its last word: the session is over. */
export function isAnswer(error: unknown): boolean {
  return isRecord(error) && error['severity'] === 'ERROR'
}

/** What an error is, with the file that it names: an error that no rule knows is about that file, or else about the set-up. */
export function faultOf(
  error: unknown,
  warehouse: { readonly name: string; readonly host: string; readonly user?: string },
  { urls, manifest }: Partial<Pick<LoadJob, 'urls' | 'manifest'>> = {},
): Fault {
  const code = codeOf(error)
  const text = [messageOf(error), isRecord(error) ? error['detail'] : undefined].filter(Boolean).join('\n')
  const names = [...(urls ?? []), ...(manifest === undefined ? [] : [manifest])].flatMap(spellingsOf)
  const known = classify({ code, text, names })
  const named = known === undefined || known.kind === 'data' ? fileErrorInText(text, urls ?? []) : []
  const user = warehouse.user === undefined ? '' : `, user ${warehouse.user}`
  const remedy = known?.remedy === undefined ? '' : `; ${known.remedy}`
  return {
    kind: known?.kind ?? (named.length > 0 ? 'data' : 'set-up'),
    code: code ?? 'UNKNOWN',
    message: `warehouse ${warehouse.name} (${warehouse.host}${user}): ${oneLine(text)}${remedy}`,
    fileErrors: named,
    cause: error,
  }
}
