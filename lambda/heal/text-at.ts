import { codeOf } from '../errors'
import type { S3Url } from '../model'
import type { Ports } from '../ports'

/** What an object says; `undefined` if it is not there. */
export async function textAt({ objects }: Pick<Ports, 'objects'>, url: S3Url): Promise<string | undefined> {
  try {
    return await objects.get(url)
  } catch (error) {
    if (codeOf(error) === 'OBJECT_GONE') return undefined
    throw error
  }
}
