import { readSettings, type SettingsInput } from '../../lambda/settings'

/** Settings with nothing that could be left out. */
export const minimal: SettingsInput = {
  name: 'dev',
  bucket: 'landing',
  work: 's3://landing/_penstock/',
  warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
}

/** What is wrong with a document, `path: message` each. */
export function problemsOf(document: unknown): readonly string[] {
  const read = readSettings(document)
  return read.kind === 'invalid' ? read.problems.map(({ path, message }) => `${path}: ${message}`) : []
}
