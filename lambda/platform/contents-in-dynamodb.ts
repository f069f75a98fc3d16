import type { Fingerprint } from '../model'
import type { ContentsPort } from '../ports'
import { type Item, keyText } from './attributes'
import { contentKey } from './item-keys'
import { readInBatches } from './read-in-batches'
import { TABLE_DEFINITIONS } from './table-definitions'
import { s3UrlText } from './texts'
import { putInBatches, type Table } from './write-in-batches'

const KEY = TABLE_DEFINITIONS.files.partition.name
const LOADED = 'loadedFrom'

/**
 * Which file was loaded with which content: small items beside the file records, so that no table is added for what few
 * targets ask for. They bear nothing that the index of failures lists.
 */
export function contentsInDynamoDb(table: Table): ContentsPort {
  return {
    async get(target, fingerprints) {
      const byKey = new Map(fingerprints.map((fingerprint) => [contentKey(target, fingerprint), fingerprint]))
      const items = await readInBatches(
        table,
        [...byKey.keys()].map((key) => ({ [KEY]: keyText(key) })),
      )
      return new Map(
        items.flatMap((item) => {
          const fingerprint = byKey.get(item[KEY]?.S ?? '')
          return fingerprint === undefined ? [] : [[fingerprint, s3UrlText.parse(item[LOADED]?.S)] as const]
        }),
      )
    },

    put: (target, loaded) =>
      putInBatches(
        table,
        new Map(
          [...loaded].map(([fingerprint, url]: readonly [Fingerprint, string]): [string, Item] => {
            const key = contentKey(target, fingerprint)
            return [key, { [KEY]: keyText(key), [LOADED]: keyText(url) }]
          }),
        ),
      ),
  }
}
