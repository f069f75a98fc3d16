import type { S3Object, SkipCode } from '../model'

/** Why an object is no file to load, or `undefined` if it is one. */
export function whyNotAFile(
  object: Pick<S3Object, 'key' | 'sizeBytes'>,
): { readonly code: Extract<SkipCode, 'FOLDER_MARKER' | 'EMPTY_OBJECT'>; readonly reason: string } | undefined {
  if (object.key.endsWith('/')) {
    return {
      code: 'FOLDER_MARKER',
      reason: 'The key ends with a slash: consoles and tools make such objects to show a folder.',
    }
  }
  if (object.key.endsWith('_$folder$')) {
    return {
      code: 'FOLDER_MARKER',
      reason: "The key ends with '_$folder$': Hadoop and EMR make such objects to show a folder.",
    }
  }
  if (object.sizeBytes === 0)
    return { code: 'EMPTY_OBJECT', reason: 'The object has no bytes, so there are no rows in it.' }
  return undefined
}
