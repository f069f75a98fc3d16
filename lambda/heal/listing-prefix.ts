import type { Pattern } from '../route/pattern'

/** What every key that the pattern takes begins with: S3 need not list anything else. Empty if the pattern says nothing. */
export function listingPrefix({ folders, file }: Pattern): string {
  let prefix = ''
  for (const folder of folders) {
    if (folder === '**') return prefix
    if (folder.literal === undefined) return prefix + folder.head
    prefix += `${folder.literal}/`
  }
  return prefix + file.head
}
