/**
 * Names of statements that are handed over to the warehouse: by its name one is found whose id was never noted, and the event of
 * its end tells which target it was for.
 */
export interface StatementName {
  readonly environment: string
  readonly target: string
  readonly batchId: string
  /** The attempt, or `after-0` and so on for what is run once the batch is committed. */
  readonly what: `${number}` | `after-${number}`
}

/** Every name of an environment begins like this. */
export function statementPrefix(environment: string): string {
  return `penstock/${environment}/`
}

/** `penstock/dev/main/public.kpis/01JD…/1`. */
export function statementName({ environment, target, batchId, what }: StatementName): string {
  return `${statementPrefix(environment)}${target}/${batchId}/${what}`
}

/** What a name says; `undefined` if it is none of ours. A target's name may hold slashes, the rest holds none. */
export function readStatementName(name: string): StatementName | undefined {
  const [, environment, target, batchId, what] = /^penstock\/([^/]+)\/(.+)\/([^/]+)\/(\d+|after-\d+)$/s.exec(name) ?? []
  if (environment === undefined || target === undefined || batchId === undefined || what === undefined) return undefined
  return { environment, target, batchId, what: what as StatementName['what'] }
}
